#include "server/daemon/system_ports.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace counterpart {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;

TEST(SystemClock, GoesOnAndNeverBack) {
  const SystemClock clock;

  const auto before = clock.uptime();
  while (clock.uptime() == before) {
  }

  EXPECT_GT(clock.uptime(), before);
}

TEST(SystemClock, KnowsTheYear) {
  EXPECT_GT(SystemClock().now(), std::chrono::sys_days(std::chrono::year(2024) / 1 / 1));
}

TEST(SystemClock, SleepsAtLeastAsLongAsAsked) {
  asio::io_context io;
  SystemClock clock;
  const auto before = clock.uptime();
  bool woke = false;

  asio::co_spawn(io, clock.sleep(microseconds(2'000)), [&](const std::exception_ptr& failure) { woke = !failure; });
  io.run();

  EXPECT_TRUE(woke);
  EXPECT_GE(clock.uptime() - before, microseconds(2'000));
}

TEST(SystemClock, ASleepCanBeCancelled) {
  asio::io_context io;
  SystemClock clock;
  asio::cancellation_signal cancel;
  boost::system::error_code ended;
  const auto note = [&](const std::exception_ptr& failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
      ended = error.code();
    }
  };
  asio::co_spawn(io, clock.sleep(std::chrono::hours(1)), asio::bind_cancellation_slot(cancel.slot(), note));
  io.poll();

  cancel.emit(asio::cancellation_type::terminal);
  io.restart();
  io.run();

  EXPECT_EQ(ended, asio::error::operation_aborted);
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom one;
  SystemRandom other;
  std::set<std::uint64_t> seen;

  for (int i = 0; i < 1000; ++i) {
    seen.insert(one.bits());
    seen.insert(other.bits());
  }

  EXPECT_EQ(seen.size(), 2000U);
}

TEST(FaultPoints, NoneDoNothing) {
  const auto points = make_fault_points("", "");

  EXPECT_NO_THROW(points->reach("commit.claim.before"));
}

TEST(FaultPointsDeathTest, CrashAtTheGivenTimeOfTheGivenPoint) {
  const auto reach_three_times = [] {
    const auto points = make_fault_points("call.crm.update.after:3", "");
    for (int i = 0; i < 3; ++i) {
      std::fprintf(stderr, "<%d>", i);
      points->reach("call.crm.update.before");
      points->reach("call.crm.update.after");
    }
    std::fprintf(stderr, "survived");
  };

  EXPECT_EXIT(reach_three_times(), testing::ExitedWithCode(kCrashStatus), "<0><1><2>$");
}

TEST(FaultPointsDeathTest, StopAtTheGivenTimeOfTheGivenPointUntilSomebodySaysGoOn) {
  const pid_t child = fork();
  if (child == 0) {
    const auto points = make_fault_points("", "call.crm.update.after:2");
    points->reach("call.crm.update.after");
    points->reach("call.crm.update.after");
    _exit(7);
  }

  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  EXPECT_TRUE(WIFSTOPPED(status));

  kill(child, SIGCONT);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(FaultPoints, OnlyOneOfTheTwoIsTaken) {
  EXPECT_THROW(make_fault_points("a:1", "b:1"), std::invalid_argument);
}

TEST(FaultPoints, AMalformedSettingSaysWhatIsExpected) {
  for (const char* text : {"commit.claim.before", "commit.claim.before:", ":3", "a:0", "a:-1", "a:x", "a:1x", ":"}) {
    try {
      make_fault_points(text, "");
      ADD_FAILURE() << text << " was taken";
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("expected point:k")) << text;
    }
  }
}

}  // namespace
}  // namespace counterpart
