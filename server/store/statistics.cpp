#include "server/store/statistics.h"

#include <algorithm>

#include "server/store/store.h"

namespace counterpart::store {

bool Growth::note(std::size_t more) {
  constexpr std::size_t kFactor = 4;
  stored_ += more;
  if (stored_ < next_) return false;
  while (next_ <= stored_) next_ += std::min(next_ * (kFactor - 1), kOften);
  return true;
}

namespace {

class StatisticsJob : public Job {
 public:
  void run(Session& session) override {
    try {
      session.transact("statistics", [](Transaction& transaction) {
        transaction.later("be_impatient");
        transaction.exec("refresh_statistics");
      });
    } catch (...) {
      // Nobody waits for it. Away: the next job on this lane meets that, too. Not allowed: PostgreSQL does it itself.
    }
  }

  void reject(std::exception_ptr /*error*/) override {}
};

}  // namespace

std::unique_ptr<Job> make_statistics_job() {
  return std::make_unique<StatisticsJob>();
}

}  // namespace counterpart::store
