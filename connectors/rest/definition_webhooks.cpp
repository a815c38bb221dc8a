#include "connectors/rest/definition_types.h"
#include "connectors/webhook/scheme_table.h"

namespace counterpart::rest {
namespace {

using config::maybe;
using config::Node;
using config::Problems;
using config::Table;

Table<HookObject> hook_object_table() {
  constexpr std::int64_t kSegmentMost = 9;
  return Table<HookObject>("an object's name")
      .optional("path", &HookObject::path, maybe(path_type()), "Where an event names it.")
      .optional(
          "segment", &HookObject::segment, maybe(config::integer(0, kSegmentMost)),
          "Or which part of the URL does, counted from 0 after /hooks/NAME/: register /hooks/crm/contacts for it.")
      .optional("header", &HookObject::header, maybe(config::text()), "Or which header does.")
      .optional("map", &HookObject::map, config::text_map_of(config::text()),
                "Its word: our object; `person.*` takes all that begin so. What is not named is passed over. Without a "
                "map the words are the objects' names.")
      .check([](const HookObject& object, const Node& node, Problems& problems) {
        const int given =
            int{object.path.has_value()} + int{object.segment.has_value()} + int{object.header.has_value()};
        if (given != 1) problems.add(node.place, "give one of path, segment and header");
      });
}

Table<HookAnswers> answers_table() {
  constexpr std::int64_t kStatusLeast = 200;
  constexpr std::int64_t kStatusMost = 599;
  constexpr std::chrono::milliseconds kWithinMost{60'000};
  const auto status = [](int HookAnswers::* member) {
    return [member](HookAnswers& answers, std::int64_t code) { answers.*member = static_cast<int>(code); };
  };
  return Table<HookAnswers>("answer")
      .key<std::int64_t>("status", false, config::integer(kStatusLeast, 299), status(&HookAnswers::accepted),
                         "The status of a webhook that is kept; 202 unless said.")
      .optional("type", &HookAnswers::content_type, config::text(), "Its Content-Type, with body.")
      .optional("body", &HookAnswers::body, config::text(), "What the sender takes for a yes.")
      .key<std::int64_t>("busy", false, config::integer(kStatusLeast, kStatusMost), status(&HookAnswers::busy),
                         "The status where it cannot be kept now; 503 unless said. 2xx for senders that fail their "
                         "user's save: the next sweep finds what changed.")
      .optional("within", &HookAnswers::within, config::duration(std::chrono::milliseconds(1), kWithinMost),
                "How long the sender waits: `busy` is answered then. 0s: as long as it takes.")
      .check([](const HookAnswers& answers, const Node& node, Problems& problems) {
        if (answers.content_type.empty() == answers.body.empty()) return;
        problems.add(node.place, "a body and its type belong together", "give both, or neither");
      });
}

}  // namespace

Table<Webhooks> webhooks_table() {
  return Table<Webhooks>("webhooks")
      .required("verify", &Webhooks::verify, hook_scheme_type(), "How they are signed.")
      .optional("body", &Webhooks::body, body_format_type(),
                "What a body is written in, whatever its Content-Type says.")
      .optional("filter", &Webhooks::filter, config::one_or_list_of(path_type()),
                "Places of secrets that are none of ours, such as session ids: not kept as evidence.")
      .optional("answer", &Webhooks::answers, answers_table().type(), "What the sender expects to be answered.")
      .optional("items", &Webhooks::items, maybe(selection_type()),
                "The list of events in a body. Without it the body is the event, or an array of them.")
      .required("object", &Webhooks::object, hook_object_table().type(), "Which object an event is about.")
      .optional("id", &Webhooks::id, path_type(), "The record's id, or a list of ids.")
      .optional("event_id", &Webhooks::event_id, maybe(path_type()), "The event's own id.")
      .optional("event_id_unique", &Webhooks::event_id_unique, config::boolean(),
                "The system never uses an event's id twice: then a repeat is dropped at the door.")
      .optional("revision", &Webhooks::revision, maybe(path_type()), "The record's revision after the change.")
      .optional("actor", &Webhooks::actor, maybe(path_type()), "The id of the user who made the change.")
      .optional("changed", &Webhooks::changed, maybe(path_type()), "An object of changed fields, by path.")
      .optional("at", &Webhooks::at, maybe(moment_type()), "When the change was made.");
}

}  // namespace counterpart::rest
