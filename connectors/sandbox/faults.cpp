#include "connectors/sandbox/faults.h"

#include <string_view>

#include "connectors/sandbox/query.h"
#include "connectors/sandbox/refusal.h"

namespace counterpart::sandbox {
namespace {

constexpr std::uint64_t kCountMax = 1'000'000'000;
constexpr std::uint64_t kDelayMaxMs = 300'000;

struct Number {
  std::string_view name;
  std::uint64_t Faults::* member;
  std::uint64_t most;
};
constexpr Number kNumbers[] = {
    {"fail_next", &Faults::fail_next, kCountMax},
    {"fail_status", &Faults::fail_status, 599},
    {"lose_answers", &Faults::lose_answers, kCountMax},
    {"delay_ms", &Faults::delay_ms, kDelayMaxMs},
    {"rate_limit_next", &Faults::rate_limit_next, kCountMax},
    {"garbage_next", &Faults::garbage_next, kCountMax},
    {"search_lag_ms", &Faults::search_lag_ms, kDelayMaxMs},
    {"list_lag_ms", &Faults::list_lag_ms, kDelayMaxMs},
    {"duplicate_webhooks", &Faults::duplicate_webhooks, 100},
};

struct Switch {
  std::string_view name;
  bool Faults::* member;
};
constexpr Switch kSwitches[] = {
    {"drop_webhooks", &Faults::drop_webhooks},
    {"reorder_webhooks", &Faults::reorder_webhooks},
};

bool set_number(Faults& faults, const std::string& name, const Native& value) {
  for (const Number& number : kNumbers) {
    if (number.name != name) continue;
    const auto wanted = value.is_number() ? parse_digits(value.number()) : std::nullopt;
    if (!wanted || static_cast<std::uint64_t>(*wanted) > number.most) {
      throw Refused(400, "must be a whole number up to " + std::to_string(number.most), name);
    }
    faults.*number.member = static_cast<std::uint64_t>(*wanted);
    return true;
  }
  return false;
}

bool set_switch(Faults& faults, const std::string& name, const Native& value) {
  for (const Switch& known : kSwitches) {
    if (known.name != name) continue;
    if (!value.is_bool()) throw Refused(400, "must be true or false", name);
    faults.*known.member = value.boolean();
    return true;
  }
  return false;
}

}  // namespace

void set_faults(Faults& faults, const Native& request) {
  if (!request.is_object()) throw Refused(400, "the body must be an object of faults");
  Faults next = faults;
  for (const auto& [name, value] : request.object()) {
    if (!set_number(next, name, value) && !set_switch(next, name, value)) {
      throw Refused(400, "there is no such fault", name);
    }
  }
  if (next.fail_status < 400) throw Refused(400, "must be a status from 400 to 599", "fail_status");
  faults = next;
}

Native show_faults(const Faults& faults) {
  Native::Object shown;
  for (const Number& number : kNumbers) {
    shown.emplace_back(number.name, Native::integer(static_cast<long long>(faults.*number.member)));
  }
  for (const Switch& known : kSwitches) shown.emplace_back(known.name, faults.*known.member);
  return Native(std::move(shown));
}

bool take_one(std::uint64_t& left) {
  if (left == 0) return false;
  --left;
  return true;
}

}  // namespace counterpart::sandbox
