#include "connectors/tryton/directory.h"

#include "connectors/tryton/spelling.h"
#include "connectors/tryton/unsuitable.h"
#include "mapping/values/decimal.h"

namespace counterpart::tryton {
namespace {

/// A name in the one spelling that rows are kept under.
std::string kept_name(const Lookup& lookup, const Native& value) {
  if (lookup.key != Lookup::Key::decimal) return value.plain();
  const std::string text = plain_decimal(value).plain();
  const auto number = Decimal::parse(text);
  return number ? number->print() : text;
}

/// A name as Tryton searches for it; nullopt for what cannot be one.
std::optional<Native> sought(const Lookup& lookup, const std::string& name) {
  if (lookup.key == Lookup::Key::id) return id_number(name);
  if (lookup.key == Lookup::Key::decimal) return tagged_decimal(name);
  return Native(name);
}

Call search(const Lookup& lookup, Native::Array wanted) {
  Call call;
  call.verb = std::string("find ") + lookup.model;
  call.model = lookup.model;
  call.method = "search_read";
  Native::Array condition = {lookup.field, "in", std::move(wanted)};
  Native::Array fields = {lookup.field};
  fields.insert(fields.end(), lookup.also.begin(), lookup.also.end());
  call.params = {Native::Array{Native(std::move(condition))}, Native::integer(0), Native(), Native(),
                 Native(std::move(fields))};
  if (lookup.inactive) call.context.set("active_test", false);
  return call;
}

}  // namespace

boost::asio::awaitable<std::optional<Refusal>> Directories::learn(Names names) {
  for (auto& [lookup, some] : names)
    if (auto refusal = co_await learn(lookup, std::move(some))) co_return refusal;
  co_return std::nullopt;
}

boost::asio::awaitable<std::optional<Refusal>> Directories::learn(const Lookup* lookup, std::set<std::string> names) {
  if (lookup->also.empty())
    std::erase_if(names, [&](const std::string& name) { return known_[lookup].count(kept_name(*lookup, name)) > 0; });
  Native::Array wanted;
  for (const std::string& name : names)
    if (auto value = sought(*lookup, name)) wanted.push_back(std::move(*value));
  if (wanted.empty()) co_return std::nullopt;
  Call call = search(*lookup, std::move(wanted));
  const Manner how = session_.manner(call.verb);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return *refusal;
  const Native& answer = std::get<Reply>(replied).result;
  if (!answer.is_array()) co_return incomprehensible(how, "the answer is no list");
  Rows found;
  for (const Native& row : answer.array()) {
    const Native* name = row.member(lookup->field);
    const Native* id = row.member("id");
    if (name != nullptr && id != nullptr && id->is_number()) found[kept_name(*lookup, *name)].push_back(row);
  }
  // Replaced at once: another coroutine may be using what was known until now.
  for (const std::string& name : names) known_[lookup].erase(kept_name(*lookup, name));
  known_[lookup].merge(found);
  co_return std::nullopt;
}

const std::vector<Native>& Directories::rows(const Lookup& lookup, const std::string& name) const {
  static const std::vector<Native> none;
  const auto known = known_.find(&lookup);
  if (known == known_.end()) return none;
  const auto found = known->second.find(kept_name(lookup, name));
  return found != known->second.end() ? found->second : none;
}

const Native& Directories::id(const Lookup& lookup, const std::string& name) const {
  const auto& found = rows(lookup, name);
  if (found.empty())
    throw Unsuitable(std::string("Tryton has no ") + lookup.what + " '" + name + "'; " + lookup.remedy);
  return *found.front().member("id");
}

}  // namespace counterpart::tryton
