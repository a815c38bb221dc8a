#include "server/store/leases.h"

#include <algorithm>
#include <map>

namespace counterpart::store {

namespace {

/// Pause after work that was given up, so that a fault which repeats does not spin.
constexpr milliseconds kComeAgain{1'000};

/// Each key once, sorted against deadlocks.
Arguments arguments_of(SyncId sync, const LeaseTerms& terms, const std::vector<LeaseGroup>& groups) {
  std::map<std::string, const LeaseGroup*> keys;
  for (const LeaseGroup& group : groups) {
    for (const std::string& key : group.keys) keys.emplace(key, &group);
  }
  Columns columns(5);
  for (const auto& [key, group] : keys) {
    const auto claimed = group->claimed.find(key);
    if (claimed == group->claimed.end()) {
      columns.add({key, group->root, std::nullopt, std::nullopt, std::nullopt});
    } else {
      const RecordKey& record = claimed->second;
      columns.add({key, group->root, record.mapping, static_cast<int>(record.side), record.id});
    }
  }
  return {
      {sync, terms.lease, static_cast<std::int64_t>(terms.duration.count()), Cell(terms.until_micros), terms.daemon},
      columns};
}

/// Gives up what is fresh of the groups that are not held whole.
std::vector<bool> keep(Transaction& transaction, SyncId sync, LeaseNumber lease, const std::vector<LeaseGroup>& groups,
                       const Keys& held, const Keys& fresh) {
  std::vector<bool> got;
  Keys kept;
  for (const LeaseGroup& group : groups) {
    const auto is_held = [&](const std::string& key) { return held.contains(key); };
    got.push_back(std::all_of(group.keys.begin(), group.keys.end(), is_held));
    if (got.back()) kept.insert(group.keys.begin(), group.keys.end());
  }
  std::vector<std::string> spare;
  std::set_difference(fresh.begin(), fresh.end(), kept.begin(), kept.end(), std::back_inserter(spare));
  if (!spare.empty()) transaction.later("drop_leases", Arguments{sync, lease, array_literal(spare)});
  return got;
}

}  // namespace

std::vector<bool> acquire(Transaction& transaction, SyncId sync, const LeaseTerms& terms,
                          const std::vector<LeaseGroup>& groups) {
  if (groups.empty()) return {};
  const Rows rows = transaction.exec("acquire_leases", arguments_of(sync, terms, groups));
  Keys held;
  Keys fresh;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    held.insert(rows.text(i, 0));
    if (rows.boolean(i, 1)) fresh.insert(rows.text(i, 0));
  }
  return keep(transaction, sync, terms.lease, groups, held, fresh);
}

void ask_for(Transaction& transaction, SyncId sync, const LeaseTerms& terms, const std::vector<LeaseGroup>& groups) {
  transaction.later("acquire_leases", arguments_of(sync, terms, groups));
}

std::vector<bool> keep_whole(Transaction& transaction, SyncId sync, LeaseNumber lease,
                             const std::vector<LeaseGroup>& groups, const Keys& held) {
  return keep(transaction, sync, lease, groups, held, held);
}

void release_completed(Transaction& transaction, SyncId sync, LeaseNumber lease,
                       const std::vector<std::string>& record_keys) {
  if (record_keys.empty()) return;
  transaction.later("release_completed", Arguments{sync, lease, array_literal(record_keys)});
}

void release_lease(Transaction& transaction, SyncId sync, LeaseNumber lease) {
  transaction.later("release_lease", Arguments{sync, lease, static_cast<std::int64_t>(kComeAgain.count())});
}

bool renew_lease(Transaction& transaction, SyncId sync, LeaseNumber lease, milliseconds duration) {
  const Arguments arguments{sync, lease, static_cast<std::int64_t>(duration.count())};
  transaction.later("renew_claimed", arguments);
  return !transaction.exec("renew_lease", arguments).empty();
}

int take_over_leases(Transaction& transaction, const std::string& daemon) {
  if (daemon.empty()) return 0;
  return static_cast<int>(transaction.exec("take_over", Arguments{daemon}).size());
}

}  // namespace counterpart::store
