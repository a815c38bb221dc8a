// Statements whose answers nobody needs go together, in one round trip; what holds of single ones holds of them.
#include "server/store/session.h"
#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

class Transactions : public StoreTest {
 protected:
  static constexpr const char* kStatement = "register_sync";  // any with a key and a value

  Transactions() {
    ConnectionSettings settings;
    settings.uri = settings_.uri;
    connection_ = std::make_unique<Connection>(settings);
  }

  void transact(const std::function<void(Transaction&)>& work) { connection_->transact("test", work, points_); }
  FailureKind failure_of(const std::function<void(Transaction&)>& work) {
    try {
      transact(work);
    } catch (const Failure& failure) {
      return failure.kind();
    }
    throw std::logic_error("it did not fail");
  }
  static void end_open_transactions() {
    sql("select pg_terminate_backend(pid, 10000) from pg_stat_activity where state = 'idle in transaction'");
  }
  static Table stored() { return sql("select name, mapping_version from counterpart.sync order by name"); }

  std::unique_ptr<Connection> connection_;
};

TEST_F(Transactions, RunWhatWasPutOffInItsOrderBeforeTheNextAnswer) {
  transact([](Transaction& transaction) {
    transaction.later(kStatement, Arguments{"a", "v1"});
    transaction.later(kStatement, Arguments{"a", "v2"});
    EXPECT_EQ(transaction.exec(kStatement, Arguments{"b", "v1"}).size(), 1U);
    transaction.later(kStatement, Arguments{"b", "v2"});
  });

  EXPECT_EQ(stored(), (Table{{"a", "v2"}, {"b", "v2"}}));
}

TEST_F(Transactions, KeepTheOrderWhereOneIsTooLongToBeSpelledInSql) {
  const std::string large(100'000, 'x');

  transact([&](Transaction& transaction) {
    transaction.later(kStatement, Arguments{"a", "v1"});
    transaction.later(kStatement, Arguments{"a", large});
  });

  EXPECT_EQ(stored(), (Table{{"a", large}}));
}

TEST_F(Transactions, StoreTextsAsTheyAre) {
  const std::string text = R"(O'Neil "\' $1 -- ; drop {a,b} Müller)";

  transact([&](Transaction& transaction) { transaction.later(kStatement, Arguments{text, "v1"}); });

  EXPECT_EQ(stored(), (Table{{text, "v1"}}));
}

TEST_F(Transactions, AreTakenBackWholeWhereOneThatWasPutOffIsRefused) {
  EXPECT_EQ(failure_of([](Transaction& transaction) {
              transaction.later(kStatement, Arguments{"a", "v1"});
              transaction.later(kStatement, Arguments{"b", std::nullopt});
            }),
            FailureKind::refused);

  EXPECT_EQ(stored(), Table{});
  EXPECT_EQ(points_.count("commit.test.before"), 0);
  transact([](Transaction& transaction) { transaction.later(kStatement, Arguments{"c", "v1"}); });
  EXPECT_EQ(stored(), (Table{{"c", "v1"}})) << "the connection goes on";
}

TEST_F(Transactions, AreNotCommittedAfterARefusalThatSomebodyOverlooked) {
  EXPECT_EQ(failure_of([](Transaction& transaction) {
              transaction.exec(kStatement, Arguments{"a", "v1"});
              EXPECT_THROW(transaction.exec(kStatement, Arguments{"b", std::nullopt}), Failure);
            }),
            FailureKind::refused);

  EXPECT_EQ(stored(), Table{});
}

TEST_F(Transactions, AreInNoDoubtWhereTheConnectionWasLostBeforeTheLastIsSent) {
  EXPECT_EQ(failure_of([](Transaction& transaction) {
              transaction.exec(kStatement, Arguments{"a", "v1"});
              end_open_transactions();
              transaction.exec(kStatement, Arguments{"b", "v1"});
            }),
            FailureKind::reconnect);

  EXPECT_EQ(stored(), Table{});
}

TEST_F(Transactions, AreInNoDoubtWhereTheConnectionWasLostLongBefore) {
  transact([](Transaction& transaction) { transaction.later(kStatement, Arguments{"a", "v1"}); });
  sql("select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'counterpart'");

  EXPECT_EQ(failure_of([](Transaction& transaction) { transaction.later(kStatement, Arguments{"b", "v1"}); }),
            FailureKind::reconnect);

  EXPECT_EQ(stored(), (Table{{"a", "v1"}}));
}

TEST_F(Transactions, AreInDoubtWhereTheConnectionIsLostWithWhatGoesWithTheirCommit) {
  EXPECT_EQ(failure_of([](Transaction& transaction) {
              transaction.exec(kStatement, Arguments{"a", "v1"});
              end_open_transactions();
              transaction.later(kStatement, Arguments{"b", "v1"});
            }),
            FailureKind::in_doubt);

  EXPECT_EQ(stored(), Table{});
}

TEST_F(Transactions, AreTakenBackWholeWhereWhatGoesWithTheirCommitIsRefused) {
  EXPECT_EQ(failure_of([](Transaction& transaction) {
              transaction.exec(kStatement, Arguments{"a", "v1"});
              transaction.later(kStatement, Arguments{"b", std::nullopt});
            }),
            FailureKind::refused);

  EXPECT_EQ(stored(), Table{});
  transact([](Transaction& transaction) { transaction.later(kStatement, Arguments{"c", "v1"}); });
  EXPECT_EQ(stored(), (Table{{"c", "v1"}})) << "the connection goes on";
}

}  // namespace
}  // namespace counterpart::store
