#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>

#include "server/worker/fresh_work.h"
#include "server/worker/item.h"

namespace counterpart {

/// The worker coroutines of all syncs: claim, work, complete, until told to stop. Each sync has its
/// own, so that none waits for another's systems.
class Workers {
 public:
  Workers(boost::asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
          Metrics& metrics, const WorkSettings& settings);

  /// Spawns them; call once.
  void start();

  /// No further claims; what is under way is finished.
  void stop();

  /// Coroutines that have not ended yet.
  int running() const { return running_; }

  /// Fresh work of a sync (Store::on_dirty).
  void wake(store::SyncId sync, const std::vector<store::RecordKey>& keys, std::chrono::microseconds settle);

  /// Something may be due in that sync, or in any: workers that idle look at once.
  void look(store::SyncId sync);
  void look_everywhere();

 private:
  struct Crew {
    Crew(Sync& of, const boost::asio::any_io_executor& executor, Clock& clock, std::size_t batch)
        : sync(of), fresh(executor, clock), most(batch) {}
    void look() {
      next_poll = std::chrono::microseconds(0);
      fresh.wake();
    }

    Sync& sync;
    FreshWork fresh;
    std::size_t most;  ///< records claimed at once: fewer after a failure, until the one that causes it is alone
    std::chrono::microseconds next_poll{0};
    bool outdated = false;  ///< another daemon has put other rules in force
  };

  boost::asio::awaitable<void> run(Crew& crew);
  boost::asio::awaitable<void> take_turn(Crew& crew);
  static void say_outdated(Crew& crew, bool outdated);
  boost::asio::awaitable<void> work(Crew& crew, store::Claim claim, std::chrono::microseconds claimed_at);

  boost::asio::any_io_executor executor_;
  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  const WorkSettings& settings_;
  std::deque<Crew> crews_;
  bool stopping_ = false;
  int running_ = 0;
};

}  // namespace counterpart
