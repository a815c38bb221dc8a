#include "connectors/tryton/directory.h"

namespace counterpart::tryton {

boost::asio::awaitable<std::optional<Refusal>> Directory::learn(std::set<std::string> names) {
  std::erase_if(names, [this](const std::string& name) { return ids_.count(name) > 0; });
  if (names.empty()) co_return std::nullopt;
  Native::Array condition = {field_, "in", Native::Array(names.begin(), names.end())};
  Call call;
  call.verb = "find " + model_;
  call.model = model_;
  call.method = "search_read";
  call.params = {Native::Array{Native(std::move(condition))}, Native::integer(0), Native(), Native(),
                 Native::Array{field_}};
  call.context.set("active_test", false);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return *refusal;
  const Native& rows = std::get<Reply>(replied).result;
  if (!rows.is_array()) co_return incomprehensible(session_.manner("find " + model_), "the answer is no list");
  for (const Native& row : rows.array()) {
    const Native* name = row.member(field_);
    const Native* id = row.member("id");
    if (name != nullptr && name->is_text() && id != nullptr && id->is_number()) ids_.emplace(name->text(), *id);
  }
  co_return std::nullopt;
}

const Native* Directory::id(const std::string& name) const {
  const auto found = ids_.find(name);
  return found != ids_.end() ? &found->second : nullptr;
}

}  // namespace counterpart::tryton
