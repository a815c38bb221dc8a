#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <memory>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// Finds what webhooks lost, or never told: lists each system's objects by what changed since the
/// watermark and makes the records dirty in every sync they take part in. One coroutine an object.
///   watermark = min(newest change seen, the system's clock at the start) - overlap,
/// saved after the dirty marks have committed; page by page only where the system sorts by change.
class Sweeper {
 public:
  Sweeper(boost::asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
          Metrics& metrics);

  /// Spawns one loop a system and object; call once.
  void start();

  /// No further pages.
  void stop();

  int running() const { return running_; }

 private:
  struct Beat;  // one system's object

  boost::asio::awaitable<void> run(std::shared_ptr<Beat> beat);
  boost::asio::awaitable<bool> sweep(Beat& beat);
  boost::asio::awaitable<void> mark(Beat& beat, const ChangesPage& page, bool first_load);

  boost::asio::any_io_executor executor_;
  Topology& topology_;
  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  std::vector<std::shared_ptr<Beat>> beats_;
  bool stopping_ = false;
  int running_ = 0;
};

}  // namespace counterpart
