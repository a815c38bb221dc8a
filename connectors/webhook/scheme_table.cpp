#include "connectors/webhook/scheme_table.h"

#include <algorithm>

#include "connectors/webhook/signature.h"
#include "connectors/webhook/signed_text.h"
#include "mapping/expression/path.h"

namespace counterpart {
namespace {

using config::choice;
using config::duration;
using config::Node;
using config::Problems;
using config::Table;
using config::Type;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

using SchemeType = HookScheme::Type;
using SchemeWords = std::vector<std::pair<std::string, SchemeType>>;

const SchemeWords& scheme_words() {
  static const SchemeWords words = {{"standard_webhooks", SchemeType::standard_webhooks},
                                    {"hmac_sha256", SchemeType::hmac_sha256},
                                    {"hmac_sha1", SchemeType::hmac_sha1},
                                    {"hmac_sha512", SchemeType::hmac_sha512},
                                    {"sha256", SchemeType::sha256},
                                    {"basic", SchemeType::basic},
                                    {"header_token", SchemeType::header_token},
                                    {"query_token", SchemeType::query_token},
                                    {"body_token", SchemeType::body_token},
                                    {"path_secret", SchemeType::path_secret},
                                    {"none", SchemeType::none}};
  return words;
}

std::string word_of(SchemeType type) {
  for (const auto& [word, meaning] : scheme_words()) {
    if (meaning == type) return word;
  }
  return "";
}

Type<std::chrono::seconds> whole_seconds() {
  const auto convert = [](milliseconds value) { return std::chrono::ceil<std::chrono::seconds>(value); };
  Type<std::chrono::seconds> type = config::read_as<std::chrono::seconds, milliseconds>(duration(1s, 24h), convert);
  type.show = [](const std::chrono::seconds& value) { return Native(config::print_duration(value)); };
  return type;
}

/// Keys that mean something for a scheme, besides `type`.
std::vector<std::string> keys_for(SchemeType type) {
  switch (type) {
    case SchemeType::standard_webhooks:
      return {"tolerance"};
    case SchemeType::hmac_sha1:
    case SchemeType::hmac_sha256:
    case SchemeType::hmac_sha512:
    case SchemeType::sha256:
      return {"header",         "encoding",       "prefix", "part",      "wrapped",        "timestamp_header",
              "timestamp_part", "timestamp_unit", "signed", "tolerance", "secret_encoding"};
    case SchemeType::header_token:
      return {"header", "prefix"};
    case SchemeType::query_token:
      return {"parameter"};
    case SchemeType::body_token:
      return {"path", "body"};
    case SchemeType::basic:
    case SchemeType::path_secret:
    case SchemeType::none:
      break;
  }
  return {};
}

void check_meaning(const HookScheme& scheme, const Node& node, Problems& problems) {
  const std::vector<std::string> meaningful = keys_for(scheme.type);
  for (const Node::Member& member : node.members) {
    const bool known = member.key == "type" || std::ranges::find(meaningful, member.key) != meaningful.end();
    if (!known && !word_of(scheme.type).empty()) {
      problems.add(member.place, "'" + member.key + "' means nothing for " + word_of(scheme.type), "remove it");
    }
  }
}

/// What a scheme cannot do without.
void check_needs(const HookScheme& scheme, const Node& node, Problems& problems) {
  const std::string word = word_of(scheme.type);
  const auto needs = [&](const std::string& what, const std::string& example) {
    problems.add(node.place, word + " needs " + what, "write verify: {type: " + word + ", " + example + "}");
  };
  const bool headed = hook::is_signature(scheme.type) || scheme.type == SchemeType::header_token;
  if (headed && scheme.header.empty()) needs("the name of a header", "header: X-…");
  if (scheme.type == SchemeType::query_token && scheme.parameter.empty()) {
    needs("the name of a parameter of the URL", "parameter: code");
  }
  if (scheme.type == SchemeType::body_token && scheme.path.empty()) needs("a place in the body", "path: token");
}

void check_path(const HookScheme& scheme, const Node& node, Problems& problems) {
  try {
    Path::parse(scheme.path);
  } catch (const PathError& error) {
    const Node* path = node.find("path");
    problems.add(path != nullptr ? path->place : node.place, error.what(), "write it like data.token");
  }
}

/// Every ${…} of a signed text is known.
void check_names(const HookScheme& scheme, const config::Place& place, Problems& problems) {
  const std::string& text = scheme.signed_text;
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 1)) {
    const std::string name = text.substr(at + 2, std::min(text.find('}', at), text.size()) - at - 2);
    if (hook::is_signed_name(name)) continue;
    problems.add(place, "what is signed knows no ${" + name + "}", "it knows: " + config::listed(hook::signed_names()));
  }
}

void check_signed_text(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* text = node.find("signed");
  const config::Place& place = text != nullptr ? text->place : node.place;
  check_names(scheme, place, problems);
  const bool stamps = hook::holds_name(scheme.signed_text, "timestamp");
  const bool given = !scheme.timestamp_header.empty() || !scheme.timestamp_part.empty();
  const bool secret = hook::holds_name(scheme.signed_text, "secret");
  if (!hook::holds_name(scheme.signed_text, "body")) {
    problems.add(place, "what is signed must hold the body", "write ${body} into it");
  }
  if (stamps && !given) {
    problems.add(place, "${timestamp} is signed, but no header holds it", "add timestamp_header, or timestamp_part");
  }
  if (!stamps && given) {
    problems.add(
        place, "the time stamp is not signed, so it proves nothing",
        "write signed: \"${timestamp}.${body}\" as the sender does, or remove timestamp_header and timestamp_part");
  }
  if (scheme.type == SchemeType::sha256 && !secret) {
    problems.add(place, "a SHA-256 without the secret proves nothing", "write signed: \"${secret}${body}\"");
  }
  if (scheme.type != SchemeType::sha256 && secret) {
    problems.add(place, "the secret is the key of an HMAC, not a part of its text", "remove ${secret}");
  }
}

void check_scheme(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* type = node.find("type");
  const bool understood = type != nullptr && type->scalar == word_of(scheme.type);
  if (!understood) return;
  check_meaning(scheme, node, problems);
  check_needs(scheme, node, problems);
  if (hook::is_signature(scheme.type)) check_signed_text(scheme, node, problems);
  if (scheme.type == SchemeType::body_token && !scheme.path.empty()) check_path(scheme, node, problems);
}

Table<HookScheme> scheme_table() {
  using Encoding = HookScheme::Encoding;
  using SecretEncoding = HookScheme::SecretEncoding;
  using Unit = HookScheme::Unit;
  const auto encoding =
      choice<Encoding>({{"hex", Encoding::hex}, {"base64", Encoding::base64}, {"base64url", Encoding::base64url}});
  const auto secret_encoding = choice<SecretEncoding>(
      {{"text", SecretEncoding::text}, {"hex", SecretEncoding::hex}, {"base64", SecretEncoding::base64}});
  const auto unit = choice<Unit>({{"s", Unit::seconds}, {"ms", Unit::milliseconds}, {"iso", Unit::iso}});
  Table<HookScheme> table("a webhook scheme", "How the sender proves who it is.");
  table.required("type", &HookScheme::type, choice<SchemeType>(scheme_words()), "The kind of proof.")
      .optional("header", &HookScheme::header, config::text(), "The header that holds the signature or token.")
      .optional("encoding", &HookScheme::encoding, encoding, "How the signature is written (hex in either case).")
      .optional("prefix", &HookScheme::prefix, config::text(),
                "What stands before the signature or token: `sha256=`, `Bearer ` (with its blank).")
      .optional("part", &HookScheme::part, config::text(),
                "The header is a list such as `t=1614265330,v1=5257a8…`: the signature's name in it, here `v1`.")
      .optional("wrapped", &HookScheme::wrapped, config::boolean(), "The header is base64 of `some id:signature`.")
      .optional("timestamp_header", &HookScheme::timestamp_header, config::text(),
                "The header that holds the signed time stamp.")
      .optional("timestamp_part", &HookScheme::timestamp_part, config::text(),
                "Or its name in the list that `header` holds, as `t` above.")
      .optional("timestamp_unit", &HookScheme::timestamp_unit, unit,
                "What it counts since 1970, or `iso`: a time such as 2026-01-31T12:00:00Z.")
      .optional(
          "signed", &HookScheme::signed_text, config::text(),
          "What is signed: plain text with `${body}` (as it came), `${timestamp}` (as it came), `${method}`, "
          "`${url}` and `${decoded_url}` (both need `listen.public_url`), `${header.NAME}`, `${secret}` (sha256).")
      .optional("secret_encoding", &HookScheme::secret_encoding, secret_encoding,
                "What the secret is written in, where the HMAC's key is not its text itself.")
      .optional("parameter", &HookScheme::parameter, config::text(),
                "query_token: the URL's parameter that holds the secret.")
      .optional("path", &HookScheme::path, config::text(), "body_token: where in the body the secret stands.")
      .optional("body", &HookScheme::body, body_format_type(),
                "body_token: what the body is written in; as `webhooks.body` of the definition unless said.")
      .optional("tolerance", &HookScheme::tolerance, whole_seconds(),
                "How old, or early, a time stamp may be. Widen it only for senders that repeat with the old one.")
      .check(check_scheme);
  return table;
}

std::optional<HookScheme> read_scheme(const Node& node, Problems& problems) {
  const auto words = choice<SchemeType>(scheme_words());
  if (node.kind == Node::Kind::map) {
    HookScheme scheme = scheme_table().read(node, problems);
    Problems told;
    const Node* type = node.find("type");
    if (type == nullptr || !words.read(*type, told)) return std::nullopt;
    return scheme;
  }
  const auto type = words.read(node, problems);
  if (!type) return std::nullopt;
  HookScheme scheme;
  scheme.type = *type;
  check_needs(scheme, node, problems);
  return scheme;
}

Type<BodyFormat::Type> format_word() {
  using Format = BodyFormat::Type;
  return choice<Format>({{"json", Format::json}, {"form", Format::form}, {"xml", Format::xml}});
}

Table<BodyFormat> format_table() {
  Table<BodyFormat> table("a webhook's body", "What it is written in.");
  table.required("type", &BodyFormat::type, format_word(), "json, form or xml.")
      .optional("json", &BodyFormat::json_field, config::text(), "form: the field that holds the real body, as JSON.")
      .check([](const BodyFormat& format, const Node& node, Problems& problems) {
        if (format.json_field.empty() || format.type == BodyFormat::Type::form) return;
        problems.add(node.place, "only a form has fields", "remove json:");
      });
  return table;
}

}  // namespace

Type<HookScheme> hook_scheme_type() {
  Type<HookScheme> type;
  type.words = "a scheme's name, or a map";
  type.inner = scheme_table().type().inner;
  type.schema = [] {
    Native::Array kinds{choice<SchemeType>(scheme_words()).schema(), scheme_table().schema()};
    return Native(Native::Object{{"anyOf", Native(std::move(kinds))}});
  };
  type.read = read_scheme;
  return type;
}

Type<BodyFormat> body_format_type() {
  Type<BodyFormat> type;
  type.words = "json, form, xml, or a map";
  type.inner = format_table().type().inner;
  type.show = [](const BodyFormat& format) { return format_word().show(format.type); };
  type.schema = [] {
    Native::Array kinds{format_word().schema(), format_table().schema()};
    return Native(Native::Object{{"anyOf", Native(std::move(kinds))}});
  };
  type.read = [](const Node& node, Problems& problems) -> std::optional<BodyFormat> {
    if (node.kind == Node::Kind::map) return format_table().read(node, problems);
    const auto word = format_word().read(node, problems);
    if (!word) return std::nullopt;
    BodyFormat format;
    format.type = *word;
    return format;
  };
  return type;
}

}  // namespace counterpart
