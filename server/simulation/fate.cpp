#include "server/simulation/fate.h"

#include "server/store/failure.h"

namespace counterpart::simulation {

namespace {

/// Once.
bool is_meant(std::optional<std::string>& part, std::string_view point) {
  if (!part || point.find(*part) == std::string_view::npos) return false;
  part.reset();
  return true;
}

}  // namespace

void Fate::be_kind() {
  left_ = until_frozen_ = 0;
  crash_at_.reset();
  freeze_at_.reset();
  spoilt_.reset();
}

void Fate::reach(std::string_view point) {
  const bool commit = point.starts_with("commit.");
  if (over_ && commit) throw Over();
  if (over_) return;
  ++reached_;
  if (on_point) on_point(point);
  if (is_meant(crash_at_, point) || (left_ > 0 && --left_ == 0)) {
    over_ = true;
    if (commit) throw Over();
    return;
  }
  if (is_meant(freeze_at_, point) || (until_frozen_ > 0 && --until_frozen_ == 0)) {
    const auto freeze = freeze_;  // which may say when the next comes
    freeze();
  }
  if (!commit || !spoilt_ || point.ends_with(".after") != (*spoilt_ == Commit::in_doubt)) return;
  const Commit how = *std::exchange(spoilt_, std::nullopt);
  if (how == Commit::lost) throw store::Failure(store::FailureKind::reconnect, "the connection was lost");
  throw store::Failure(store::FailureKind::in_doubt, "the answer to COMMIT was lost");
}

}  // namespace counterpart::simulation
