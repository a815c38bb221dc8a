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
  std::int64_t link_id = 0;  ///< of its live link, before it was leased; 0: none
  std::string other_end;
};

/// Columns of claim_wanted and claim_due that tell of the claim, and stand in a row without record, too.
constexpr std::size_t kClaimedAt = 18;
constexpr std::size_t kLeaseNumber = 19;

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
  picked.link_id = rows.integer(i, 20);
  picked.other_end = rows.text(i, 21);
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
    transaction_.later("number_claim");
    pick_wanted();
    if (plan_.walk || picked_.empty()) pick_due();
    if (result_.claim.outdated) return std::move(result_);
    keep_suspects_apart();
    if (!picked_.empty()) lease_pairs();
    if (!picked_.empty()) load_intents();
    hand_over();
    return std::move(result_);
  }

 private:
  /// Gives how many records they tell of.
  std::int64_t take(const Rows& rows) {
    result_.claim.outdated = rows.empty() && picked_.empty();  // what was picked before that is worked
    if (rows.empty()) return 0;
    result_.claim.at = instant_of(rows.integer(0, kClaimedAt));
    lease_ = rows.integer(0, kLeaseNumber);
    std::vector<Picked> batch;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows.is_null(i, 0)) batch.push_back(picked_from(rows, i));
    }
    std::sort(batch.begin(), batch.end(), [](const Picked& a, const Picked& b) { return a.was_due < b.was_due; });
    std::move(batch.begin(), batch.end(), std::back_inserter(picked_));
    return static_cast<std::int64_t>(batch.size());
  }

  std::int64_t room() const { return order_.limit - static_cast<std::int64_t>(picked_.size()); }

  void pick_wanted() {
    const std::set<RecordKey> wanted(order_.wanted.begin(), order_.wanted.end());
    Columns columns(3);
    for (const RecordKey& key : wanted) {
      if (columns.size() == static_cast<std::size_t>(order_.limit)) break;
      columns.add({key.mapping, static_cast<int>(key.side), key.id});
    }
    if (columns.empty()) return;
    const Arguments arguments({order_.sync, order_.mapping_version, static_cast<std::int64_t>(order_.lease.count())},
                              columns);
    take(transaction_.exec("claim_wanted", arguments));
  }

  void pick_due() {
    if (room() <= 0 || result_.claim.outdated) return;
    walk(plan_.reach);
    if (picked_.empty() && plan_.reach_if_idle > plan_.reach) walk(plan_.reach_if_idle);
  }

  Cell floor_of(WorkClass work_class) const {
    if (result_.reach == Reach::everything) return std::nullopt;
    return Cell(plan_.floor[static_cast<std::size_t>(work_class)]);
  }

  Cell look_back() const {
    return result_.reach == Reach::from_bound ? std::int64_t{0} : static_cast<std::int64_t>(kLookBack.count());
  }

  /// Of none of them are there any records, where that class is not to be worked.
  int cell_of(WorkClass work_class) const {
    return work_class == WorkClass::backfill && !order_.backfill ? -1 : static_cast<int>(work_class);
  }

  void walk(Reach reach) {
    result_.walked = true;
    result_.reach = reach;
    const auto& classes = plan_.order;
    const std::int64_t wanted = room();
    const Rows rows = transaction_.exec(
        "claim_due", Arguments{order_.sync, order_.mapping_version, static_cast<std::int64_t>(order_.lease.count()),
                               wanted, cell_of(classes[0]), cell_of(classes[1]), cell_of(classes[2]),
                               floor_of(classes[0]), floor_of(classes[1]), floor_of(classes[2]), look_back()});
    const std::size_t before = picked_.size();
    result_.found_all = take(rows) < wanted && !result_.claim.outdated;
    raise_floors(before);
  }

  /// Everything due before the first row found is leased or locked by others; a lease's end is above it. Where all that
  /// is due was found, that is so of everything up to now.
  void raise_floors(std::size_t from) {
    if (result_.found_all) {
      for (const WorkClass each : plan_.order) {
        const bool looked = cell_of(each) >= 0;
        if (looked) result_.floor[static_cast<std::size_t>(each)] = micros_of(result_.claim.at);
      }
      return;
    }
    std::array<bool, kClasses> seen{};
    for (std::size_t i = from; i < picked_.size(); ++i) {
      const auto work_class = static_cast<std::size_t>(picked_[i].record.work_class);
      if (!seen[work_class]) result_.floor[work_class] = picked_[i].was_due;
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
    for (const auto& [root, group] : groups) asked.push_back(group);
    const LeaseTerms terms{lease_, daemon_, order_.lease, picked_.front().lease_end};
    const std::vector<bool> got = acquire(transaction_, order_.sync, terms, asked);
    std::set<std::string> busy;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!got[i]) busy.insert(asked[i].root);
    }
    read_links_under_lease(groups, root_of, busy);
    if (busy.empty()) return;
    Columns put_back(3);
    std::vector<Picked> kept;
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      const RecordKey& key = picked_[i].record.key;
      if (busy.contains(root_of[i])) {
        put_back.add({key.mapping, static_cast<int>(key.side), key.id});
      } else {
        kept.push_back(std::move(picked_[i]));
      }
    }
    picked_ = std::move(kept);
    transaction_.later("put_back", Arguments({order_.sync, lease_, order_.put_back.count()}, put_back));
    put_back_ = true;
  }

  /// Taking a lease may have waited for the transaction that gave it up, and what that stored is newer
  /// than the links read before. A record that was linked, or whose link ended, meanwhile is put back.
  void read_links_under_lease(const std::map<std::string, LeaseGroup>& groups, const std::vector<std::string>& root_of,
                              std::set<std::string>& busy) {
    std::vector<RecordKey> keys;
    for (const Picked& picked : picked_) keys.push_back(picked.record.key);
    std::vector<Pair> pairs = read_pairs(transaction_, order_.sync, keys);
    std::vector<std::string> spare;
    for (std::size_t i = 0; i < picked_.size(); ++i) {
      std::optional<LinkRow>& link = pairs[i].link;
      const std::int64_t live = link && !link->tombstone ? link->link_id : 0;
      const bool same = live == picked_[i].link_id;
      if (!same && busy.insert(root_of[i]).second) {
        const std::set<std::string>& leased = groups.at(root_of[i]).keys;
        spare.insert(spare.end(), leased.begin(), leased.end());
      }
      picked_[i].record.link = std::move(link);
      has_open_intents_ = has_open_intents_ || pairs[i].has_open_intents;
    }
    if (!spare.empty()) transaction_.later("drop_leases", Arguments{order_.sync, lease_, array_literal(spare)});
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
