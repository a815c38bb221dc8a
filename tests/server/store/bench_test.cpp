#include <cstdio>

#include "tests/server/store/support.h"

// Figures, not tests: test_server_store --gtest_also_run_disabled_tests --gtest_filter='*Figures*'
namespace counterpart::store {
namespace {

class Figures : public StoreTest {
 protected:
  static double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  boost::asio::awaitable<void> send(SyncId sync, int from, int count) {
    for (int i = from; i < from + count; ++i) {
      Delivery delivery = delivery_of(sync, std::to_string(i), {mark_of(left(std::to_string(i)))});
      delivery.body.assign(1024, 'x');
      std::vector<Delivery> deliveries{std::move(delivery)};
      co_await store_->accept(std::move(deliveries));
    }
    ++senders_done_;
  }

  void fill(SyncId sync, int count) {
    sql("insert into counterpart.dirty select " + std::to_string(sync) +
        ", 'contacts', 0, 'r' || n, 1, counterpart.now() - interval '1 minute' + n * interval '1 microsecond', null, "
        "0, 0, "
        "counterpart.now(), counterpart.now(), 'c', null from generate_series(1, " +
        std::to_string(count) + ") n");
  }

  double drain(SyncId sync, int rounds) {
    const auto start = std::chrono::steady_clock::now();
    std::size_t worked = 0;
    for (int i = 0; i < rounds; ++i) {
      const Claim claimed = claim(sync, 100);
      std::vector<Completion> completions;
      for (const Claimed& record : claimed.records) completions.push_back(done(record));
      complete(sync, claimed, std::move(completions));
      worked += claimed.records.size();
    }
    return static_cast<double>(worked) / seconds_since(start);
  }

  int senders_done_ = 0;
};

TEST_F(Figures, DISABLED_Accept) {
  const SyncId sync = make_sync();
  constexpr int kSenders = 64;
  constexpr int kEach = 300;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kSenders; ++i)
    boost::asio::co_spawn(io_, send(sync, i * kEach, kEach), [](std::exception_ptr) {});
  run_until([&] { return senders_done_ == kSenders; });
  std::printf("accept: %.0f deliveries/s, %d commits for %d\n", kSenders * kEach / seconds_since(start),
              points_.count("commit.accept.after"), kSenders * kEach);
  EXPECT_EQ(sql_value("select count(*) from counterpart.dirty"), std::to_string(kSenders * kEach));
}

TEST_F(Figures, DISABLED_ClaimAndComplete) {
  const SyncId sync = make_sync();
  fill(sync, 10'000);
  std::printf("claim + complete of 100: %.0f records/s at 10,000 dirty\n", drain(sync, 50));
  sql("truncate counterpart.dirty");
  fill(sync, 1'000'000);
  std::printf("claim + complete of 100: %.0f records/s at 1,000,000 dirty, statistics stale\n", drain(sync, 50));
  std::printf("bytes of a waiting change: %s\n",
              sql_value("select pg_total_relation_size('counterpart.dirty') / 1000000").c_str());
  EXPECT_GT(std::stoi(sql_value("select count(*) from counterpart.outcome")), 0);
}

TEST_F(Figures, DISABLED_ClaimUnderDeadRows) {
  const SyncId sync = make_sync();
  fill(sync, 200'000);
  const double clean = drain(sync, 50);
  // Dead rows in front of the queue, which a held snapshot keeps vacuum and index scans from removing.
  sql("truncate counterpart.dirty");
  fill(sync, 1'200'000);
  sql("delete from counterpart.dirty where substr(id, 2)::int <= 1000000");
  drain(sync, 1);  // the one walk through all of them
  std::printf("claim + complete of 100: %.0f records/s clean, %.0f behind a million dead rows\n", clean,
              drain(sync, 50));
  EXPECT_GT(clean, 0);
}

}  // namespace
}  // namespace counterpart::store
