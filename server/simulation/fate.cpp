#include "server/simulation/fate.h"

#include "server/store/failure.h"

namespace counterpart::simulation {

bool Occasion::has_come(std::string_view point) {
  if (part_ && point.find(*part_) != std::string_view::npos) {
    part_.reset();
    return true;
  }
  return left_ > 0 && --left_ == 0;
}

void Fate::be_kind() {
  crash_.never();
  freezing_.never();
  spoilt_.reset();
}

void Fate::reach(std::string_view point) {
  const bool commit = point.starts_with("commit.");
  if (over_ && commit) throw Over();
  if (over_) return;
  ++reached_;
  if (on_point) on_point(point);
  if (crash_.has_come(point)) {
    over_ = true;
    if (commit) throw Over();
    return;
  }
  if (freezing_.has_come(point)) {
    const auto freeze = freeze_;  // which may say when the next comes
    freeze();
  }
  if (!commit || !spoilt_ || point.ends_with(".after") != (*spoilt_ == Commit::in_doubt)) return;
  const Commit how = *std::exchange(spoilt_, std::nullopt);
  if (how == Commit::lost) throw store::Failure(store::FailureKind::reconnect, "the connection was lost");
  throw store::Failure(store::FailureKind::in_doubt, "the answer to COMMIT was lost");
}

}  // namespace counterpart::simulation
