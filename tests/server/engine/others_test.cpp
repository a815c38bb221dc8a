// What other daemons' words lead to.
#include "server/engine/others.h"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include "tests/server/store/support.h"

namespace counterpart {
namespace {

using ::testing::ElementsAre;

/// Sleeps as long as it takes to let the others run.
class YieldingClock : public store::StandingClock {
 public:
  boost::asio::awaitable<void> sleep(std::chrono::microseconds) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
};

class OthersTest : public store::StoreTest {
 protected:
  OthersTest() {
    store::StoreSettings settings = settings_;
    settings.daemon = "other";
    other_ = std::make_unique<store::Store>(io_, settings, clock_, random_, points_);
    Others::Heard heard;
    heard.news = [this](store::SyncId sync) { heard_.push_back("news " + std::to_string(sync)); };
    heard.anything = [this] { heard_.emplace_back("anything"); };
    heard.pace = [this](std::string_view system) { heard_.push_back("pace " + std::string(system)); };
    others_ = std::make_unique<Others>(*store_, time_, metrics_, "me", std::move(heard));
  }

  std::vector<std::string> heard_;
  YieldingClock time_;
  Metrics metrics_;
  std::unique_ptr<store::Store> other_;
  std::unique_ptr<Others> others_;
};

struct Words {
  const char* words;
  std::vector<std::string> lead_to;
};

TEST_F(OthersTest, TheirWordsAreUnderstood) {
  const Words cases[] = {
      {"news other 3", {"news 3"}},
      {"news other 3 17", {"news 3", "news 17"}},
      {"news me 3", {}},
      {"pace other crm", {"pace crm"}},
      {"pace me crm", {}},
      {"", {"anything"}},
      {"news other", {}},
      {"news other x 4", {"news 4"}},
      {"something of a newer release", {}},
  };
  for (const auto& [words, lead_to] : cases) {
    heard_.clear();
    others_->hear(words);
    EXPECT_EQ(heard_, lead_to) << words;
  }
}

TEST_F(OthersTest, NewsAreToldTogetherAndOnlyWhereAnybodyHears) {
  std::vector<std::string> told;
  other_->on_announced([&](const std::string& words) { told.push_back(words); });
  run_until([&] { return !told.empty(); });
  int running = 2;
  const auto end = [&](const std::exception_ptr&) { --running; };
  boost::asio::co_spawn(io_, others_->stay_alive(), end);
  boost::asio::co_spawn(io_, others_->tell(), end);

  others_->note_news(1);  // nobody else is there
  get(store_->ping());
  EXPECT_THAT(told, ElementsAre(""));

  get(other_->beat());
  run_until([&] {
    others_->note_news(2);
    others_->note_news(1);
    return told.size() >= 2;
  });
  others_->stop();
  run_until([&] { return running == 0; });

  EXPECT_EQ(told.at(1).substr(0, 8), "news me ");
}

}  // namespace
}  // namespace counterpart
