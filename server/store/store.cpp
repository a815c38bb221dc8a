#include "server/store/store.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <iterator>
#include <set>
#include <utility>

#include "server/store/claim_hints.h"
#include "server/store/completions.h"
#include "server/store/group_commit.h"
#include "server/store/intents.h"
#include "server/store/lanes.h"
#include "server/store/leases.h"
#include "server/store/links.h"
#include "server/store/listener.h"
#include "server/store/reports.h"
#include "server/store/schemas.h"
#include "server/store/sharing.h"
#include "server/store/statistics.h"
#include "server/store/upkeep.h"
#include "server/store/waiting.h"
#include "server/within.h"

namespace counterpart::store {

namespace asio = boost::asio;

namespace {

constexpr milliseconds kPingPatience{800};
/// What daemons tell each other goes over it.
constexpr const char* kChannel = "counterpart";
/// Marks in one statement; a sweep may bring very many.
constexpr std::size_t kMarksMax = 2'000;

struct Done {};

/// Leases of work that broke off, to be released when the database answers.
using Abandoned = std::set<std::pair<SyncId, LeaseNumber>>;

/// Halves a batch that is refused until the culprits stand alone; these are stored as parked.
std::vector<bool> complete_or_split(Session& session, SyncId sync, LeaseNumber lease,
                                    const std::vector<Completion>& batch, std::vector<Woken>& woken) {
  std::vector<bool> held;
  const auto store = [&](const std::vector<Completion>& part) {
    std::vector<Woken> marked;
    session.transact("complete", [&](Transaction& transaction) {
      marked.clear();
      held = complete_records(transaction, sync, lease, part, marked);
    });
    std::ranges::move(marked, std::back_inserter(woken));
  };
  try {
    store(batch);
    return held;
  } catch (const StoreError& error) {
    if (batch.empty()) throw;
    if (batch.size() == 1) {
      store({refused_completion(batch.front(), error.what())});
      return held;
    }
  }
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  std::vector<bool> all = complete_or_split(session, sync, lease, {batch.begin(), middle}, woken);
  const std::vector<bool> rest = complete_or_split(session, sync, lease, {middle, batch.end()}, woken);
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

class Store::Impl {
 public:
  Impl(asio::io_context& io, const StoreSettings& settings, Clock& clock, Random& random, FaultPoints& points,
       LaneHost* host)
      : io_(io),
        clock_(clock),
        host_(host),
        daemon_(settings.daemon),
        connection_(connection_for(settings)),
        lanes_(io, settings, random, points, host),
        intake_(io, lanes_.intake(), static_cast<std::size_t>(settings.intake_queue),
                [this](std::vector<Woken> woken) { post_wake(std::move(woken)); }) {}

  /// After COMMIT, from a lane's thread: the hint is given on the io thread, unless the store has gone.
  void post_wake(std::vector<Woken> woken) {
    if (woken.empty()) return;
    asio::post(io_, [wake = wake_, woken = std::move(woken)] {
      if (!*wake) return;
      for (const Woken& one : woken) (*wake)(one.sync, one.keys, one.settle);
    });
  }

  /// The same for what other daemons announce, from the listener's thread.
  void post_heard(std::string words) {
    asio::post(io_, [heard = heard_, words = std::move(words)] {
      if (*heard) (*heard)(words);
    });
  }

  /// A statement about a system's pace, and word of it to the other daemons.
  awaitable<void> change_pace(std::string statement, Arguments arguments, std::string system) {
    const std::string words = "pace " + daemon_ + ' ' + system;
    std::function<Done(Transaction&)> work = [statement = std::move(statement), arguments = std::move(arguments),
                                              words](Transaction& transaction) {
      transaction.exec(statement, arguments);
      transaction.exec("announce", Arguments{words});
      return Done{};
    };
    LaneHost* const host = host_;  // this store may have ended by then
    co_await lanes_.shared().run<Done>("pace", std::move(work));
    if (host != nullptr) host->announced(words);
  }

  asio::io_context& io_;
  Clock& clock_;
  LaneHost* host_;
  std::string daemon_;
  ConnectionSettings connection_;
  std::shared_ptr<Wake> wake_ = std::make_shared<Wake>();
  std::shared_ptr<std::function<void(std::string)>> heard_ = std::make_shared<std::function<void(std::string)>>();
  ClaimHints hints_;
  Abandoned abandoned_;  // the io thread's
  Growth worked_;        // the io thread's
  Growth linked_;        // the io thread's: most is worked before the first pairs are linked
  Growth sent_;          // the io thread's: and linked before anything is written
  Lanes lanes_;
  GroupCommit intake_;
  std::unique_ptr<Listener> listener_;
};

Store::Store(asio::io_context& io, StoreSettings settings, Clock& clock, Random& random, FaultPoints& points,
             LaneHost* host)
    : impl_(std::make_unique<Impl>(io, settings, clock, random, points, host)) {}

Store::~Store() {
  end();
}

void Store::end() {
  *impl_->wake_ = nullptr;
  *impl_->heard_ = nullptr;
  impl_->listener_.reset();
  impl_->lanes_.end();
}

// --- set-up ---------------------------------------------------------------------------------------

awaitable<std::vector<SyncId>> Store::register_syncs(
    std::vector<std::pair<std::string, std::string>> name_and_version) {
  return impl_->lanes_.work().with_session<std::vector<SyncId>>(
      [syncs = std::move(name_and_version)](Session& session) {
        std::vector<SyncId> ids;
        session.transact("register_syncs", [&](Transaction& transaction) {
          ids.clear();
          for (const auto& [name, version] : syncs) {
            const Rows rows = transaction.exec("register_sync", Arguments{name, version});
            ids.push_back(static_cast<SyncId>(rows.integer(0, 0)));
          }
        });
        make_partitions(session);
        return ids;
      });
}

awaitable<int> Store::take_over() {
  return impl_->lanes_.work().run<int>("take_over", [daemon = impl_->daemon_](Transaction& transaction) {
    return take_over_leases(transaction, daemon);
  });
}

awaitable<bool> Store::ping() {
  awaitable<int> answer = impl_->lanes_.work().run<int>(
      "beat", [daemon = impl_->daemon_](Transaction& transaction) { return store::beat(transaction, daemon); });
  try {
    // The lane's answer may come too late or never: it is waited for no longer than this.
    const std::optional<int> alive = co_await within(kPingPatience, std::move(answer));
    co_return alive.has_value();
  } catch (const std::exception&) {
    co_return false;
  }
}

// --- intake ---------------------------------------------------------------------------------------

awaitable<int> Store::accept(std::vector<Delivery> deliveries) {
  return impl_->intake_.accept(std::move(deliveries));
}

void Store::on_dirty(Wake wake) {
  *impl_->wake_ = std::move(wake);
}

awaitable<void> Store::mark(SyncId sync, std::vector<Mark> marks) {
  for (std::size_t from = 0; from < marks.size(); from += kMarksMax) {
    const auto begin = marks.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kMarksMax, marks.size() - from));
    std::function<std::vector<Woken>(Transaction&)> work =
        [sync, part = std::vector<Mark>(begin, end)](Transaction& transaction) {
          std::vector<Woken> woken;
          store_marks(transaction, sync, part, woken);
          return woken;
        };
    std::vector<Woken> woken = co_await impl_->lanes_.work().run<std::vector<Woken>>("mark", std::move(work));
    impl_->post_wake(std::move(woken));
  }
}

// --- work -----------------------------------------------------------------------------------------

awaitable<Claim> Store::claim(ClaimOrder order) {
  const ClaimPlan plan =
      impl_->hints_.plan(order.sync, impl_->clock_.uptime(), impl_->lanes_.reconnections(), !order.wanted.empty());
  const SyncId sync = order.sync;
  std::function<ClaimResult(Transaction&)> work = [order = std::move(order), plan,
                                                   daemon = impl_->daemon_](Transaction& transaction) {
    return claim_records(transaction, order, plan, daemon);
  };
  // What broke off goes back first. Taken from the list meanwhile, so that claims at the same time do not repeat it.
  const Abandoned abandoned = std::exchange(impl_->abandoned_, {});
  const auto result = std::make_shared<ClaimResult>();
  std::function<Done(Session&)> job = [work = std::move(work), abandoned, result](Session& session) {
    if (!abandoned.empty()) {
      session.transact("give_back", [&abandoned](Transaction& transaction) {
        for (const auto& [of, lease] : abandoned) release_lease(transaction, of, lease);
      });
    }
    session.transact("claim", [&](Transaction& transaction) { *result = work(transaction); });
    return Done{};
  };
  try {
    co_await impl_->lanes_.work().with_session<Done>(std::move(job));
  } catch (const DatabaseAway& away) {
    impl_->abandoned_.insert(abandoned.begin(), abandoned.end());
    if (away.in_doubt()) give_back(sync, result->claim.lease);
    throw;
  }
  impl_->hints_.learn(sync, impl_->clock_.uptime(), *result);
  co_return std::move(result->claim);
}

void Store::give_back(SyncId sync, LeaseNumber lease) {
  if (lease != 0) impl_->abandoned_.emplace(sync, lease);
}

awaitable<std::vector<bool>> Store::lease_keys(SyncId sync, LeaseNumber lease, milliseconds duration,
                                               std::vector<std::vector<std::string>> groups) {
  return impl_->lanes_.work().run<std::vector<bool>>(
      "lease_keys", [sync, terms = LeaseTerms{lease, impl_->daemon_, duration, std::nullopt},
                     groups = std::move(groups)](Transaction& transaction) {
        std::vector<LeaseGroup> asked;
        for (const std::vector<std::string>& keys : groups) asked.push_back({"", {keys.begin(), keys.end()}, {}});
        return acquire(transaction, sync, terms, asked);
      });
}

awaitable<void> Store::leave_keys(SyncId sync, LeaseNumber lease, milliseconds duration,
                                  std::vector<std::string> keys) {
  std::function<Done(Transaction&)> work = [sync, lease, duration, keys = std::move(keys)](Transaction& transaction) {
    transaction.exec("leave_leases", Arguments{sync, lease, duration.count(), array_literal(keys)});
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("leave_keys", std::move(work));
}

awaitable<std::vector<std::optional<LinkRow>>> Store::links_of(SyncId sync, std::vector<RecordKey> records) {
  return impl_->lanes_.work().run<std::vector<std::optional<LinkRow>>>(
      "links_of", [sync, records = std::move(records)](Transaction& transaction) {
        std::vector<std::optional<LinkRow>> links;
        for (Pair& pair : read_pairs(transaction, sync, records).of) links.push_back(std::move(pair.link));
        return links;
      });
}

awaitable<std::vector<IntentRow>> Store::open_creates(SyncId sync, std::vector<std::pair<std::string, Side>> targets) {
  return impl_->lanes_.work().run<std::vector<IntentRow>>(
      "open_creates", [sync, targets = std::move(targets)](Transaction& transaction) {
        return read_open_creates(transaction, sync, targets);
      });
}

awaitable<std::vector<std::vector<std::string>>> Store::identities(SyncId sync, std::string mapping, Side side,
                                                                   std::vector<KeyValue> keys) {
  return impl_->lanes_.work().run<std::vector<std::vector<std::string>>>(
      "identities", [sync, mapping = std::move(mapping), side, keys = std::move(keys)](Transaction& transaction) {
        return find_identities(transaction, sync, mapping, side, keys);
      });
}

awaitable<void> Store::index(SyncId sync, std::vector<std::pair<RecordKey, std::vector<KeyValue>>> identity) {
  std::function<Done(Transaction&)> work = [sync, identity = std::move(identity)](Transaction& transaction) {
    store_identities(transaction, sync, identity, false);
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("index", std::move(work));
}

awaitable<std::vector<std::int64_t>> Store::begin_intents(SyncId sync, LeaseNumber lease,
                                                          std::vector<IntentRow> intents) {
  const bool grown = impl_->sent_.note(intents.size());
  Lane& reports = impl_->lanes_.reports();
  std::function<std::vector<std::int64_t>(Transaction&)> work =
      [sync, lease, intents = std::move(intents)](Transaction& transaction) {
        return insert_intents(transaction, sync, lease, intents);
      };
  std::vector<std::int64_t> ids =
      co_await impl_->lanes_.work().run<std::vector<std::int64_t>>("begin_intents", std::move(work));
  if (grown) reports.submit(make_statistics_job());
  co_return ids;
}

awaitable<std::vector<std::int64_t>> Store::store_created(SyncId sync, std::vector<CreatedLink> created) {
  return impl_->lanes_.work().run<std::vector<std::int64_t>>(
      "store_created", [sync, created = std::move(created)](Transaction& transaction) {
        return store_created_links(transaction, sync, created);
      });
}

awaitable<std::vector<bool>> Store::complete(SyncId sync, LeaseNumber lease, std::vector<Completion> completions) {
  const auto pairs = std::ranges::count_if(completions, [](const Completion& c) { return c.link.has_value(); });
  const bool queue_grown = impl_->worked_.note(completions.size());
  const bool grown = impl_->linked_.note(static_cast<std::size_t>(pairs)) || queue_grown;
  Lane& reports = impl_->lanes_.reports();
  using Held = std::pair<std::vector<bool>, std::vector<Woken>>;
  std::function<Held(Session&)> work = [sync, lease, completions = std::move(completions)](Session& session) {
    std::vector<Woken> woken;
    std::vector<bool> held = complete_or_split(session, sync, lease, completions, woken);
    return Held(std::move(held), std::move(woken));
  };
  auto [held, woken] = co_await impl_->lanes_.work().with_session<Held>(std::move(work));
  impl_->post_wake(std::move(woken));
  if (grown) reports.submit(make_statistics_job());
  co_return held;
}

awaitable<std::vector<std::optional<std::string>>> Store::counterparts(SyncId sync, std::vector<RecordKey> records) {
  using Found = std::vector<std::optional<std::string>>;
  return impl_->lanes_.work().run<Found>("counterparts",
                                         [sync, records = std::move(records)](Transaction& transaction) {
                                           return read_counterparts(transaction, sync, records);
                                         });
}

awaitable<std::vector<Awaited>> Store::awaited(SyncId sync, std::vector<std::pair<RecordKey, RecordKey>> waits) {
  return impl_->lanes_.work().run<std::vector<Awaited>>(
      "awaited",
      [sync, waits = std::move(waits)](Transaction& transaction) { return read_awaited(transaction, sync, waits); });
}

awaitable<bool> Store::renew(SyncId sync, LeaseNumber lease, milliseconds duration) {
  return impl_->lanes_.work().run<bool>("renew", [sync, lease, duration](Transaction& transaction) {
    return renew_lease(transaction, sync, lease, duration);
  });
}

awaitable<std::vector<bool>> Store::reopen_links(SyncId sync, LeaseNumber lease, std::vector<Reopening> wanted) {
  return impl_->lanes_.work().run<std::vector<bool>>(
      "reopen_links", [sync, lease, wanted = std::move(wanted)](Transaction& transaction) {
        return store::reopen_links(transaction, sync, lease, wanted);
      });
}

awaitable<bool> Store::has_links(SyncId sync, std::string mapping, std::int64_t besides) {
  return impl_->lanes_.work().run<bool>(
      "has_links", [sync, mapping = std::move(mapping), besides](Transaction& transaction) {
        return transaction.exec("has_links", Arguments{sync, mapping, besides}).boolean(0, 0);
      });
}

awaitable<void> Store::release(SyncId sync, LeaseNumber lease) {
  std::function<Done(Transaction&)> work = [sync, lease](Transaction& transaction) {
    release_lease(transaction, sync, lease);
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("release", std::move(work));
}

// --- sweeps ---------------------------------------------------------------------------------------

awaitable<SweepTurn> Store::begin_sweep(std::string system, std::string object, milliseconds lease, bool eager) {
  SweepHold wanted{std::move(system), std::move(object), 0, lease};
  return impl_->lanes_.work().run<SweepTurn>(
      "begin_sweep", [daemon = impl_->daemon_, wanted = std::move(wanted), eager](Transaction& transaction) {
        return store::begin_sweep(transaction, daemon, wanted, eager);
      });
}

awaitable<bool> Store::keep_sweep(SweepHold hold) {
  return impl_->lanes_.work().run<bool>("keep_sweep", [hold = std::move(hold)](Transaction& transaction) {
    return store::keep_sweep(transaction, hold);
  });
}

awaitable<std::optional<int>> Store::end_sweep(SweepHold hold, milliseconds again_in, SweepEnd end) {
  return impl_->lanes_.work().run<std::optional<int>>(
      "end_sweep", [hold = std::move(hold), again_in, end](Transaction& transaction) {
        return store::end_sweep(transaction, hold, again_in, end);
      });
}

awaitable<Watermark> Store::watermark(std::string system, std::string object) {
  return impl_->lanes_.work().run<Watermark>(
      "watermark", [system = std::move(system), object = std::move(object)](Transaction& transaction) {
        return read_watermark(transaction, system, object);
      });
}

awaitable<bool> Store::save_watermark(SweepHold hold, Instant at) {
  return impl_->lanes_.work().run<bool>("save_watermark", [hold = std::move(hold), at](Transaction& transaction) {
    return store::save_watermark(transaction, hold, at);
  });
}

awaitable<std::vector<Listing>> Store::listings(std::vector<ListingKey> keys) {
  return impl_->lanes_.work().run<std::vector<Listing>>(
      "listings", [keys = std::move(keys)](Transaction& transaction) { return read_listings(transaction, keys); });
}

awaitable<bool> Store::save_listings(SweepHold hold, std::vector<ListingKey> keys, std::optional<Instant> reached,
                                     bool ended) {
  return impl_->lanes_.work().run<bool>(
      "save_listings", [hold = std::move(hold), keys = std::move(keys), reached, ended](Transaction& transaction) {
        return store::save_listings(transaction, hold, keys, reached, ended);
      });
}

// --- shared by several daemons --------------------------------------------------------------------

awaitable<int> Store::beat() {
  return impl_->lanes_.shared().run<int>(
      "beat", [daemon = impl_->daemon_](Transaction& transaction) { return store::beat(transaction, daemon); });
}

awaitable<void> Store::announce(std::string words) {
  std::function<Done(Transaction&)> work = [words](Transaction& transaction) {
    transaction.exec("announce", Arguments{words});
    return Done{};
  };
  LaneHost* const host = impl_->host_;  // this store may have ended by then
  co_await impl_->lanes_.shared().run<Done>("announce", std::move(work));
  if (host != nullptr) host->announced(words);
}

void Store::on_announced(std::function<void(std::string)> heard) {
  *impl_->heard_ = std::move(heard);
  if (impl_->listener_) return;
  const auto post = [impl = impl_.get()](std::string words) { impl->post_heard(std::move(words)); };
  if (impl_->host_ != nullptr) return impl_->host_->listen(post);
  impl_->listener_ = std::make_unique<Listener>(impl_->connection_, kChannel, post, [post] { post(""); });
}

awaitable<PaceGrant> Store::take_tokens(PaceTerms terms, int wanted) {
  return impl_->lanes_.shared().run<PaceGrant>("pace", [terms = std::move(terms), wanted](Transaction& transaction) {
    return store::take_tokens(transaction, terms, wanted);
  });
}

awaitable<void> Store::pause_system(std::string system, microseconds how_long) {
  return impl_->change_pace("pause_system", Arguments{system, how_long.count()}, system);
}

awaitable<void> Store::open_breaker(std::string system, microseconds how_long, milliseconds wait) {
  return impl_->change_pace("open_breaker", Arguments{system, how_long.count(), wait.count()}, system);
}

awaitable<void> Store::close_breaker(std::string system) {
  return impl_->change_pace("close_breaker", Arguments{system}, system);
}

// --- upkeep ---------------------------------------------------------------------------------------

awaitable<void> Store::upkeep(Retention kept) {
  std::function<Done(Session&)> work = [kept](Session& session) {
    run_upkeep(session, kept);
    return Done{};
  };
  co_await impl_->lanes_.work().with_session<Done>(std::move(work));
}

// --- seen from outside ----------------------------------------------------------------------------

awaitable<Native> Store::status() {
  return impl_->lanes_.reports().run<Native>("status", read_status);
}

awaitable<Native> Store::parked(std::optional<std::string> sync) {
  return impl_->lanes_.reports().run<Native>("parked", [sync = std::move(sync)](Transaction& transaction) {
    return read_parked(transaction, sync, std::nullopt);
  });
}

awaitable<Native> Store::parked_one(std::int64_t parked_id) {
  return impl_->lanes_.reports().run<Native>("parked", [parked_id](Transaction& transaction) {
    Native all = read_parked(transaction, std::nullopt, parked_id);
    Native::Array& rows = all.member("parked")->array();
    return rows.empty() ? Native() : std::move(rows.front());
  });
}

awaitable<int> Store::retry_parked(std::optional<std::int64_t> parked_id) {
  int revived = 0;
  std::optional<std::int64_t> last;  // what is parked anew meanwhile has higher numbers and stays
  while (true) {
    std::function<Revived(Transaction&)> work = [parked_id, last](Transaction& transaction) {
      return revive_parked(transaction, parked_id, last);
    };
    Revived some = co_await impl_->lanes_.work().run<Revived>("retry_parked", std::move(work));
    last = some.last;
    revived += some.records;
    impl_->post_wake(std::move(some.woken));
    if (!some.more) co_return revived;
  }
}

awaitable<Native> Store::explain(std::vector<Subject> subjects) {
  return impl_->lanes_.reports().run<Native>("explain", [subjects = std::move(subjects)](Transaction& transaction) {
    return read_stories(transaction, subjects);
  });
}

awaitable<void> Store::store_alert(SyncId sync, AlertRow alert) {
  std::function<Done(Transaction&)> work = [sync, alert = std::move(alert)](Transaction& transaction) {
    store_alerts(transaction, sync, {alert});
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("store_alert", std::move(work));
}

awaitable<void> Store::resolve_alert(std::string kind, std::string subject) {
  std::function<Done(Transaction&)> work = [kind = std::move(kind),
                                            subject = std::move(subject)](Transaction& transaction) {
    transaction.exec("resolve_alert", Arguments{kind, subject});
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("resolve_alert", std::move(work));
}

awaitable<std::optional<StoredSchema>> Store::schema_of(std::string system, std::string object) {
  using Found = std::optional<StoredSchema>;
  std::function<Found(Transaction&)> work = [system = std::move(system),
                                             object = std::move(object)](Transaction& transaction) {
    return store::schema_of(transaction, system, object);
  };
  co_return co_await impl_->lanes_.work().run<Found>("schema_of", std::move(work));
}

awaitable<bool> Store::keep_schema(SchemaUpdate update) {
  std::function<bool(Transaction&)> work = [update = std::move(update)](Transaction& transaction) {
    return store::keep_schema(transaction, update);
  };
  co_return co_await impl_->lanes_.work().run<bool>("keep_schema", std::move(work));
}

awaitable<bool> Store::accept_schema(std::string system, std::string object) {
  std::function<bool(Transaction&)> work = [system = std::move(system),
                                            object = std::move(object)](Transaction& transaction) {
    return store::accept_schema(transaction, system, object);
  };
  co_return co_await impl_->lanes_.work().run<bool>("accept_schema", std::move(work));
}

awaitable<void> Store::list_anew(std::string system, std::string object) {
  std::function<Done(Transaction&)> work = [system = std::move(system),
                                            object = std::move(object)](Transaction& transaction) {
    store::list_anew(transaction, system, object);
    return Done{};
  };
  co_await impl_->lanes_.work().run<Done>("list_anew", std::move(work));
}

}  // namespace counterpart::store
