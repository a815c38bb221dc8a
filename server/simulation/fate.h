#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/fault_points.h"

namespace counterpart::simulation {

/// What unwinds the stack of a daemon that has just ended.
struct Over {};

/// The point at which something is to happen, once.
class Occasion {
 public:
  void in(std::uint64_t points) { left_ = points; }       ///< the so-manieth from now (1: the next)
  void at(std::string part) { part_ = std::move(part); }  ///< the next in whose name that stands
  void never() { *this = {}; }

  bool has_come(std::string_view point);

 private:
  std::uint64_t left_ = 0;
  std::optional<std::string> part_;
};

/// What happens to a daemon at its fault points: nothing, a crash, a standstill, or a commit that goes wrong.
class Fate : public FaultPoints {
 public:
  enum class Commit { lost, in_doubt };

  /// Throws Over in the middle of database work where the daemon ends there (and ever after: nothing more is to reach
  /// the database); store::Failure for a spoilt commit. At a call it only notes that it is over.
  void reach(std::string_view point) override;

  /// When it ends.
  Occasion& crash() { return crash_; }
  /// The next commit is lost on its way, or done and its answer lost.
  void spoil_commit(Commit how) { spoilt_ = how; }
  /// When that is called.
  Occasion& freeze(std::function<void()> freeze) {
    freeze_ = std::move(freeze);
    return freezing_;
  }
  void be_kind();  ///< whatever was to come does not

  bool is_over() const { return over_; }
  std::uint64_t reached() const { return reached_; }

  std::function<void(std::string_view point)> on_point;

 private:
  std::uint64_t reached_ = 0;
  Occasion crash_;
  Occasion freezing_;
  std::function<void()> freeze_;
  std::optional<Commit> spoilt_;
  bool over_ = false;
};

}  // namespace counterpart::simulation
