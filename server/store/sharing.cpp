#include "server/store/sharing.h"

#include "server/store/arguments.h"
#include "server/store/stored_json.h"

namespace counterpart::store {

namespace {

/// A daemon that has not been heard of for so long is not counted any more.
constexpr milliseconds kSeenLately{10'000};
constexpr int kProbe = -1;

Columns columns_of(const std::vector<ListingKey>& keys) {
  Columns columns(3);
  for (const ListingKey& key : keys) columns.add({key.sync, key.mapping, static_cast<int>(key.side)});
  return columns;
}

}  // namespace

int beat(Transaction& transaction, const std::string& daemon) {
  return static_cast<int>(transaction.exec("beat", Arguments{daemon, kSeenLately.count()}).integer(0, 0));
}

PaceGrant take_tokens(Transaction& transaction, const PaceTerms& terms, int wanted) {
  const Rows rows = transaction.exec(
      "take_tokens", Arguments{terms.system, wanted, terms.per_second, terms.burst, terms.probe.count()});
  PaceGrant grant;
  const auto granted = static_cast<int>(rows.integer(0, 0));
  grant.probe = granted == kProbe;
  grant.tokens = grant.probe ? 1 : granted;
  grant.wait = microseconds(rows.integer(0, 1));
  grant.paused_for = microseconds(rows.integer(0, 2));
  grant.open_for = microseconds(rows.integer(0, 3));
  grant.open = rows.boolean(0, 4);
  grant.open_wait = milliseconds(rows.integer(0, 5));
  return grant;
}

SweepTurn begin_sweep(Transaction& transaction, const std::string& daemon, const SweepHold& wanted, bool eager) {
  const Rows begun =
      transaction.exec("begin_sweep", Arguments{wanted.system, wanted.object, daemon, wanted.lease.count(), eager});
  const Rows known = transaction.exec("look_at_sweep", Arguments{wanted.system, wanted.object});
  SweepTurn turn;
  if (!begun.empty()) turn.number = begun.integer(0, 0);
  turn.again_in = milliseconds(known.integer(0, 0));
  if (!known.is_null(0, 1)) turn.ended_ago = milliseconds(known.integer(0, 1));
  return turn;
}

bool keep_sweep(Transaction& transaction, const SweepHold& hold) {
  const Rows kept =
      transaction.exec("keep_sweep", Arguments{hold.system, hold.object, hold.number, hold.lease.count()});
  return !kept.empty();
}

std::optional<int> end_sweep(Transaction& transaction, const SweepHold& hold, milliseconds again_in, SweepEnd end) {
  const Rows ended = transaction.exec("end_sweep", Arguments{hold.system, hold.object, hold.number, again_in.count(),
                                                             end == SweepEnd::complete, end == SweepEnd::failed});
  if (ended.empty()) return std::nullopt;
  return static_cast<int>(ended.integer(0, 0));
}

Watermark read_watermark(Transaction& transaction, const std::string& system, const std::string& object) {
  const Rows rows = transaction.exec("watermark", Arguments{system, object});
  Watermark mark;
  if (!rows.empty()) mark.at = instant_of(rows.integer(0, 0));
  return mark;
}

bool save_watermark(Transaction& transaction, const SweepHold& hold, Instant at) {
  if (!keep_sweep(transaction, hold)) return false;
  transaction.exec("save_watermark", Arguments{hold.system, hold.object, micros_of(at)});
  return true;
}

std::vector<Listing> read_listings(Transaction& transaction, const std::vector<ListingKey>& keys) {
  const Rows rows = transaction.exec("listings", Arguments(columns_of(keys)));
  std::vector<Listing> listings;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Listing& listing = listings.emplace_back();
    if (!rows.is_null(i, 0)) listing.reached = instant_of(rows.integer(i, 0));
    listing.ended = rows.boolean(i, 1);
  }
  return listings;
}

bool save_listings(Transaction& transaction, const SweepHold& hold, const std::vector<ListingKey>& keys,
                   std::optional<Instant> reached, bool ended) {
  if (!keep_sweep(transaction, hold)) return false;
  std::optional<std::int64_t> micros;
  if (reached) micros = micros_of(*reached);
  transaction.exec("save_listings", Arguments({micros, ended}, columns_of(keys)));
  return true;
}

}  // namespace counterpart::store
