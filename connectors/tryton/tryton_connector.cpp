#include "connectors/tryton/tryton_connector.h"

#include "connectors/tryton/spelling.h"
#include "connectors/tryton/tryton.h"

namespace counterpart::tryton {
namespace {

std::vector<std::string> options_of(const Native& description) {
  std::vector<std::string> options;
  const Native* selection = description.member("selection");
  // Where it is a text, it names a method to ask.
  if (selection == nullptr || !selection->is_array()) return options;
  for (const Native& option : selection->array())
    if (option.is_array() && !option.array().empty()) options.push_back(option.array().front().plain());
  return options;
}

/// A text of so many characters tells them as a number, or as a statement that gives one.
std::optional<std::size_t> length_of(const Native& description) {
  const Native* size = description.member("size");
  const auto number = size != nullptr ? id_number(size->plain()) : std::nullopt;
  return number ? std::optional<std::size_t>(std::stoul(number->number())) : std::nullopt;
}

bool is_true(const Native* value) {
  return value != nullptr && value->is_bool() && value->boolean();
}

Capabilities capabilities_of(const ObjectModel& model) {
  Capabilities can;
  can.create = can.update = true;
  can.remove = !model.base;  // the base would stay behind
  can.precondition = true;
  // unique_revision: once a stamp was seen that tells more than the second.
  can.returns_record = true;
  can.names_modifier = true;
  can.read_batch = model.read_batch;
  can.write_batch = model.write_batch;
  for (const SearchPath& path : model.searches) can.searchable.push_back(path.text);
  return can;
}

/// What Tryton says of the fields of a model, asked for by their names.
Call ask_for_fields(const ObjectModel& model, bool shared) {
  Native::Array names;
  for (const Field& field : model.fields)
    if (field.shared == shared) names.emplace_back(field.source);
  if (!shared)
    for (const ChildModel& child : model.children) names.emplace_back(child.collection);
  Call call;
  call.verb = "describe " + model.name;
  call.model = shared ? model.base->model : model.model;
  call.method = "fields_get";
  call.params.emplace_back(std::move(names));
  return call;
}

FieldDescription description_of(const Field& field, const Native& told) {
  const Native* type = told.member("type");
  const bool fixed =
      field.writing == Writing::computed || (field.writing == Writing::usual && is_true(told.member("readonly")));
  const Native* label = told.member("string");
  FieldDescription description;
  description.name = field.name;
  description.type = type != nullptr ? type->plain() : "";
  description.required = is_true(told.member("required")) && !field.given;
  description.read_only = fixed;
  description.options = options_of(told);
  description.max_length = length_of(told);
  description.label = label != nullptr ? label->plain() : "";
  return description;
}

class TrytonKind : public ConnectorKind {
 public:
  std::string title() const override { return "Tryton"; }

  std::vector<SettingKey> settings() const override {
    return {{"url", "address with the database: http://host:8000/database", true, false, ""},
            {"user", "login name of a user of Counterpart's own", true, false, ""},
            {"password", "the user's password", true, true, ""}};
  }

  std::unique_ptr<Connector> make(const SystemSettings& settings, const ConnectorPorts& ports) const override {
    return std::make_unique<TrytonConnector>(settings, ports);
  }
};

}  // namespace

TrytonConnector::TrytonConnector(const SystemSettings& settings, const ConnectorPorts& ports)
    : session_(settings, ports), directories_(session_) {
  for (const ObjectModel* model : object_models()) capabilities_.emplace(model, capabilities_of(*model));
}

std::vector<std::string> TrytonConnector::objects() const {
  std::vector<std::string> names;
  for (const ObjectModel* model : object_models()) names.push_back(model->name);
  return names;
}

const Capabilities* TrytonConnector::capabilities(std::string_view object) const {
  const auto found = capabilities_.find(object_model(object));
  return found != capabilities_.end() ? &found->second : nullptr;
}

std::chrono::milliseconds TrytonConnector::call_timeout() const {
  return session_.timeout();
}

boost::asio::awaitable<std::string> TrytonConnector::own_user() {
  co_return co_await session_.user();
}

boost::asio::awaitable<DescribeResult> TrytonConnector::describe(std::string object) {
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return unknown("describe", object);
  const Manner how = session_.manner("describe " + object);
  Native told = Native::Object{};
  for (const bool shared : {false, true}) {
    if (shared && !model->base) continue;
    const Replied replied = co_await session_.call(ask_for_fields(*model, shared));
    if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
    const Native& some = std::get<Reply>(replied).result;
    if (!some.is_object()) co_return incomprehensible(how, "the answer is no object").failure;
    for (const auto& [name, value] : some.object()) told.set(name, value);
  }
  ObjectDescription description;
  description.users_add_fields = false;  // it takes a module
  description.fields.push_back({"id", "integer", false, true, {}, {}});
  std::vector<Field> fields = model->fields;
  for (const ChildModel& child : model->children) fields.push_back({.name = child.collection});
  for (const Field& field : fields) {
    const Native* of_field = told.member(field.source);
    if (of_field == nullptr) co_return incomprehensible(how, "there is no field " + field.source).failure;
    description.fields.push_back(description_of(field, *of_field));
  }
  co_return description;
}

std::optional<HookScheme> TrytonConnector::hook_scheme() const {
  return std::nullopt;
}

std::vector<News> TrytonConnector::parse_hook(const HookRequest&) const {
  throw HookFormatError("Tryton sends no webhooks; its records are read every sweep.every");
}

}  // namespace counterpart::tryton

namespace counterpart {

std::shared_ptr<const ConnectorKind> tryton_kind() {
  return std::make_shared<const tryton::TrytonKind>();
}

}  // namespace counterpart
