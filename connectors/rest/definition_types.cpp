#include "connectors/rest/definition_types.h"

#include <algorithm>

namespace counterpart::rest {
namespace {

using config::Node;
using config::Problems;

Native text_schema() {
  return Native(Native::Object{{"type", "string"}});
}

config::Place at_column(const Node& node, std::size_t column) {
  config::Place place = node.place;
  place.column += static_cast<int>(column) + (node.quoted ? 1 : 0);
  return place;
}

/// A type read from a scalar's text by `parse`, whose errors have a column.
template <class M, class Error, class Parse>
config::Type<M> parsed_type(std::string words, Parse parse) {
  config::Type<M> type;
  type.words = words;
  type.schema = text_schema;
  type.show = [](const M&) { return Native(); };
  type.read = [words, parse](const Node& node, Problems& problems) -> std::optional<M> {
    if (node.kind != Node::Kind::scalar) {
      config::add_unexpected(node, words, problems);
      return std::nullopt;
    }
    try {
      return parse(node.scalar);
    } catch (const Error& error) {
      problems.add(at_column(node, error.column()), error.what());
      return std::nullopt;
    }
  };
  return type;
}

struct RawMoment {
  std::optional<Path> path;
  std::string format = "iso";
  std::string zone = "UTC";
  bool inclusive = true;
};

void add_format_keys(config::Table<RawMoment>& table) {
  table
      .optional("format", &RawMoment::format, config::text(),
                "iso (with its offset), epoch_s, epoch_ms, or an ICU pattern with date and time: `dd/MM/yyyy HH:mm`.")
      .optional("zone", &RawMoment::zone, config::text(), "The pattern's time zone, such as Europe/Berlin.");
}

std::optional<MomentFormat> make_format(const RawMoment& raw, const Node& node, Problems& problems) {
  std::string fault;
  auto format = MomentFormat::make(raw.format, raw.zone, fault);
  if (format) return format;
  const Node* place = node.find("format");
  problems.add(place != nullptr ? place->place : node.place, fault,
               "write iso, epoch_s, epoch_ms or an ICU pattern such as dd.MM.yyyy HH:mm:ss");
  return std::nullopt;
}

/// Calls `visit(node, template)` for every text with a template in it.
template <class Visit>
void for_each_template(const Node& node, const Visit& visit) {
  for (const auto& member : node.members) for_each_template(member.value, visit);
  for (const Node& item : node.items) for_each_template(item, visit);
  if (node.kind != Node::Kind::scalar || node.scalar.find("${") == std::string::npos) return;
  try {
    visit(node, Template::parse(node.scalar));
  } catch (const ExpressionError&) {
    // Named already, where the value was read.
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// The x of every `scope.x` in the text, with their columns.
std::vector<std::pair<std::string, std::size_t>> members_of(std::string_view text, std::string_view scope) {
  std::vector<std::pair<std::string, std::size_t>> found;
  const std::string prefix = std::string(scope) + ".";
  for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
    if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '.')) continue;
    const std::size_t begin = at + prefix.size();
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    found.emplace_back(std::string(text.substr(begin, end - begin)), begin);
  }
  return found;
}

}  // namespace

config::Type<Template> template_type() {
  return parsed_type<Template, ExpressionError>("text with ${expression} in it",
                                                [](const std::string& text) { return Template::parse(text); });
}

config::Type<Path> path_type() {
  auto type =
      parsed_type<Path, PathError>("a path such as data.id", [](const std::string& text) { return Path::parse(text); });
  type.show = [](const Path& path) { return Native(path.text()); };
  return type;
}

config::Type<Selection> selection_type() {
  return parsed_type<Selection, PathError>("the path of a list, such as data.items",
                                           [](const std::string& text) { return Selection::parse(text); });
}

config::Type<BodyTemplate> body_type() {
  config::Type<BodyTemplate> type;
  type.words = "a JSON body as YAML, with ${expression} in its texts";
  type.schema = [] { return Native(Native::Object{}); };
  type.show = [](const BodyTemplate&) { return Native(); };
  type.read = [](const Node& node, Problems& problems) { return BodyTemplate::read(node, problems); };
  return type;
}

config::Type<RequestLine> request_type() {
  config::Type<RequestLine> type;
  type.words = "a method and a path, such as GET /contacts/${id}";
  type.schema = text_schema;
  type.show = [](const RequestLine&) { return Native(); };
  type.read = [words = type.words](const Node& node, Problems& problems) -> std::optional<RequestLine> {
    const std::vector<std::string> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    const std::size_t space = node.scalar.find(' ');
    const std::string method = node.scalar.substr(0, space);
    const bool known = std::find(methods.begin(), methods.end(), method) != methods.end();
    if (node.kind != Node::Kind::scalar || !known || space == std::string::npos || node.scalar[space + 1] != '/') {
      config::add_unexpected(node, words, problems, "methods are GET, POST, PUT, PATCH and DELETE");
      return std::nullopt;
    }
    Node path = node;
    path.scalar = node.scalar.substr(space + 1);
    path.place = at_column(node, space + 1);
    path.quoted = false;
    if (path.scalar.find('?') != std::string::npos) {
      problems.add(path.place, "a path may hold no '?'", "give the parameters under query:");
      return std::nullopt;
    }
    auto parsed = template_type().read(path, problems);
    if (!parsed) return std::nullopt;
    return RequestLine{method, std::move(*parsed)};
  };
  return type;
}

config::Type<Moment> moment_type() {
  config::Table<RawMoment> table("a moment");
  table.required("path", &RawMoment::path, config::maybe(path_type()), "Where it stands.");
  add_format_keys(table);
  config::Type<Moment> type;
  type.words = "a path, or {path, format, zone}";
  type.inner = table.type().inner;
  type.schema = [table] {
    return Native(Native::Object{{"anyOf", Native(Native::Array{text_schema(), table.schema()})}});
  };
  type.show = [](const Moment&) { return Native(); };
  type.read = [table](const Node& node, Problems& problems) -> std::optional<Moment> {
    RawMoment raw;
    if (node.kind == Node::Kind::map) {
      raw = table.read(node, problems);
    } else {
      raw.path = path_type().read(node, problems);
    }
    const auto format = make_format(raw, node, problems);
    if (!raw.path || !format) return std::nullopt;
    return Moment{std::move(*raw.path), *format};
  };
  return type;
}

config::Type<Since> since_type() {
  config::Table<RawMoment> table("since");
  add_format_keys(table);
  table.optional("inclusive", &RawMoment::inclusive, config::boolean(),
                 "false: the system answers with what is newer than since, but not with what is equal to it.");
  config::Type<Since> type;
  type.words = "a map";
  type.inner = table.type().inner;
  type.schema = [table] { return table.schema(); };
  type.show = [](const Since&) { return Native(); };
  type.read = [table](const Node& node, Problems& problems) -> std::optional<Since> {
    const RawMoment raw = table.read(node, problems);
    const auto format = make_format(raw, node, problems);
    if (!format) return std::nullopt;
    return Since{*format, raw.inclusive};
  };
  return type;
}

config::Type<Statuses> statuses_type() {
  return config::one_or_list_of(config::integer(100, 599));
}

config::Type<Failure::Kind> failure_kind_type() {
  return config::choice<Failure::Kind>({{"retry", Failure::Kind::retry},
                                        {"system_down", Failure::Kind::system_down},
                                        {"in_doubt", Failure::Kind::in_doubt},
                                        {"conflict", Failure::Kind::conflict},
                                        {"rejected", Failure::Kind::rejected},
                                        {"credentials", Failure::Kind::credentials},
                                        {"not_found", Failure::Kind::not_found}});
}

void check_names(const Node& section, const std::vector<std::string>& keys, const std::vector<std::string>& allowed,
                 Problems& problems) {
  std::vector<std::string> known = allowed;
  known.emplace_back("settings");
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  const auto visit = [&](const Node& node, const Template& text) {
    for (const std::string& name : text.names()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      problems.add(node.place, "the name '" + name + "' is not known here", "known are " + list);
    }
  };
  for (const std::string& key : keys)
    if (const Node* node = section.find(key)) for_each_template(*node, visit);
}

void check_settings(const Node& root, const std::vector<std::pair<std::string, Setting>>& settings,
                    Problems& problems) {
  const auto check = [&](const Node& node, std::string_view scope, bool secret) {
    for (const auto& [name, column] : members_of(node.scalar, scope)) {
      const auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.first == name; });
      if (found == settings.end()) {
        problems.add(at_column(node, column), "the setting '" + name + "' is not declared", "add it under settings:");
      } else if (found->second.secret != secret) {
        problems.add(at_column(node, column),
                     "'" + name + "' is " + (secret ? "no secret" : "a secret") + ", so it is not part of '" +
                         std::string(scope) + "'",
                     std::string("write ") + (secret ? "settings." : "secret.") + name);
      }
    }
  };
  for_each_template(root, [&](const Node& node, const Template&) {
    check(node, "settings", false);
    check(node, "secret", true);
  });
}

}  // namespace counterpart::rest
