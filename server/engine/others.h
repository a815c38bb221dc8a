#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/clock.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"

namespace counterpart {

/// The other daemons on the same database: how many there are, what they are told of, what they tell. Hints only:
/// who hears nothing finds due work a little later.
class Others {
 public:
  struct Heard {
    std::function<void(store::SyncId)> news;            ///< records of a sync became dirty elsewhere
    std::function<void()> anything;                     ///< what was told for a while is not known
    std::function<void(std::string_view system)> pace;  ///< a system paused, failed or came back
  };

  /// `daemon`: our own id, by which our own words are told from others'.
  Others(store::Store& store, Clock& clock, Metrics& metrics, std::string daemon, Heard heard);

  /// Begins to listen, once.
  void listen();

  /// Records of a sync became dirty here. Told at the next turn of tell(), and only where there is anybody to hear it.
  void note_news(store::SyncId sync) { news_.insert(sync); }

  /// Tells what is to be told, at most four times a second, until stop().
  boost::asio::awaitable<void> tell();

  /// Says every two seconds that this daemon is alive, until stop(). Counts the others.
  boost::asio::awaitable<void> stay_alive();

  void stop() { stopping_ = true; }

  /// What another daemon's words mean; public for the sake of its table of cases.
  void hear(const std::string& words);

 private:
  boost::asio::awaitable<void> tell_news();

  store::Store& store_;
  Clock& clock_;
  Metrics& metrics_;
  std::string daemon_;
  Heard heard_;
  std::set<store::SyncId> news_;
  int others_ = 0;
  bool stopping_ = false;
};

}  // namespace counterpart
