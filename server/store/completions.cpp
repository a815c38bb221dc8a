#include "server/store/completions.h"

#include <map>
#include <utility>

#include "server/store/history.h"
#include "server/store/intents.h"
#include "server/store/leases.h"
#include "server/store/links.h"
#include "server/store/waiting.h"

namespace counterpart::store {

namespace {

constexpr milliseconds kAfterLinkConflict{200};

/// A completion that is being stored, with the link it belongs to.
struct Ending {
  const Completion* wanted = nullptr;
  std::int64_t link_id = 0;
  bool is_latest = false;      ///< no news has come since the claim
  bool link_conflict = false;  ///< its link could not be made or changed: nothing but another try is stored

  Outcome outcome() const { return link_conflict ? Outcome::retry : wanted->outcome; }
  std::optional<milliseconds> again_in() const {
    return link_conflict ? std::optional(kAfterLinkConflict) : wanted->again_in;
  }
};

/// The record is as it should be, as far as this work could see.
bool is_in_order(Outcome outcome) {
  return outcome == Outcome::written || outcome == Outcome::unchanged || outcome == Outcome::linked ||
         outcome == Outcome::frozen;
}

/// It is in order, or has left. An echo, say, tells nothing of why it was parked.
bool ends_parking(Outcome outcome) {
  return is_in_order(outcome) || outcome == Outcome::excluded || outcome == Outcome::gone || outcome == Outcome::erased;
}

/// The other end, where this work put both in order.
std::optional<RecordKey> settled_counterpart(const Ending& ending) {
  const Completion& wanted = *ending.wanted;
  if (!wanted.link || (wanted.outcome != Outcome::written && wanted.outcome != Outcome::linked)) return std::nullopt;
  const Side side = other(wanted.key.side);
  if (wanted.link->id[side].empty()) return std::nullopt;
  return RecordKey{wanted.key.mapping, side, wanted.link->id[side]};
}

/// One complete() under way.
class Completing {
 public:
  Completing(Transaction& transaction, SyncId sync, LeaseNumber lease, std::vector<Woken>& woken)
      : transaction_(transaction), sync_(sync), lease_(lease), woken_(woken) {}

  std::vector<bool> run(const std::vector<Completion>& completions) {
    const std::vector<bool> held = lock(completions);
    if (endings_.empty()) return held;
    make_links();
    change_links();
    store_states();
    store_history();
    store_outcomes();
    store_parked();
    store_frozen();
    store_rest();
    store_waits();
    end_dirty();
    mark_awaited_and_waiters();
    return held;
  }

 private:
  /// Locks what is still under the lease; everything below is for those records only.
  std::vector<bool> lock(const std::vector<Completion>& completions) {
    Columns columns(5);
    std::map<RecordKey, bool> named;
    for (const Completion& completion : completions) {
      const RecordKey& key = completion.key;
      columns.add({key.mapping, side_cell(key.side), key.id, lease_key(key), completion.generation});
    }
    std::vector<bool> held(completions.size(), false);
    if (completions.empty()) return held;
    const Rows rows = transaction_.exec("lock_claimed", Arguments({sync_, lease_}, columns));
    std::vector<bool> is_latest(completions.size(), false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto ord = static_cast<std::size_t>(rows.integer(i, 0)) - 1;
      held[ord] = true;
      is_latest[ord] = rows.boolean(i, 1);
    }
    for (std::size_t i = 0; i < completions.size(); ++i) {
      const Completion& completion = completions[i];
      // A record named twice ends once.
      if (held[i]) held[i] = named.emplace(completion.key, true).second;
      if (held[i]) {
        endings_.push_back({&completion, completion.link ? completion.link->link_id : 0, is_latest[i], false});
      }
    }
    return held;
  }

  void make_links() {
    std::vector<NewLink> links;
    std::vector<Ending*> owners;
    for (Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      if (!wanted.link || wanted.link->link_id != 0) continue;
      links.push_back({wanted.key.mapping, &*wanted.link});
      owners.push_back(&ending);
    }
    const std::vector<std::int64_t> ids = insert_links(transaction_, sync_, links);
    for (std::size_t i = 0; i < owners.size(); ++i) {
      owners[i]->link_id = ids[i];
      owners[i]->link_conflict = ids[i] == 0;
    }
  }

  void change_links() {
    std::vector<const LinkChange*> changes;
    std::vector<Ending*> owners;
    for (Ending& ending : endings_) {
      const std::optional<LinkChange>& link = ending.wanted->link;
      if (!link || link->link_id == 0) continue;
      changes.push_back(&*link);
      owners.push_back(&ending);
    }
    const std::vector<bool> found = update_links(transaction_, sync_, changes);
    for (std::size_t i = 0; i < owners.size(); ++i) owners[i]->link_conflict = !found[i];
  }

  void store_states() {
    std::vector<std::pair<std::int64_t, const LinkState*>> states;
    for (const Ending& ending : endings_) {
      if (ending.wanted->link && !ending.link_conflict) {
        states.emplace_back(ending.link_id, &ending.wanted->link->state);
      }
    }
    store_bases(transaction_, sync_, states);
  }

  void store_history() {
    std::vector<HistoryRow> rows;
    for (const Ending& ending : endings_) {
      if (ending.link_conflict) continue;
      const Completion& wanted = *ending.wanted;
      for (const HistoryEntry& entry : wanted.history) {
        rows.push_back({&wanted.key, ending.link_id, &entry, &wanted.correlation});
      }
    }
    counterpart::store::store_history(transaction_, sync_, rows);
  }

  void store_outcomes() {
    Columns columns(6);
    for (const Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      const std::string detail =
          ending.link_conflict ? "another link names one of the two records: looked at again" : wanted.detail;
      columns.add({wanted.key.mapping, side_cell(wanted.key.side), wanted.key.id, name_of(ending.outcome()), detail,
                   wanted.correlation});
    }
    transaction_.later("store_outcomes", Arguments({sync_}, columns));
  }

  void store_parked() {
    Columns parked(7);
    Columns unparked(4);
    for (const Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      const Cell side = side_cell(wanted.key.side);
      if (ending.link_conflict) continue;
      if (wanted.park) {
        parked.add({wanted.key.mapping, side, wanted.key.id, wanted.park->reason, wanted.park->field,
                    wanted.park->remedy, wanted.correlation});
      } else if (ends_parking(wanted.outcome)) {
        unparked.add({wanted.key.mapping, side, wanted.key.id, wanted.outcome == Outcome::excluded});
        if (const std::optional<RecordKey> other_end = settled_counterpart(ending)) {
          unparked.add({other_end->mapping, side_cell(other_end->side), other_end->id, false});
        }
      }
    }
    if (!parked.empty()) transaction_.later("park", Arguments({sync_}, parked));
    if (!unparked.empty()) transaction_.later("unpark", Arguments({sync_}, unparked));
  }

  void store_frozen() {
    Columns thawed(2);
    std::map<std::pair<std::int64_t, std::string>, const FrozenField*> frozen;
    for (const Ending& ending : endings_) {
      if (ending.link_id == 0 || ending.link_conflict) continue;
      for (const std::string& field : ending.wanted->thaw) thawed.add({ending.link_id, field});
      for (const FrozenField& field : ending.wanted->freeze) frozen[{ending.link_id, field.field}] = &field;
    }
    if (!thawed.empty()) transaction_.later("thaw_fields", Arguments({sync_}, thawed));
    if (frozen.empty()) return;
    Columns columns(5);
    for (const auto& [where, field] : frozen) {
      columns.add({where.first, where.second, field->reason, Cell::json(field->left), Cell::json(field->right)});
    }
    transaction_.later("freeze_fields", Arguments({sync_}, columns));
  }

  /// Facts that hold whatever became of a link: results of calls, match keys seen, alerts.
  void store_rest() {
    std::vector<IntentResult> intents;
    Identities identities;
    std::vector<AlertRow> alerts;
    for (const Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      intents.insert(intents.end(), wanted.intents.begin(), wanted.intents.end());
      identities.insert(identities.end(), wanted.identity.begin(), wanted.identity.end());
      for (AlertRow alert : wanted.alerts) {
        if (alert.subject.empty()) alert.subject = subject_of(wanted.key);
        alerts.push_back(std::move(alert));
      }
    }
    end_intents(transaction_, sync_, intents);
    store_identities(transaction_, sync_, identities, true);
    store_alerts(transaction_, sync_, alerts);
    resolve_alerts(alerts);
  }

  /// The record's name in alerts; the worker knows it, the database's refusals are told without.
  std::string subject_of(const RecordKey& key) {
    Columns columns(3);
    columns.add({key.mapping, side_cell(key.side), key.id});
    return transaction_.exec("subjects", Arguments({sync_}, columns)).text(0, 0);
  }

  /// What ended in order leaves no alert about itself open, but for what was raised just now.
  void resolve_alerts(const std::vector<AlertRow>& raised) {
    Columns settled(3);
    for (const Ending& ending : endings_) {
      const RecordKey& key = ending.wanted->key;
      if (ending.link_conflict || ending.wanted->park || !is_in_order(ending.outcome())) continue;
      settled.add({key.mapping, side_cell(key.side), key.id});
      if (const std::optional<RecordKey> other_end = settled_counterpart(ending)) {
        settled.add({other_end->mapping, side_cell(other_end->side), other_end->id});
      }
    }
    if (settled.empty()) return;
    Columns kept(2);
    for (const AlertRow& alert : raised) kept.add({alert.kind, alert.subject});
    transaction_.later("resolve_alerts_about", Arguments({sync_}, settled).and_columns(kept));
  }

  void store_waits() {
    std::vector<RecordKey> ends;
    std::vector<const Wait*> waits;
    for (const Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      if (ending.link_conflict || !wanted.waits) continue;
      ends.push_back(wanted.key);
      if (wanted.link) {
        const Side side = other(wanted.key.side);
        if (!wanted.link->id[side].empty()) ends.push_back({wanted.key.mapping, side, wanted.link->id[side]});
      }
      for (const Wait& wait : *wanted.waits) waits.push_back(&wait);
    }
    counterpart::store::store_waits(transaction_, sync_, ends, waits);
  }

  /// What is waited for is worked next, and who has waited for what was worked comes again. Last of all: their rows in
  /// the queue may be those that just left it. Who begins to wait marks the other one in the same transaction, so that
  /// work on it which is just ending is done once more: no release is missed.
  void mark_awaited_and_waiters() {
    std::vector<Mark> marks;
    std::vector<const Release*> releases;
    for (const Ending& ending : endings_) {
      const Completion& wanted = *ending.wanted;
      if (ending.link_conflict) continue;
      for (const Release& release : wanted.releases) releases.push_back(&release);
      if (!wanted.waits) continue;
      for (const Wait& wait : *wanted.waits) {
        if (wait.begins) add_mark(marks, wait.awaited, wanted.correlation);
      }
    }
    for (const RecordKey& waiter : read_waiters(transaction_, sync_, releases)) add_mark(marks, waiter, "");
    if (!marks.empty()) store_marks(transaction_, sync_, marks, woken_);
  }

  static void add_mark(std::vector<Mark>& marks, const RecordKey& key, const std::string& correlation) {
    Mark& mark = marks.emplace_back();
    mark.key = key;
    mark.correlation = correlation;
  }

  /// Rows whose generation is still the claimed one leave the queue; the others stay.
  void end_dirty() {
    Columns done(3);
    Columns kept(7);
    std::vector<std::string> keys;
    for (const Ending& ending : endings_) {
      const RecordKey& key = ending.wanted->key;
      const std::optional<milliseconds> again = ending.again_in();
      keys.push_back(lease_key(key));
      if (!again && ending.is_latest) {
        done.add({key.mapping, side_cell(key.side), key.id});
        continue;
      }
      kept.add({key.mapping, side_cell(key.side), key.id,
                again ? Cell(static_cast<std::int64_t>(again->count())) : Cell(std::nullopt),
                ending.wanted->burns_attempt && !ending.link_conflict,
                ending.wanted->spares_attempt && !ending.link_conflict,
                ending.wanted->not_found && !ending.link_conflict});
    }
    release_completed(transaction_, sync_, lease_, keys);
    if (!done.empty()) transaction_.later("remove_done", Arguments({sync_, lease_}, done));
    if (!kept.empty()) transaction_.later("keep_dirty", Arguments({sync_, lease_}, kept));
  }

  static Cell side_cell(Side side) { return static_cast<int>(side); }

  Transaction& transaction_;
  SyncId sync_;
  LeaseNumber lease_;
  std::vector<Woken>& woken_;
  std::vector<Ending> endings_;
};

}  // namespace

std::vector<bool> complete_records(Transaction& transaction, SyncId sync, LeaseNumber lease,
                                   const std::vector<Completion>& completions, std::vector<Woken>& woken) {
  return Completing(transaction, sync, lease, woken).run(completions);
}

Completion refused_completion(const Completion& refused, const std::string& why) {
  Completion parked;
  parked.key = refused.key;
  parked.generation = refused.generation;
  parked.outcome = Outcome::parked;
  parked.detail = "the result could not be stored: " + why;
  parked.correlation = refused.correlation;
  parked.park = ParkedRow{parked.detail, "", "correct the record's values, or report this as a bug of Counterpart"};
  parked.alerts.push_back({"parked", "", parked.detail, parked.park->remedy});
  return parked;
}

void store_alerts(Transaction& transaction, SyncId sync, const std::vector<AlertRow>& alerts) {
  std::map<std::pair<std::string, std::string>, const AlertRow*> each;
  for (const AlertRow& alert : alerts) each[{alert.kind, alert.subject}] = &alert;
  if (each.empty()) return;
  Columns keys(2);
  Columns columns(4);
  for (const auto& [key, alert] : each) {
    keys.add({alert->kind, alert->subject});
    columns.add({alert->kind, alert->subject, alert->message, alert->remedy});
  }
  transaction.later("close_old_alerts", Arguments({sync}, keys));
  transaction.later("store_alerts", Arguments({sync}, columns));
}

}  // namespace counterpart::store
