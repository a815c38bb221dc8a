#include "server/store/claims.h"

#include <algorithm>
#include <map>
#include <set>

#include "server/store/intents.h"
#include "server/store/leases.h"
#include "server/store/links.h"
#include "server/store/stored_json.h"

namespace counterpart::store {

namespace {

/// Between claims that find nothing though something is due, because another daemon holds it.
constexpr milliseconds kHeldByOthers{50};
/// When an idle claim that saw only what is above the bound is to be followed by one that sees everything.
constexpr milliseconds kLookAgain{1'000};
/// How far below its bound a claim looks back: no transaction takes longer to commit.
constexpr milliseconds kLookBack{5'000};
/// From so many interruptions in a row on, a record is worked alone.
constexpr int kAloneAfter = 2;

struct Picked {
  Claimed record;
  std::int64_t was_due = 0;
  std::int64_t lease_end = 0;
  bool wanted = false;       ///< handed over in memory, not found by a walk
  std::int64_t link_id = 0;  ///< of its live link, before it was leased; 0: none
  std::string other_end;
};

/// Columns of `claim` that tell of the claim, and stand in a row without record, too.
constexpr std::size_t kClaimedAt = 21;
constexpr std::size_t kLeaseNumber = 22;

Picked picked_from(const Rows& rows, std::size_t i) {
  Picked picked;
  Claimed& record = picked.record;
  record.key = {rows.text(i, 0), rows.integer(i, 1) == 0 ? Side::left : Side::right, rows.text(i, 2)};
  record.generation = rows.integer(i, 3);
  record.attempts = static_cast<int>(rows.integer(i, 4));
  record.work_class = static_cast<WorkClass>(rows.integer(i, 5));
  record.first_news = instant_of(rows.integer(i, 6));
  record.last_news = instant_of(rows.integer(i, 7));
  record.correlation = rows.text(i, 8);
  if (!rows.is_null(i, 9)) record.hints = hints_from_native(parse_stored(rows.view(i, 9)));
  picked.was_due = rows.integer(i, 10);
  picked.lease_end = rows.integer(i, 11);
  record.not_found = static_cast<int>(rows.integer(i, 12));
  record.spared = static_cast<int>(rows.integer(i, 13));
  record.interrupted = static_cast<int>(rows.integer(i, 14));
  if (!rows.is_null(i, 15)) record.failing_for = milliseconds(rows.integer(i, 15));
  record.look_again = rows.boolean(i, 16);
  record.unfinished = rows.boolean(i, 17);
  picked.wanted = rows.boolean(i, 18);
  picked.link_id = rows.integer(i, 19);
  picked.other_end = rows.text(i, 20);
  return picked;
}

/// One claim under way.
class Claiming {
 public:
  Claiming(Transaction& transaction, const ClaimOrder& order, const ClaimPlan& plan, const std::string& daemon)
      : transaction_(transaction), order_(order), plan_(plan), daemon_(daemon) {
    result_.floor = plan.floor;
  }

  ClaimResult run() {
    const Columns wanted = wanted_keys();
    if (plan_.walk || !wanted.empty()) pick(plan_.walk ? std::optional(plan_.reach) : std::nullopt, wanted);
    if (is_idle() && !result_.walked) pick(plan_.reach, Columns(3));
    if (is_idle() && plan_.reach_if_idle > plan_.reach) pick(plan_.reach_if_idle, Columns(3));
    if (result_.claim.outdated) return std::move(result_);
    keep_suspects_apart();
    if (!picked_.empty()) lease_pairs();
    if (!picked_.empty()) load_intents();
    hand_over();
    return std::move(result_);
  }

 private:
  Columns wanted_keys() const {
    const std::set<RecordKey> wanted(order_.wanted.begin(), order_.wanted.end());
    Columns columns(3);
    for (const RecordKey& key : wanted) {
      if (columns.size() == static_cast<std::size_t>(order_.limit)) break;
      columns.add({key.mapping, static_cast<int>(key.side), key.id});
    }
    return columns;
  }

  bool is_full(std::ptrdiff_t records) const { return records >= order_.limit; }
  bool is_idle() const { return picked_.empty() && !result_.claim.outdated; }

  Cell floor_of(WorkClass work_class) const {
    if (result_.reach == Reach::everything) return std::nullopt;
    return Cell(plan_.floor[static_cast<std::size_t>(work_class)]);
  }

  Cell look_back() const {
    return result_.reach == Reach::from_bound ? std::int64_t{0} : static_cast<std::int64_t>(kLookBack.count());
  }

  bool is_to_be_worked(WorkClass work_class) const { return work_class != WorkClass::backfill || order_.backfill; }

  /// What is wanted, and then, with a reach, what a walk finds.
  void pick(std::optional<Reach> reach, const Columns& wanted) {
    result_.reach = reach.value_or(result_.reach);
    Columns walks(2);
    for (const WorkClass each : plan_.order) {
      if (reach && is_to_be_worked(each)) walks.add({static_cast<int>(each), floor_of(each)});
    }
    Arguments arguments({order_.sync, order_.mapping_version, static_cast<std::int64_t>(order_.lease.count()),
                         order_.limit, look_back()},
                        walks);
    take(transaction_.exec("claim", arguments.and_columns(wanted)));
    const auto is_wanted = [](const Picked& picked) { return picked.wanted; };
    result_.walked = reach && !is_full(std::count_if(picked_.begin(), picked_.end(), is_wanted));
    result_.found_all = result_.walked && !result_.claim.outdated && !is_full(std::ssize(picked_));
    if (result_.walked) raise_floors();
  }

  void take(const Rows& rows) {
    result_.claim.outdated = rows.empty();
    if (rows.empty()) return;
    result_.claim.at = instant_of(rows.integer(0, kClaimedAt));
    lease_ = rows.integer(0, kLeaseNumber);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows.is_null(i, 0)) picked_.push_back(picked_from(rows, i));
    }
    const auto order = [](const Picked& picked) { return std::pair(!picked.wanted, picked.was_due); };
    std::sort(picked_.begin(), picked_.end(), [&](const Picked& a, const Picked& b) { return order(a) < order(b); });
  }

  /// Everything due before the first row found is leased or locked by others; a lease's end is above it. Where all that
  /// is due was found, that is so of everything up to now.
  void raise_floors() {
    if (result_.found_all) {
      for (const WorkClass each : plan_.order) {
        if (is_to_be_worked(each)) result_.floor[static_cast<std::size_t>(each)] = micros_of(result_.claim.at);
      }
      return;
    }
    std::array<bool, kClasses> seen{};
    for (const Picked& picked : picked_) {
      if (picked.wanted) continue;
      const auto work_class = static_cast<std::size_t>(picked.record.work_class);
      if (!seen[work_class]) result_.floor[work_class] = picked.was_due;
      seen[work_class] = true;
    }
  }

  void note_next_due() {
    const WorkClass last = order_.backfill ? WorkClass::backfill : WorkClass::sweep;
    const Rows rows =
        transaction_.exec("next_due", Arguments{order_.sync, floor_of(WorkClass::live), floor_of(WorkClass::sweep),
                                                floor_of(WorkClass::backfill), look_back(), static_cast<int>(last)});
    std::optional<milliseconds>& next = result_.claim.next_due;
    const milliseconds least = put_back_ ? milliseconds(0) : kHeldByOthers;
    if (!rows.is_null(0, 0)) next = std::max(least, milliseconds(rows.integer(0, 0)));
    if (result_.reach != Reach::everything) next = std::min(kLookAgain, next.value_or(kLookAgain));
  }

  /// What may have killed the daemon is worked alone, so that it takes no others with it and in the end only
  /// its own attempts are used up. Those left out keep their places in the queue; the first is next.
  void keep_suspects_apart() {
    const auto suspect = [](const Picked& picked) { return picked.record.interrupted >= kAloneAfter; };
    if (picked_.size() < 2 || std::none_of(picked_.begin(), picked_.end(), suspect)) return;
    const auto first = std::min_element(picked_.begin(), picked_.end(),
                                        [](const Picked& a, const Picked& b) { return a.was_due < b.was_due; });
    const bool alone = suspect(*first);
    const RecordKey only = first->record.key;
    result_.found_all = false;
    const auto left_out = [&](const Picked& picked) { return alone ? picked.record.key != only : suspect(picked); };
    Columns columns(4);
    for (const Picked& picked : picked_) {
      const RecordKey& key = picked.record.key;
      if (left_out(picked)) columns.add({key.mapping, static_cast<int>(key.side), key.id, picked.was_due});
    }
    transaction_.later("put_back_as_it_was", Arguments({order_.sync, lease_}, columns));
    for (const Picked& picked : picked_) {
      auto& floor = result_.floor[static_cast<std::size_t>(picked.record.work_class)];
      if (left_out(picked) && floor) floor = std::min(*floor, picked.was_due);
    }
    std::erase_if(picked_, left_out);
  }

  void lease_pairs() {
    // Both ends of a pair in one group, also where both are claimed.
    std::map<std::string, LeaseGroup> groups;
    std::vector<std::string> root_of;
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      const RecordKey& key = picked_[i].record.key;
      std::set<std::string> ends{lease_key(key)};
      if (picked_[i].link_id != 0) {
        ends.insert(lease_key(RecordKey{key.mapping, other(key.side), picked_[i].other_end}));
      }
      root_of.push_back(*ends.begin());
      LeaseGroup& group = groups[root_of.back()];
      group.root = root_of.back();
      group.keys.insert(ends.begin(), ends.end());
      group.claimed.emplace(lease_key(key), key);
    }
    keep_leased(groups, root_of);
  }

  void keep_leased(const std::map<std::string, LeaseGroup>& groups, const std::vector<std::string>& root_of) {
    std::vector<LeaseGroup> asked;
    AskedKeys keys{lease_, {}};
    for (const auto& [root, group] : groups) {
      asked.push_back(group);
      keys.keys.insert(group.keys.begin(), group.keys.end());
    }
    ask_for(transaction_, order_.sync, {lease_, daemon_, order_.lease, picked_.front().lease_end}, asked);
    std::vector<RecordKey> records;
    for (const Picked& picked : picked_) records.push_back(picked.record.key);
    Pairs pairs = read_pairs(transaction_, order_.sync, records, keys);
    std::set<std::string> busy = take_links(pairs.of, root_of);
    std::erase_if(asked, [&](const LeaseGroup& group) { return busy.contains(group.root); });
    const std::vector<bool> got = keep_whole(transaction_, order_.sync, lease_, asked, pairs.held);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!got[i]) busy.insert(asked[i].root);
    }
    if (!busy.empty()) put_back(busy, root_of);
  }

  /// Asking for a lease may have waited for the transaction that gave it up, and what that stored is newer than the
  /// links read before. Gives the roots of what was linked, or whose link ended, meanwhile: that is put back.
  std::set<std::string> take_links(std::vector<Pair>& pairs, const std::vector<std::string>& root_of) {
    std::set<std::string> outdated;
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      std::optional<LinkRow>& link = pairs[i].link;
      const std::int64_t live = link && !link->tombstone ? link->link_id : 0;
      if (live != picked_[i].link_id) outdated.insert(root_of[i]);
      picked_[i].record.link = std::move(link);
      has_open_intents_ = has_open_intents_ || pairs[i].has_open_intents;
    }
    return outdated;
  }

  void put_back(const std::set<std::string>& busy, const std::vector<std::string>& root_of) {
    Columns columns(3);
    std::vector<Picked> kept;
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      const RecordKey& key = picked_[i].record.key;
      if (busy.contains(root_of[i])) {
        columns.add({key.mapping, static_cast<int>(key.side), key.id});
      } else {
        kept.push_back(std::move(picked_[i]));
      }
    }
    picked_ = std::move(kept);
    transaction_.later("put_back", Arguments({order_.sync, lease_, order_.put_back.count()}, columns));
    put_back_ = true;
  }

  void load_intents() {
    if (!has_open_intents_) return;
    std::vector<std::pair<RecordKey, std::int64_t>> records;
    for (const Picked& picked : picked_) {
      records.emplace_back(picked.record.key, picked.record.link ? picked.record.link->link_id : 0);
    }
    std::vector<std::vector<IntentRow>> intents = read_open_intents(transaction_, order_.sync, records);
    for (std::size_t i = 0; i < picked_.size(); ++i) picked_[i].record.open_intents = std::move(intents[i]);
  }

  void hand_over() {
    if (picked_.empty()) return note_next_due();
    result_.claim.lease = lease_;
    const bool all = result_.found_all || !result_.walked;
    result_.claim.next_due = all ? kAllFoundFor : milliseconds(0);  // else there may be more
    for (Picked& picked : picked_) result_.claim.records.push_back(std::move(picked.record));
  }

  Transaction& transaction_;
  const ClaimOrder& order_;
  const ClaimPlan& plan_;
  const std::string& daemon_;
  LeaseNumber lease_ = 0;
  std::vector<Picked> picked_;
  bool has_open_intents_ = false;  ///< some of them have
  bool put_back_ = false;          ///< some are leased elsewhere
  ClaimResult result_;
};

}  // namespace

ClaimResult claim_records(Transaction& transaction, const ClaimOrder& order, const ClaimPlan& plan,
                          const std::string& daemon) {
  return Claiming(transaction, order, plan, daemon).run();
}

}  // namespace counterpart::store
