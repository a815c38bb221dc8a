#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include "governor_support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::GovernorTest;
using ::testing::IsEmpty;
using testing::Outcome;
using ::testing::SizeIs;
using Kind = Outcome::Kind;

/// What the daemons know together, as a test says.
struct Board {
  std::optional<PaceGrant> grant = PaceGrant{};
  int left = 1'000;  ///< tokens
  std::vector<int> asked;
  std::vector<std::string> told;
  std::function<void()> while_asked;
};

class BoardPace : public SharedPace {
 public:
  explicit BoardPace(Board& board) : board_(board) {}

  asio::awaitable<std::optional<PaceGrant>> ask(int wanted) override {
    board_.asked.push_back(wanted);
    if (board_.while_asked) board_.while_asked();
    std::optional<PaceGrant> grant = board_.grant;
    if (!grant) co_return grant;
    if (!grant->open && grant->paused_for.count() <= 0) {
      grant->tokens = std::min(wanted, board_.left);
      board_.left -= grant->tokens;
    }
    co_return grant;
  }
  void paused(microseconds how_long) override { tell("paused", how_long); }
  void opened(microseconds how_long, microseconds) override { tell("opened", how_long); }
  void closed() override { board_.told.emplace_back("closed"); }

 private:
  void tell(const std::string& what, microseconds how_long) {
    board_.told.push_back(what + ' ' + std::to_string(how_long.count() / 1000) + " ms");
  }
  Board& board_;
};

class SharedPaceTest : public GovernorTest {
 protected:
  void share(GovernorSettings settings = unhurried()) {
    settings.system = "crm";
    settings.breaker_failures = 2;
    auto system = std::make_unique<testing::FakeSystem>(clock_);
    system_ = system.get();
    governor_ =
        std::make_unique<Governor>(std::move(system), settings, clock_, random_, std::make_unique<BoardPace>(board_));
    governor_->on_breaker = [this](BreakerState state) { changes_.push_back(state); };
  }

  void look() {
    asio::co_spawn(io_, governor_->look(), asio::detached);
    clock_.run();
  }

  static PaceGrant open(microseconds for_how_long) {
    PaceGrant grant;
    grant.open = true;
    grant.open_for = for_how_long;
    grant.open_wait = seconds(5);
    return grant;
  }

  Board board_;
};

TEST_F(SharedPaceTest, SendsNoMoreThanAllDaemonsTogetherMay) {
  share();
  board_.left = 2;
  board_.grant->wait = milliseconds(100);

  for (int i = 0; i < 3; ++i) send();
  EXPECT_THAT(system_->sent, SizeIs(2));

  board_.left = 1;
  clock_.pass(milliseconds(100));
  EXPECT_THAT(system_->sent, SizeIs(3));
}

TEST_F(SharedPaceTest, AsksSeldomWhenItSendsMuch) {
  share();

  for (int i = 0; i < 500; ++i) send();

  EXPECT_THAT(system_->sent, SizeIs(500));
  EXPECT_THAT(board_.asked, ElementsAre(4, 8, 16, 32, 64, 128, 250));
}

TEST_F(SharedPaceTest, TokensThatWereNotUsedAreNotSavedUp) {
  share();
  send();

  clock_.pass(seconds(2));
  send();

  EXPECT_THAT(board_.asked, ElementsAre(4, 2)) << "three were lost, and fewer are asked for";
}

TEST_F(SharedPaceTest, WaitsWhileNobodyCanTell) {
  share();
  board_.grant.reset();
  const auto outcome = send();
  EXPECT_THAT(system_->sent, IsEmpty());

  board_.grant.emplace();
  clock_.pass(milliseconds(250));

  EXPECT_EQ(outcome->kind, Kind::answered) << *outcome;
}

TEST_F(SharedPaceTest, KeepsAPauseThatAnotherDaemonWasAskedFor) {
  share();
  board_.grant->paused_for = seconds(3);
  send();
  board_.grant->paused_for = seconds(0);

  clock_.pass(milliseconds(2'999));
  EXPECT_THAT(system_->sent, IsEmpty());
  clock_.pass(milliseconds(1));

  EXPECT_THAT(system_->sent, SizeIs(1));
  EXPECT_THAT(board_.told, IsEmpty()) << "what others know is not told again";
}

TEST_F(SharedPaceTest, APauseHeardOfLaterTakesTheTokensBack) {
  share();
  send();
  board_.grant->paused_for = seconds(3);
  look();
  board_.grant->paused_for = seconds(0);

  send();
  EXPECT_THAT(system_->sent, SizeIs(1)) << "though there were three tokens left";
  clock_.pass(seconds(3));

  EXPECT_THAT(system_->sent, SizeIs(2));
}

TEST_F(SharedPaceTest, TellsOfAPause) {
  share();
  system_->answer = {429, {{"Retry-After", "7"}}, ""};

  send();

  EXPECT_THAT(board_.told, ElementsAre("paused 7000 ms"));
}

TEST_F(SharedPaceTest, TellsThatASystemIsDownAndThatItIsBack) {
  share();
  fail_times(2);
  EXPECT_THAT(board_.told, ElementsAre("opened 5000 ms"));

  board_.grant = open(seconds(30));
  board_.grant->probe = true;
  board_.grant->tokens = 1;
  clock_.pass(seconds(5));
  send();

  EXPECT_THAT(board_.told, ElementsAre("opened 5000 ms", "closed"));
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open, BreakerState::closed));
}

TEST_F(SharedPaceTest, TakesASystemForDownThatAnotherDaemonFoundDown) {
  share();
  board_.grant = open(seconds(4));

  const auto outcome = send();

  EXPECT_EQ(outcome->kind, Kind::system_down) << *outcome;
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open));
  send();
  EXPECT_THAT(board_.asked, SizeIs(1)) << "until then nobody need ask";
}

TEST_F(SharedPaceTest, LeavesTheTryToAnotherDaemonThatIsAtIt) {
  share();
  fail_times(2);
  board_.grant = open(seconds(20));
  system_->sent.clear();

  clock_.pass(seconds(5));
  const auto outcome = send();

  EXPECT_EQ(outcome->kind, Kind::system_down) << *outcome;
  EXPECT_THAT(system_->sent, IsEmpty());
}

TEST_F(SharedPaceTest, GoesOnWhenAnotherDaemonFoundItBack) {
  share();
  fail_times(2);
  board_.told.clear();
  look();

  const auto outcome = send();

  EXPECT_EQ(outcome->kind, Kind::answered) << *outcome;
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open, BreakerState::closed));
  EXPECT_THAT(board_.told, IsEmpty());
}

TEST_F(SharedPaceTest, AnAnswerThatWasUnderWayWhenItFoundTheSystemDownIsNotBelieved) {
  share();
  send();
  board_.while_asked = [this] {
    board_.while_asked = nullptr;
    fail_times(2);
  };

  look();

  EXPECT_EQ(governor_->breaker(), BreakerState::open);
}

TEST_F(SharedPaceTest, ATryWithoutResultIsGivenBackToAll) {
  share();
  fail_times(2);
  board_.told.clear();
  board_.grant = open(seconds(30));
  board_.grant->probe = true;
  system_->takes = seconds(60);
  clock_.pass(seconds(5));
  const auto probe = send();

  probe->cancel.emit(asio::cancellation_type::terminal);
  clock_.run();

  EXPECT_THAT(board_.told, ElementsAre("opened 0 ms"));
}

}  // namespace
}  // namespace counterpart::http
