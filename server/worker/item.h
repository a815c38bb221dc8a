#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "mapping/reconcile/match.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// What one claim's work is done with and under.
struct Work {
  store::Store& store;
  Clock& clock;
  Random& random;
  Metrics& metrics;
  const WorkSettings& settings;
  Sync& sync;
  store::LeaseNumber lease = 0;
  std::chrono::microseconds lease_until{};  ///< by Clock::uptime()
  bool leased_across_syncs = false;         ///< records or match keys that other syncs may write, too
  bool more_leased = false;                 ///< match keys or candidates are leased besides the claimed records
  Instant claimed_at{};                     ///< when the claim was made, by the database's clock
  std::chrono::microseconds begun{};        ///< when its answer was there, by Clock::uptime()

  /// The time by the database's clock, which stamps news and intents for all daemons: ours may be off or jump.
  Instant now() const { return claimed_at + (clock.uptime() - begun); }

  /// Until when a write to that system may be sent: its answer comes under the lease, and what was decided is
  /// still fresh. `fresh_for`: how long that is, without waiting for other calls' turns.
  SendBy send_by(const System& system, std::chrono::milliseconds fresh_for) const;
};

/// What that side's system can do with the mapping's object there.
inline const Capabilities& capabilities(const Work& work, const ObjectMapping& mapping, Side side) {
  return *work.sync.system[side]->connector->capabilities(mapping.object[side]);
}

/// One pair, or one record without counterpart, on its way through a batch.
struct Item {
  std::vector<store::Claimed> claimed;  ///< one dirty record, or both ends of one link
  const ObjectMapping* mapping = nullptr;
  std::shared_ptr<const ObjectMapping> knowing;  ///< `mapping`, where it was made for this item (learn_counterparts)
  Side side = Side::left;                        ///< where the news is (of claimed.front())
  std::optional<store::LinkRow> link;
  Both<std::string> id;
  Both<std::optional<Record>> record;
  Both<std::chrono::microseconds> read_at{};  ///< by Clock::uptime()
  std::chrono::microseconds searched_at{};    ///< so too: who was on the other side then is known; 0: not searched
  LinkState state;
  std::optional<Decision> decision;
  Both<std::optional<Record>> held_after_write;  ///< what a written side held afterwards
  Both<bool> written;                            ///< by the present decision
  bool wrote = false;                            ///< in this pass, by any decision
  bool noted = false;                            ///< what the present decision does not write stands in the ending
  bool settled_intents = false;                  ///< an open intent was settled: a full pass is due
  Both<bool> look_again;                         ///< the side came to hold other values than were read or sent

  store::Completion ending;  ///< gathers what is stored at the end
  bool ended = false;

  const store::Claimed& news() const { return claimed.front(); }
  bool claimed_on(Side which) const;
  bool has_open_intents() const;
  /// "contacts left 42", for logs and alerts.
  std::string subject() const;
  Both<const Record*> records() const;
};

/// Items that are still under way.
std::vector<Item*> under_way(std::vector<Item>& items);

/// The item a decision is made with: what `latest`, oscillation and the rest need to know.
ReconcileContext context_of(const Work& work, const Item& item);

}  // namespace counterpart
