// Several syncs in one object of a system: what one of them writes or creates, no other does at the same time.
#include "tests/server/worker/support.h"

namespace counterpart::testing {
namespace {

using std::chrono::milliseconds;

class Neighbours : public WorkerTest {
 protected:
  Neighbours() { system_.right.shared.insert("person"); }

  /// As another sync's worker does.
  void another_sync_leases(const std::string& key) {
    const auto got = get(store_->lease_keys(store::kAcrossSyncs, 4711, milliseconds(60'000), {{key}}));
    ASSERT_TRUE(got.at(0));
  }
  static std::string record_key() { return store::lease_key(store::RecordKey{"erp/person", Side::left, "R"}); }
  static std::string match_key() { return store::lease_key("erp/person", {KeyKind::email, "a@x.de", "a@x.de"}); }
  static std::string left_across_syncs() {
    return store::sql_value("select count(*) from counterpart.lease where sync_id = 0 and until > now()");
  }
};

TEST_F(Neighbours, ARecordThatAnotherSyncIsWritingIsWrittenAfterIt) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  another_sync_leases(record_key());

  news(left("L"));
  pass();
  EXPECT_EQ(erp().written, 0);

  get(store_->release(store::kAcrossSyncs, 4711));
  settle();
  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_EQ(left_across_syncs(), "0");
}

TEST_F(Neighbours, WhatAnotherSyncWroteMeanwhileIsReadBeforeItIsWritten) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  points_.at("commit.lease_keys.after", [this] {
    points_.forget();
    erp().put("R", R"({"email":"a@x.de","name":"A","phone":"by the other sync"})");
  });

  news(left("L"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "B");
  EXPECT_EQ(erp().value("R", "phone"), "by the other sync");
}

TEST_F(Neighbours, WhereTheSystemItselfRefusesWhatIsOutdatedNothingIsLeased) {
  agreed(R"({"email":"a@x.de","name":"A"})");
  erp().can.precondition = true;
  crm().put("L", R"({"email":"a@x.de","name":"B"})");
  another_sync_leases(record_key());

  news(left("L"));
  settle();

  EXPECT_EQ(erp().value("R", "name"), "B");
}

TEST_F(Neighbours, APersonWhomAnotherSyncMayBeCreatingIsNotCreated) {
  crm().put("L", R"({"email":"a@x.de","name":"A"})");
  another_sync_leases(match_key());

  news(left("L"));
  pass();
  EXPECT_EQ(erp().written, 0);

  erp().put("R", R"({"email":"a@x.de","name":"A"})");  // the other sync has created it
  get(store_->release(store::kAcrossSyncs, 4711));
  settle();
  EXPECT_EQ(erp().records.size(), 1U);
}

TEST_F(Neighbours, AfterACreateTheOthersWaitUntilTheirSearchesShowIt) {
  erp().can.visibility_lag = milliseconds(0);
  crm().put("L", R"({"email":"a@x.de","name":"A"})");

  news(left("L"));
  pass();

  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(left_across_syncs(), "1") << "though the work has ended";
  EXPECT_FALSE(get(store_->lease_keys(store::kAcrossSyncs, 4711, milliseconds(1'000), {{match_key()}})).at(0));
}

TEST_F(Neighbours, AnObjectOfOneSyncOnlyIsNotLeased) {
  system_.right.shared.clear();
  crm().put("L", R"({"email":"a@x.de","name":"A"})");

  news(left("L"));
  settle();

  EXPECT_EQ(erp().records.size(), 1U);
  EXPECT_EQ(left_across_syncs(), "0");
}

}  // namespace
}  // namespace counterpart::testing
