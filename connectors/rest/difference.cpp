#include "connectors/rest/difference.h"

namespace counterpart::rest {

Native difference(const Native& before, const Native& after, bool merge, bool absent_is_blank) {
  Native::Object changed;
  for (const auto& [name, now] : after.object()) {
    const Native* then = before.member(name);
    if (then != nullptr && *then == now) continue;
    if (then == nullptr && now.is_null() && absent_is_blank) continue;
    const bool nested = merge && then != nullptr && then->is_object() && now.is_object();
    changed.emplace_back(name, nested ? difference(*then, now, merge, absent_is_blank) : now);
  }
  for (const auto& [name, then] : before.object())
    if (after.member(name) == nullptr && !then.is_null()) changed.emplace_back(name, Native());
  return changed;
}

}  // namespace counterpart::rest
