#include "connectors/webhook/scheme_table.h"

#include <algorithm>

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

bool is_signature(SchemeType type) {
  return type == SchemeType::hmac_sha256 || type == SchemeType::sha256;
}

/// Keys that mean something for a scheme, besides `type`.
std::vector<std::string> keys_for(SchemeType type) {
  switch (type) {
    case SchemeType::standard_webhooks:
      return {"tolerance"};
    case SchemeType::hmac_sha256:
    case SchemeType::sha256:
      return {"header", "encoding", "prefix", "wrapped", "timestamp_header", "timestamp_unit", "signed", "tolerance"};
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
  const bool headed = is_signature(scheme.type) || scheme.type == SchemeType::header_token;
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
    const auto& names = hook::signed_names();
    if (std::ranges::find(names, name) != names.end()) continue;
    problems.add(place, "what is signed knows no ${" + name + "}", "it knows: " + config::listed(names));
  }
}

void check_signed_text(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* text = node.find("signed");
  const config::Place& place = text != nullptr ? text->place : node.place;
  check_names(scheme, place, problems);
  const bool stamps = hook::holds_name(scheme.signed_text, "timestamp");
  const bool secret = hook::holds_name(scheme.signed_text, "secret");
  if (!hook::holds_name(scheme.signed_text, "body")) {
    problems.add(place, "what is signed must hold the body", "write ${body} into it");
  }
  if (stamps && scheme.timestamp_header.empty()) {
    problems.add(place, "${timestamp} is signed, but no header holds it", "add timestamp_header");
  }
  if (!stamps && !scheme.timestamp_header.empty()) {
    problems.add(place, "the time stamp is not signed, so it proves nothing",
                 "write signed: \"${timestamp}.${body}\" as the sender does, or remove timestamp_header");
  }
  if (scheme.type == SchemeType::sha256 && !secret) {
    problems.add(place, "a SHA-256 without the secret proves nothing", "write signed: \"${secret}${body}\"");
  }
  if (scheme.type == SchemeType::hmac_sha256 && secret) {
    problems.add(place, "the secret is the key of an HMAC, not a part of its text", "remove ${secret}");
  }
}

void check_scheme(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* type = node.find("type");
  const bool understood = type != nullptr && type->scalar == word_of(scheme.type);
  if (!understood) return;
  check_meaning(scheme, node, problems);
  check_needs(scheme, node, problems);
  if (is_signature(scheme.type)) check_signed_text(scheme, node, problems);
  if (scheme.type == SchemeType::body_token && !scheme.path.empty()) check_path(scheme, node, problems);
}

Table<HookScheme> scheme_table() {
  using Encoding = HookScheme::Encoding;
  using Unit = HookScheme::Unit;
  Table<HookScheme> table("a webhook scheme", "How the sender proves who it is.");
  table.required("type", &HookScheme::type, choice<SchemeType>(scheme_words()), "The kind of proof.")
      .optional("header", &HookScheme::header, config::text(), "The header that holds the signature or token.")
      .optional("encoding", &HookScheme::encoding,
                choice<Encoding>({{"hex", Encoding::hex}, {"base64", Encoding::base64}}),
                "How the signature is written.")
      .optional("prefix", &HookScheme::prefix, config::text(), "What stands before it, such as sha256=")
      .optional("wrapped", &HookScheme::wrapped, config::boolean(), "The header is base64 of \"some id:signature\".")
      .optional("timestamp_header", &HookScheme::timestamp_header, config::text(),
                "The header that holds the signed time stamp (since 1970).")
      .optional("timestamp_unit", &HookScheme::timestamp_unit,
                choice<Unit>({{"s", Unit::seconds}, {"ms", Unit::milliseconds}}), "What the time stamp counts.")
      .optional("signed", &HookScheme::signed_text, config::text(),
                "What is signed: ${body}, ${timestamp}, ${method}, ${url}, ${decoded_url}, ${secret}, plain text.")
      .optional("parameter", &HookScheme::parameter, config::text(), "The URL's parameter that holds the secret.")
      .optional("path", &HookScheme::path, config::text(), "Where in the body the secret stands.")
      .optional("body", &HookScheme::body, body_format_type(), "What the body is written in, to find it there.")
      .optional("tolerance", &HookScheme::tolerance, whole_seconds(), "How old, or early, a time stamp may be.")
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
