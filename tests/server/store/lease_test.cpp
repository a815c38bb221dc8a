#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const milliseconds kHour = std::chrono::hours(1);

/// What becomes of a lease while its work is under way, and after its holder was lost.
class Leasing : public StoreTest {};

TEST_F(Leasing, ARenewedLeaseHoldsRecordsPairsAndFurtherKeysLonger) {
  const SyncId sync = make_sync();
  link(sync, "L", "R");
  accept(sync, left("L"));
  const Claim held = claim(sync);
  get(store_->lease_keys(sync, held.lease, milliseconds(60'000), {{"key a"}}));
  expire_leases();

  EXPECT_TRUE(get(store_->renew(sync, held.lease, kHour)));

  EXPECT_EQ(sql_value("select count(*) from counterpart.lease where until > counterpart.now() + interval '59 min'"),
            "3")
      << "the record, its counterpart, the key";
  EXPECT_EQ(sql_value("select due > counterpart.now() + interval '59 min' from counterpart.dirty"), "t");
  EXPECT_THAT(claim(sync).records, IsEmpty());
  EXPECT_THAT(complete(sync, held, {done(held.records[0])}), ElementsAre(true));
}

TEST_F(Leasing, WhatAnotherHasTakenOverIsNotRenewed) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim lost = claim(sync);
  expire_leases();
  const Claim heirs = claim(sync);
  ASSERT_THAT(heirs.records, SizeIs(1));
  const std::string until = sql_value("select until from counterpart.lease");

  EXPECT_FALSE(get(store_->renew(sync, lost.lease, kHour)));

  EXPECT_EQ(sql_value("select until from counterpart.lease"), until);
  EXPECT_EQ(sql_value("select due < counterpart.now() + interval '2 min' from counterpart.dirty"), "t");
  EXPECT_THAT(complete(sync, heirs, {done(heirs.records[0])}), ElementsAre(true));
}

TEST_F(Leasing, NothingIsLeftToRenewOnceAllIsCompleted) {
  const SyncId sync = make_sync();
  accept(sync, left("1"));
  const Claim held = claim(sync);
  complete(sync, held, {done(held.records[0])});

  EXPECT_FALSE(get(store_->renew(sync, held.lease, kHour)));
}

}  // namespace
}  // namespace counterpart::store
