#pragma once

#include <string_view>

namespace counterpart {

/// Every commit and every API call passes a named point, before and after: "commit.claim.before",
/// "call.crm.update.after". `main` hands in one that does nothing, or (COUNTERPART_CRASH_AT, _STOP_AT) ends or stops
/// the process there as a power cut would, for tests of what a crash leaves behind.
class FaultPoints {
 public:
  virtual ~FaultPoints() = default;
  virtual void reach(std::string_view point) = 0;
};

/// Points that do nothing: what production runs with.
class NoFaultPoints : public FaultPoints {
 public:
  void reach(std::string_view) override {}
};

}  // namespace counterpart
