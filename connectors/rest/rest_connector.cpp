#include "connectors/rest/rest_connector.h"

#include <algorithm>

#include "connectors/rest/hook_reader.h"
#include "connectors/rest/record_reader.h"
#include "connectors/rest/run_each.h"

namespace counterpart::rest {
namespace {

using Kind = Failure::Kind;

std::size_t size_of(std::int64_t limit) {
  return static_cast<std::size_t>(limit);
}

/// Records a write call can take: the least of what creates and updates take.
std::size_t write_batch_of(const Object& object) {
  const auto limit = [](const auto& operation) {
    return operation && operation->batch ? size_of(operation->batch->limit) : std::size_t{1};
  };
  if (!object.create) return limit(object.update);
  if (!object.update) return limit(object.create);
  return std::min(limit(object.create), limit(object.update));
}

Capabilities capabilities_of(const Object& object) {
  Capabilities can;
  can.create = object.create.has_value();
  can.update = object.update.has_value();
  can.remove = object.remove.has_value();
  can.sorted_changes = object.changes && object.changes->sorted;
  can.precondition = object.update && object.update->precondition == Precondition::revision;
  can.unique_revision = object.unique_revision;
  can.returns_record = (!object.create || object.create->returns == Returns::record) &&
                       (!object.update || object.update->returns == Returns::record);
  can.names_modifier = object.records.modified_by.has_value();
  can.clears_absent = object.records.absent_is_blank;
  can.read_batch = object.read->many ? size_of(object.read->many->limit) : 1;
  can.write_batch = write_batch_of(object);
  for (const auto& [path, find] : object.find) can.searchable.push_back(path);
  can.stamp = object.stamp;
  can.visibility_lag = object.search_lag;
  return can;
}

bool truth_at(const std::optional<Path>& path, const Native& item) {
  const Native* value = path ? path->find(item) : nullptr;
  return value != nullptr && (value->is_bool() ? value->boolean() : !value->is_null() && value->plain() != "0");
}

FieldDescription field_of(const Describe& describe, const Native& item) {
  FieldDescription field;
  if (const Native* name = describe.name.find(item)) field.name = name->plain();
  if (const Native* type = describe.type ? describe.type->find(item) : nullptr) field.type = type->plain();
  field.required = truth_at(describe.required, item);
  field.read_only = truth_at(describe.read_only, item);
  if (!describe.options) return field;
  for (const Native* option : describe.options->find_all(item)) {
    if (!option->is_array()) {
      field.options.push_back(option->plain());
      continue;
    }
    for (const Native& element : option->array()) field.options.push_back(element.plain());
  }
  return field;
}

}  // namespace

RestConnector::RestConnector(std::shared_ptr<const Definition> definition, const SystemSettings& settings,
                             const ConnectorPorts& ports)
    : definition_(std::move(definition)), exchange_(definition_, settings, ports) {
  for (const auto& [name, declared] : definition_->objects) capabilities_.emplace(name, capabilities_of(declared));
}

std::vector<std::string> RestConnector::objects() const {
  std::vector<std::string> names;
  for (const auto& [name, declared] : definition_->objects) names.push_back(name);
  return names;
}

const Capabilities* RestConnector::capabilities(std::string_view object) const {
  const auto found = capabilities_.find(object);
  return found != capabilities_.end() ? &found->second : nullptr;
}

Manner RestConnector::manner(std::string_view verb, std::string_view object, Effect effect) const {
  Manner made;
  made.purpose = exchange_.system() + ": " + std::string(verb) + " " + std::string(object);
  made.effect = effect;
  return made;
}

boost::asio::awaitable<void> RestConnector::each(std::size_t count, Each job) const {
  return run_each(count, size_of(definition_->http.concurrency), std::move(job));
}

std::chrono::milliseconds RestConnector::call_timeout() const {
  return exchange_.timeout();
}

boost::asio::awaitable<std::string> RestConnector::own_user() {
  if (!own_user_.empty() || !definition_->user) co_return own_user_;
  const Answered answered =
      co_await exchange_.ask(&definition_->user->call, Variables(), manner("ask who", "we are", Effect::read));
  if (const auto* answer = std::get_if<Answer>(&answered))
    own_user_ = id_text(definition_->user->path.find(answer->body));
  co_return own_user_;
}

boost::asio::awaitable<DescribeResult> RestConnector::describe(std::string name) {
  const Object* known = object(name);
  const Manner asking = manner("describe", name, Effect::read);
  if (known == nullptr) co_return Failure{Kind::rejected, asking.purpose + ": no such object", std::nullopt};
  if (!known->describe) co_return ObjectDescription{};
  const Describe& how = *known->describe;
  ObjectDescription description{how.fields};
  if (!how.call.request) co_return description;
  const Answered answered = co_await exchange_.ask(&how.call, Variables(), asking);
  if (const auto* failure = std::get_if<Failure>(&answered)) co_return *failure;
  const auto items = how.select.find(std::get<Answer>(answered).body);
  if (!items) co_return incomprehensible(asking, "the answer holds no list at '" + how.select.list() + "'");
  for (const Native* item : *items) description.fields.push_back(field_of(how, *item));
  co_return description;
}

std::optional<HookScheme> RestConnector::hook_scheme() const {
  if (!definition_->webhooks) return std::nullopt;
  return definition_->webhooks->verify;
}

std::vector<News> RestConnector::parse_hook(const HookRequest& request) const {
  return read_hook(*definition_, request);
}

std::optional<std::string> RestConnector::hook_evidence(const HookRequest& request) const {
  return filtered_hook(*definition_, request);
}

HookAnswers RestConnector::hook_answers() const {
  return definition_->webhooks ? definition_->webhooks->answers : HookAnswers{};
}

}  // namespace counterpart::rest
