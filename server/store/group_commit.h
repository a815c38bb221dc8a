#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "server/store/lane.h"
#include "server/store/marks.h"

namespace counterpart::store {

/// Intake's way into the database: calls that wait while the lane commits share the next transaction. No timer:
/// the first call goes at once, and the group grows by itself under load.
class GroupCommit {
 public:
  /// `woken` is called on the lane's thread after a COMMIT.
  GroupCommit(boost::asio::io_context& io, Lane& lane, std::size_t deliveries_max,
              std::function<void(std::vector<Woken>)> woken);

  /// Returns after COMMIT with the number of marks that raised a generation. Throws IntakeFull,
  /// DatabaseAway, and StoreError if these deliveries cannot be stored.
  awaitable<int> accept(std::vector<Delivery> deliveries);

 private:
  struct Call;
  class Drain;
  struct State;

  std::shared_ptr<Call> enqueue(std::vector<Delivery> deliveries);

  boost::asio::io_context& io_;
  Lane& lane_;
  std::shared_ptr<State> state_;
};

}  // namespace counterpart::store
