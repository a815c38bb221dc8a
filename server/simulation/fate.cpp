#include "server/simulation/fate.h"

#include <utility>

#include "server/store/failure.h"

namespace counterpart::simulation {

void Fate::be_kind() {
  left_ = 0;
  spoilt_.reset();
}

void Fate::reach(std::string_view point) {
  const bool commit = point.starts_with("commit.");
  if (over_ && commit) throw Over();
  if (over_) return;
  ++reached_;
  if (on_point) on_point(point);
  if (left_ > 0 && --left_ == 0) {
    over_ = true;
    if (commit) throw Over();
    return;
  }
  if (!commit || !spoilt_ || point.ends_with(".after") != (*spoilt_ == Commit::in_doubt)) return;
  const Commit how = *std::exchange(spoilt_, std::nullopt);
  if (how == Commit::lost) throw store::Failure(store::FailureKind::reconnect, "the connection was lost");
  throw store::Failure(store::FailureKind::in_doubt, "the answer to COMMIT was lost");
}

}  // namespace counterpart::simulation
