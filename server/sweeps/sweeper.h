#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// Why a sweep did not come to its end; nothing: it did.
struct SweepFault {
  std::string why;                                         ///< "" : none; else one word or sentence without values
  bool for_a_person = false;                               ///< will not pass by itself
  bool watermark_ahead = false;                            ///< it stood in the future: all must be listed
  bool lost = false;                                       ///< another daemon has begun anew: nobody's fault
  std::optional<std::chrono::milliseconds> retry_after{};  ///< what the system asked for
};

struct SweepSettings {
  std::chrono::milliseconds clock_skew{2'000};  ///< how far apart a system's clock and ours may be
  int pages_max = 100'000;                      ///< a listing with more does not end
  int alert_after = 5;                          ///< failures in a row, over all daemons
  std::chrono::milliseconds lease{60'000};      ///< a sweep without a sign of life for so long is begun anew
};

/// Finds what webhooks lost, or never told: lists each system's objects by what changed since the
/// watermark, makes the records dirty in every sync they take part in and takes their match keys into the identity
/// index. One coroutine an object; of several daemons one sweeps it at a time, whichever comes first when it is due.
/// An object listed to its end, here or by another daemon lately, is noted in Sync::listed: creates wait for it.
/// Where a side of a mapping has never been listed, all its records are, once, whatever the watermark; that first load
/// goes on where it broke off if the system sorts by change.
///   watermark = min(newest change seen, the system's clock at the start) - overlap,
/// saved after the dirty marks have committed; page by page only where the system sorts by change. Where the
/// system does not tell its time, ours (with some skew) stands in for it: a record dated in the future moves no
/// watermark past the present. One that stands in the future all the same is given up, and all is listed once.
/// A sweep that fails comes again with a growing pause, at most `sweep.every`; it is logged when it begins to fail
/// and when it works again, and an alert says so from the first failure that needs a person, else from the fifth.
class Sweeper {
 public:
  Sweeper(boost::asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
          Metrics& metrics, SweepSettings settings = {});

  /// Spawns one loop a system and object; call once.
  void start();

  /// No further pages.
  void stop();

  int running() const { return running_; }

 private:
  struct Beat;  // one system's object
  struct Scope;
  struct Walk;
  /// How a listing ended, and how far it came by the system's clock.
  struct Listed {
    SweepFault fault;
    std::optional<Instant> reached;
  };

  boost::asio::awaitable<void> run(std::shared_ptr<Beat> beat);
  boost::asio::awaitable<std::chrono::microseconds> take_turn(Beat& beat, bool eager);
  boost::asio::awaitable<std::chrono::microseconds> end(Beat& beat, SweepFault fault);
  boost::asio::awaitable<void> learn(Beat& beat, const store::SweepTurn& turn);
  static void note_listed(Beat& beat, const std::vector<Participation>& parts);
  static Scope newcomers_of(const std::vector<Participation>& parts, const std::vector<store::Listing>& listings);
  boost::asio::awaitable<SweepFault> sweep(Beat& beat);
  boost::asio::awaitable<SweepFault> load(Beat& beat, Scope newcomers, bool first_of_all);
  boost::asio::awaitable<Listed> list(Beat& beat, const Scope& scope);
  boost::asio::awaitable<bool> take_page(Beat& beat, const Scope& scope, const ChangesPage& page, Walk& walk);
  boost::asio::awaitable<bool> keep(Beat& beat, const Scope& scope, std::optional<Instant> reached);
  boost::asio::awaitable<void> mark(Beat& beat, const ChangesPage& page, const Scope& scope);
  boost::asio::awaitable<void> index(const Participation& part, const ChangesPage& page);
  boost::asio::awaitable<void> note_skipped(Beat& beat, const std::string& why);
  boost::asio::awaitable<void> alert(Beat& beat, const std::string& kind, std::string message, std::string remedy);
  static void say(Beat& beat, const SweepFault& fault);
  boost::asio::awaitable<void> note_result(Beat& beat, const SweepFault& fault);

  boost::asio::any_io_executor executor_;
  Topology& topology_;
  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  SweepSettings settings_;
  std::vector<std::shared_ptr<Beat>> beats_;
  bool stopping_ = false;
  int running_ = 0;
  std::chrono::microseconds started_{0};
};

}  // namespace counterpart
