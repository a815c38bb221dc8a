#include "connectors/sandbox/calls.h"

namespace counterpart::sandbox {
namespace {

Native whole(std::uint64_t number) {
  return Native::integer(static_cast<long long>(number));
}

}  // namespace

void Calls::count(User user, const std::string& name, bool writes) {
  Tally& tally = tallies_[static_cast<std::size_t>(user)];
  ++(writes ? tally.writes : tally.reads);
  ++tally.by[name];
}

void Calls::count_records(User user, std::size_t written, std::size_t unchanged) {
  Tally& tally = tallies_[static_cast<std::size_t>(user)];
  tally.records_written += written;
  tally.records_unchanged += unchanged;
}

Native Calls::show(const std::array<std::string, kUsers>& names) const {
  Native::Object shown = show(tallies_[static_cast<std::size_t>(User::hub)]);
  Native::Object users;
  for (std::size_t i = 0; i < kUsers; ++i) users.emplace_back(names[i], show(tallies_[i]));
  shown.emplace_back("users", std::move(users));
  shown.emplace_back("strangers", whole(strangers_));
  return Native(std::move(shown));
}

Native::Object Calls::show(const Tally& tally) {
  Native::Object by;
  for (const auto& [name, number] : tally.by) by.emplace_back(name, whole(number));
  Native::Object shown;
  shown.emplace_back("total", whole(tally.reads + tally.writes));
  shown.emplace_back("reads", whole(tally.reads));
  shown.emplace_back("writes", whole(tally.writes));
  shown.emplace_back("records_written", whole(tally.records_written));
  shown.emplace_back("records_unchanged", whole(tally.records_unchanged));
  shown.emplace_back("by", std::move(by));
  return shown;
}

}  // namespace counterpart::sandbox
