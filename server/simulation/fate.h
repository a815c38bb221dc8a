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

/// What happens to a daemon at its fault points: nothing, a crash, a standstill, or a commit that goes wrong.
class Fate : public FaultPoints {
 public:
  enum class Commit { lost, in_doubt };

  /// Throws Over in the middle of database work where the daemon ends there (and ever after: nothing more is to reach
  /// the database); store::Failure for a spoilt commit. At a call it only notes that it is over.
  void reach(std::string_view point) override;

  /// It ends at the so-manieth point from now (1: the next).
  void crash_in(std::uint64_t points) { left_ = points; }
  /// It ends at the next point in whose name that stands.
  void crash_at(std::string part) { crash_at_ = std::move(part); }
  /// The next commit is lost on its way, or done and its answer lost.
  void spoil_commit(Commit how) { spoilt_ = how; }
  /// At the so-manieth point from now that is called.
  void freeze_in(std::uint64_t points, std::function<void()> freeze) {
    until_frozen_ = points;
    freeze_ = std::move(freeze);
  }
  /// At the next point in whose name that stands it is called.
  void freeze_at(std::string part, std::function<void()> freeze) {
    freeze_at_ = std::move(part);
    freeze_ = std::move(freeze);
  }
  void be_kind();  ///< whatever was to come does not

  bool is_over() const { return over_; }
  std::uint64_t reached() const { return reached_; }

  std::function<void(std::string_view point)> on_point;

 private:
  std::uint64_t reached_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t until_frozen_ = 0;
  std::optional<std::string> crash_at_;
  std::optional<std::string> freeze_at_;
  std::function<void()> freeze_;
  std::optional<Commit> spoilt_;
  bool over_ = false;
};

}  // namespace counterpart::simulation
