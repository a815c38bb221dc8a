#include "connectors/rest/rest_connector.h"

#include <algorithm>
#include <charconv>

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

/// What stands there, the elements of lists one by one.
std::vector<const Native*> all_at(const std::optional<Path>& path, const Native& item) {
  std::vector<const Native*> all;
  if (!path) return all;
  for (const Native* found : path->find_all(item)) {
    if (!found->is_array()) {
      all.push_back(found);
      continue;
    }
    for (const Native& element : found->array()) all.push_back(&element);
  }
  return all;
}

/// A system that says 0, or nothing, says no length.
std::optional<std::size_t> length_at(const std::optional<Path>& path, const Native& item) {
  const std::string text = text_at(path, item);
  std::size_t length = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool whole = fault == std::errc() && end == text.data() + text.size();
  return whole && length > 0 ? std::optional(length) : std::nullopt;
}

FieldDescription field_of(const Describe& describe, const Native& item) {
  FieldDescription field;
  field.name = text_at(describe.name, item);
  field.type = text_at(describe.type, item);
  field.required = truth_at(describe.required, item);
  field.read_only = truth_at(describe.read_only, item);
  for (const Native* option : all_at(describe.options, item)) field.options.push_back(option->plain());
  field.max_length = length_at(describe.max_length, item);
  field.custom = truth_at(describe.custom, item);
  field.label = text_at(describe.label, item);
  return field;
}

/// The field, and behind it those of its rows.
void add_field(const Describe& describe, const Native& item, std::vector<FieldDescription>& fields) {
  const std::string name = fields.emplace_back(field_of(describe, item)).name;
  for (const Native* row_field : all_at(describe.row_fields, item)) {
    FieldDescription& inner = fields.emplace_back(field_of(describe, *row_field));
    inner.name = name + "." + inner.name;
  }
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
  ObjectDescription description{how.fields, how.users_add_fields};
  if (!how.call.request) co_return description;
  const Answered answered = co_await exchange_.ask(&how.call, Variables(), asking);
  if (const auto* failure = std::get_if<Failure>(&answered)) co_return *failure;
  const auto items = how.select.find(std::get<Answer>(answered).body);
  if (!items) co_return incomprehensible(asking, "the answer holds no list at '" + how.select.list() + "'");
  for (const Native* item : *items) add_field(how, *item, description.fields);
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
