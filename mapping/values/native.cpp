#include "mapping/values/native.h"

#include <algorithm>

#include "mapping/values/json.h"

namespace counterpart {
namespace {

/// Above this many members, comparing in another order sorts instead of searching: hostile input stays cheap.
constexpr std::size_t kSearchedMembersMax = 16;

using Members = std::vector<const Native::Member*>;

Members sorted_by_name(const Native::Object& object) {
  Members members;
  members.reserve(object.size());
  for (const Native::Member& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const Native::Member* member) -> const std::string& { return member->first; });
  return members;
}

bool same_members(const Native::Object& a, const Native::Object& b) {
  if (a.size() != b.size()) return false;
  if (std::ranges::equal(a, b, {}, &Native::Member::first, &Native::Member::first)) return a == b;
  if (a.size() > kSearchedMembersMax) {
    return std::ranges::equal(sorted_by_name(a), sorted_by_name(b),
                              [](const Native::Member* x, const Native::Member* y) { return *x == *y; });
  }
  return std::ranges::all_of(a, [&](const Native::Member& member) {
    const auto found = std::ranges::find(b, member.first, &Native::Member::first);
    return found != b.end() && found->second == member.second;
  });
}

}  // namespace

const Native* Native::member(std::string_view name) const {
  const auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Member::first);
  return found == members->end() ? nullptr : &found->second;
}

Native* Native::member(std::string_view name) {
  auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Member::first);
  return found == members->end() ? nullptr : &found->second;
}

Native& Native::set(std::string_view name, Native value) {
  if (is_null()) value_ = Object{};
  if (Native* present = member(name)) {
    *present = std::move(value);
    return *present;
  }
  return object().emplace_back(std::string(name), std::move(value)).second;
}

bool Native::remove(std::string_view name) {
  auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return false;
  const auto found = std::ranges::find(*members, name, &Member::first);
  if (found == members->end()) return false;
  members->erase(found);
  return true;
}

std::string Native::plain() const {
  if (is_text()) return text();
  if (is_number()) return number();
  if (is_bool()) return boolean() ? "true" : "false";
  if (is_null()) return {};
  return print_json(*this);
}

bool Native::operator==(const Native& other) const {
  if (is_object() && other.is_object()) return same_members(object(), other.object());
  return value_ == other.value_;
}

}  // namespace counterpart
