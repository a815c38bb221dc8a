// Who takes what waits, and when.
#include "server/worker/workers.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/server/worker/fakes.h"

namespace counterpart {
namespace {

namespace asio = boost::asio;

/// Time stands still: who sleeps is woken or ended by somebody.
class StandingClock : public Clock {
 public:
  Instant now() const override { return Instant(std::chrono::hours(24 * 365 * 50)); }
  std::chrono::microseconds uptime() const override { return std::chrono::hours(1); }
  asio::awaitable<void> sleep(std::chrono::microseconds) override {
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  }
};

class WorkersTest : public test::WorldTest {
 protected:
  ~WorkersTest() override {
    if (!workers_) return;
    workers_->stop();
    run_until([this] { return workers_->running() == 0; });
  }

  Sync& sync() { return topology_.syncs.front(); }

  void all_is_listed() {
    for (const Side side : kSides) sync().listed.emplace("contacts", side);
  }

  /// That nobody was told of.
  void given_waiting(int records, store::WorkClass work_class) {
    std::vector<store::Mark> marks;
    for (int i = 0; i < records; ++i) {
      marks.push_back(mark_of(left(std::to_string(i))));
      marks.back().work_class = work_class;
    }
    get(store_->mark(sync_, marks));
  }

  void start() {
    workers_ =
        std::make_unique<Workers>(io_.get_executor(), topology_, *store_, standing_, random_, metrics_, settings_);
    workers_->start();
  }

  StandingClock standing_;
  WorkSettings settings_;
  std::unique_ptr<Workers> workers_;
};

// Found by a benchmark: while one worked off a full queue, the others slept until it was time to look.
TEST_F(WorkersTest, WhoFindsMoreThanItTakesWakesAnother) {
  settings_.workers = 3;
  settings_.batch = 1;
  all_is_listed();
  given_waiting(3, store::WorkClass::live);
  int at_once = 0;
  asio::steady_timer gate(io_, asio::steady_timer::time_point::max());
  connector_.left->before_read = [&]() -> asio::awaitable<void> {
    ++at_once;
    co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
  };

  start();
  run_until([&] { return at_once == 3; });

  EXPECT_EQ(at_once, 3);
  gate.cancel();
  run_until([&] { return points_.count("commit.complete.after") == 3; });
}

TEST_F(WorkersTest, FirstLoadsAreClaimedWhenBothSidesHaveBeenListed) {
  settings_.workers = 1;
  given_waiting(1, store::WorkClass::backfill);

  start();
  run_until([&] { return points_.count("commit.claim.after") == 1; });
  EXPECT_EQ(connector_.left->reads, 0);
  sync().listed.emplace("contacts", Side::left);
  workers_->look(sync_);
  run_until([&] { return points_.count("commit.claim.after") == 2; });
  EXPECT_EQ(connector_.left->reads, 0);

  all_is_listed();
  workers_->look(sync_);
  run_until([&] { return connector_.left->reads == 1; });
}

}  // namespace
}  // namespace counterpart
