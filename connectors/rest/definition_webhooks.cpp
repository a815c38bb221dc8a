#include "connectors/rest/definition_types.h"

namespace counterpart::rest {
namespace {

using config::maybe;
using config::Node;
using config::Problems;
using config::Table;

constexpr std::string_view kTimestamp = "${timestamp}";
constexpr std::string_view kBody = "${body}";

/// The text without its placeholders.
std::string literal_part(std::string text) {
  for (const std::string_view name : {kTimestamp, kBody})
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) text.erase(at, name.size());
  return text;
}

void check_hmac(const HookScheme& scheme, const Node& node, Problems& problems) {
  const bool timed = scheme.signed_text.find(kTimestamp) != std::string::npos;
  if (scheme.signed_text.find(kBody) == std::string::npos)
    problems.add(node.place, "the signed text does not hold ${body}", "else any body would verify");
  if (literal_part(scheme.signed_text).find("${") != std::string::npos)
    problems.add(node.place, "a signed text knows only ${timestamp} and ${body}");
  if (timed && scheme.timestamp_header.empty())
    problems.add(node.place, "nothing says which header holds ${timestamp}", "add timestamp_header:");
  if (!timed && !scheme.timestamp_header.empty())
    problems.add(node.place, "the time stamp is not signed, so it could be forged",
                 "put ${timestamp} into signed:, or remove timestamp_header:");
}

void check_scheme(const HookScheme& scheme, const Node& node, Problems& problems) {
  const bool hmac = scheme.type == HookScheme::Type::hmac_sha256;
  if ((hmac || scheme.type == HookScheme::Type::header_token) && scheme.header.empty())
    problems.add(node.place, "nothing says which header holds the signature", "add header:");
  if (hmac) check_hmac(scheme, node, problems);
}

Table<HookObject> hook_object_table() {
  constexpr std::int64_t kSegmentMost = 9;
  return Table<HookObject>("an object's name")
      .optional("path", &HookObject::path, maybe(path_type()), "where an item names it")
      .optional("segment", &HookObject::segment, maybe(config::integer(0, kSegmentMost)),
                "or which part of the URL does, counted from 0 after /hooks/{system}")
      .optional("map", &HookObject::map, config::text_map_of(config::text()),
                "the system's word: object; person.* takes all that begin so. What is not named is passed over")
      .check([](const HookObject& object, const Node& node, Problems& problems) {
        if (object.path.has_value() == object.segment.has_value())
          problems.add(node.place, "give either a path or a segment");
      });
}

}  // namespace

Table<HookScheme> hook_scheme_table() {
  using Type = HookScheme::Type;
  using Encoding = HookScheme::Encoding;
  return Table<HookScheme>("verify")
      .required("type", &HookScheme::type,
                config::choice<Type>({{"standard_webhooks", Type::standard_webhooks},
                                      {"hmac_sha256", Type::hmac_sha256},
                                      {"header_token", Type::header_token},
                                      {"path_secret", Type::path_secret},
                                      {"none", Type::none}}),
                "how the sender proves who it is")
      .optional("header", &HookScheme::header, config::text(), "the header with the signature or token")
      .optional("encoding", &HookScheme::encoding,
                config::choice<Encoding>({{"hex", Encoding::hex}, {"base64", Encoding::base64}}),
                "how the signature is spelled")
      .optional("prefix", &HookScheme::prefix, config::text(), "what stands before it, such as sha256=")
      .optional("timestamp_header", &HookScheme::timestamp_header, config::text(), "a signed time, in seconds")
      .optional("signed", &HookScheme::signed_text, config::text(), "what is signed: ${timestamp}, ${body}, text")
      .key<std::chrono::milliseconds>(
          "tolerance", false, config::duration(),
          [](HookScheme& scheme, std::chrono::milliseconds tolerance) {
            scheme.tolerance = std::chrono::floor<std::chrono::seconds>(tolerance);
          },
          "how old or early a signed time may be (default 5m)")
      .check(check_scheme);
}

Table<Webhooks> webhooks_table() {
  return Table<Webhooks>("webhooks")
      .required("verify", &Webhooks::verify, hook_scheme_table().type(), "how they are signed")
      .optional("items", &Webhooks::items, maybe(selection_type()),
                "the list of events in a body; without it the body is the event, or an array of them")
      .required("object", &Webhooks::object, hook_object_table().type(), "which object it is about")
      .optional("id", &Webhooks::id, path_type(), "the record's id")
      .optional("event_id", &Webhooks::event_id, maybe(path_type()), "the event's own id")
      .optional("event_id_unique", &Webhooks::event_id_unique, config::boolean(),
                "the system never uses an event's id twice")
      .optional("revision", &Webhooks::revision, maybe(path_type()), "the record's revision after the change")
      .optional("actor", &Webhooks::actor, maybe(path_type()), "the id of the user who made the change")
      .optional("changed", &Webhooks::changed, maybe(path_type()), "an object of changed fields, by path")
      .optional("at", &Webhooks::at, maybe(moment_type()), "when the change was made");
}

}  // namespace counterpart::rest
