#include "connectors/rest/definition.h"

#include <algorithm>

#include "connectors/rest/definition_types.h"

namespace counterpart::rest {
namespace {

using config::maybe;
using config::Node;
using config::Problems;
using config::Table;

Table<Setting> setting_table() {
  return Table<Setting>("a setting")
      .required("doc", &Setting::doc, config::text(), "What it is, for whoever fills in the configuration.")
      .optional("required", &Setting::required, config::boolean(), "Whether each system must give it.")
      .optional("secret", &Setting::secret, config::boolean(),
                "A password, token or key: `${secret.NAME}` instead of `${settings.NAME}`, and never printed.")
      .optional("default", &Setting::default_text, config::text(), "Its value where none is given.");
}

Table<Auth> auth_table() {
  const auto basic = Table<Basic>("basic")
                         .required("user", &Basic::user, template_type(), "The user's name.")
                         .required("password", &Basic::password, template_type(), "The password, `${secret.password}`.")
                         .type();
  return Table<Auth>("auth")
      .optional("headers", &Auth::headers, config::text_map_of(template_type()),
                "Headers that prove who we are: `Authorization: Bearer ${secret.token}`.")
      .optional("query", &Auth::query, config::text_map_of(template_type()),
                "Parameters after the ? that do. They are not stored with places in a listing.")
      .optional("basic", &Auth::basic, maybe(basic), "HTTP Basic authentication.")
      .check([](const Auth&, const Node& node, Problems& problems) {
        check_names(node, {"headers", "query", "basic"}, {"secret"}, problems);
      });
}

Table<Http> http_table() {
  constexpr std::int64_t kConcurrencyMost = 64;
  return Table<Http>("http")
      .required("base_url", &Http::base_url, template_type(),
                "What every path is appended to: `${settings.url}/api/v2`.")
      .optional("headers", &Http::headers, config::text_map_of(template_type()),
                "Headers of every request. `Content-Type: application/x-www-form-urlencoded` has bodies sent as form "
                "fields, `a[b]=…`.")
      .optional("timeout", &Http::timeout, config::duration(),
                "A request is given at least so long, whatever the system's `timeout`: for slow APIs.")
      .optional("concurrency", &Http::concurrency, config::integer(1, kConcurrencyMost),
                "Calls of one batch of records at once; `pace.connections` bounds them all.")
      .check([](const Http&, const Node& node, Problems& problems) {
        check_names(node, {"base_url"}, {}, problems);
        check_names(node, {"headers"}, {"secret"}, problems);
      });
}

Table<User> user_table() {
  Table<User> table("user");
  add_call_keys(table, &User::call, true);
  table.required("path", &User::path, path_type(), "Our user's id in the answer.");
  return table.check([](const User&, const Node& node, Problems& problems) {
    check_names(node, {"request", "query", "headers", "body"}, {}, problems);
  });
}

Table<ErrorRule> error_table() {
  return Table<ErrorRule>("an error")
      .optional("status", &ErrorRule::status, statuses_type(), "Answers with one of these statuses.")
      .optional("path", &ErrorRule::path, maybe(path_type()),
                "Answers that hold something here; errors with status 200 are told so.")
      .optional("equals", &ErrorRule::equals, maybe(config::text()), "Exactly this, at the path.")
      .optional("contains", &ErrorRule::contains, maybe(config::text()), "Text with this in it, at the path.")
      .required(
          "kind", &ErrorRule::kind, failure_kind_type(),
          "What it means: `retry` later, `system_down` (nothing works), `in_doubt` (may have happened), `conflict` "
          "(moved; decided again), `rejected` (for a person), `credentials` (for a person, all wait), `not_found`.")
      .optional("message", &ErrorRule::message, maybe(path_type()), "Where the system's own words stand.")
      .check([](const ErrorRule& rule, const Node& node, Problems& problems) {
        if (rule.status.empty() && !rule.path)
          problems.add(node.place, "an error needs a status or a path", "else it would match every answer");
        if ((rule.equals || rule.contains) && !rule.path)
          problems.add(node.place, "'equals' and 'contains' need a path", "add path:");
      });
}

void check_objects(const Definition& definition, const Node& root, Problems& problems) {
  const Node* objects = root.find("objects");
  if (objects == nullptr) return;
  if (definition.objects.empty()) problems.add(objects->place, "there is no object", "declare at least one");
  for (const auto& [name, object] : definition.objects) {
    const Node* node = objects->find(name);
    if (node != nullptr && !object.own_records && !definition.records)
      problems.add(node->place, "nothing says how records of '" + name + "' look", "add records: here or at the top");
  }
}

void check_webhooks(const Definition& definition, const Node& root, Problems& problems) {
  if (!definition.webhooks) return;
  std::vector<std::string> known;
  for (const auto& [name, object] : definition.objects) known.push_back(name);
  for (const auto& [word, object] : definition.webhooks->object.map) {
    if (definition.object(object) != nullptr) continue;
    const std::string near = config::nearest(object, known);
    problems.add(root.find("webhooks")->place, "webhooks map '" + word + "' to the unknown object '" + object + "'",
                 near.empty() ? "" : "did you mean '" + near + "'?");
  }
}

Table<Definition> definition_table() {
  return Table<Definition>("a connector's definition")
      .required("connector", &Definition::version, config::integer(1, 1), "Version of this vocabulary.")
      .required("id", &Definition::id, config::name(), "Its short name.")
      .required("title", &Definition::title, config::text(), "Its name for people.")
      .optional("settings", &Definition::settings, config::map_of(setting_table().type()),
                "The keys that a system's section must or may have besides those of every system, `url` among them.")
      .optional("auth", &Definition::auth, auth_table().type(), "How we prove who we are, in every request.")
      .required("http", &Definition::http, http_table().type(), "Where and how requests are sent.")
      .optional("user", &Definition::user, maybe(user_table().type()),
                "How to ask who we are, where records name their last writer: so that our own writes are known.")
      .optional("records", &Definition::records, maybe(record_table().type()),
                "Where a record keeps what. May be given in an object instead.")
      .optional(
          "error_message", &Definition::error_message, config::one_or_list_of(path_type()),
          "Where an error's answer holds the system's own words, for messages; of several the first that is there.")
      .optional("errors", &Definition::errors, config::list_of(error_table().type()),
                "What answers mean; the first that fits, before the defaults.")
      .required("objects", &Definition::objects, config::map_of(object_table().type()),
                "The kinds of records, by the name that the configuration uses.")
      .optional("webhooks", &Definition::webhooks, maybe(webhooks_table().type()), "How its webhooks look.")
      .check([](const Definition& definition, const Node& root, Problems& problems) {
        check_settings(root, definition.settings, problems);
        check_objects(definition, root, problems);
        check_webhooks(definition, root, problems);
      });
}

/// A token in the body is found as the body is read, and is no evidence.
void complete_token(Webhooks& webhooks) {
  if (webhooks.verify.type != HookScheme::Type::body_token) return;
  if (webhooks.verify.body == BodyFormat{}) webhooks.verify.body = webhooks.body;
  webhooks.filter.push_back(Path::parse(webhooks.verify.path));
}

/// What a file may leave out because it follows from the rest.
void complete(Definition& definition) {
  if (definition.webhooks) complete_token(*definition.webhooks);
  for (auto& [name, object] : definition.objects) {
    object.records = object.own_records ? *object.own_records : *definition.records;
    if (object.create && !object.create->call.body) object.create->call.body = BodyTemplate::of_name("fields");
    if (!object.update || object.update->call.body) continue;
    const bool partial = object.update->style == Update::Style::partial;
    object.update->call.body = BodyTemplate::of_name(partial ? "changed" : "fields");
  }
}

}  // namespace

const Object* Definition::object(std::string_view name) const {
  const auto found =
      std::find_if(objects.begin(), objects.end(), [&](const auto& entry) { return entry.first == name; });
  return found == objects.end() ? nullptr : &found->second;
}

std::optional<Definition> read_definition(std::string_view text, const std::string& file, Problems& problems) {
  const config::Interpolate nothing = [](std::string_view, std::string_view) { return std::nullopt; };
  Problems own;
  const Node root = config::parse_yaml(text, file, nothing, own);
  std::optional<Definition> definition;
  if (own.empty()) definition = definition_table().read(root, own);
  for (const config::Mistake& mistake : own.sorted()) problems.add(mistake.place, mistake.what, mistake.remedy);
  if (!own.empty()) return std::nullopt;
  complete(*definition);
  return definition;
}

Native definition_schema() {
  return definition_table().schema();
}

std::vector<config::KeyDoc> definition_keys() {
  return definition_table().keys();
}

}  // namespace counterpart::rest
