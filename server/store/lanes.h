#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "connectors/ports/random.h"
#include "server/store/lane.h"
#include "server/store/store.h"

namespace counterpart::store {

/// How a store's connections are made.
ConnectionSettings connection_for(const StoreSettings& settings);

/// All lanes of a store: one for intake, some for work, one for what daemons share for the moment, one for looking at
/// things; and the thread that breaks connections on which the database has fallen silent.
class Lanes {
 public:
  /// `host`: who steps the lanes; nullptr: threads of their own.
  Lanes(boost::asio::io_context& io, const StoreSettings& settings, Random& random, FaultPoints& points,
        LaneHost* host);
  ~Lanes();  ///< end()
  Lanes(const Lanes&) = delete;

  /// Every lane ends after its running job. Once.
  void end();

  Lane& intake() { return *lanes_.front(); }
  Lane& reports() { return *lanes_.back(); }
  /// For small change that need not survive a crash of the database, and must not wait behind work.
  Lane& shared() { return **(lanes_.end() - 2); }
  /// The work lane with the least to do.
  Lane& work();

  /// Connections made again so far, on all lanes.
  std::uint64_t reconnections() const;

 private:
  void watch(milliseconds limit);

  std::vector<std::unique_ptr<Lane>> lanes_;  // intake, work…, shared, reports
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread watchdog_;
};

}  // namespace counterpart::store
