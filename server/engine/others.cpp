#include "server/engine/others.h"

#include <charconv>
#include <chrono>
#include <utility>

#include "server/observe/log.h"

namespace counterpart {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kTellEvery = 250ms;
constexpr std::chrono::milliseconds kAliveEvery = 2s;

/// The first word, which is taken off the rest.
std::string_view word_of(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

}  // namespace

Others::Others(store::Store& store, Clock& clock, Metrics& metrics, std::string daemon, Heard heard)
    : store_(store), clock_(clock), metrics_(metrics), daemon_(std::move(daemon)), heard_(std::move(heard)) {}

void Others::listen() {
  store_.on_announced([this](const std::string& words) { hear(words); });
}

void Others::hear(const std::string& words) {
  if (words.empty()) return heard_.anything();
  std::string_view rest(words);
  const std::string_view what = word_of(rest);
  if (word_of(rest) == daemon_) return;
  if (what == "pace") return heard_.pace(rest);
  if (what != "news") return;  // of a newer release
  while (!rest.empty()) {
    const std::string_view word = word_of(rest);
    store::SyncId sync = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), sync);
    if (error == std::errc() && end == word.data() + word.size()) heard_.news(sync);
  }
}

boost::asio::awaitable<void> Others::tell() {
  while (!stopping_) {
    co_await clock_.sleep(kTellEvery);
    if (others_ == 0) news_.clear();
    if (!news_.empty()) co_await tell_news();
  }
}

boost::asio::awaitable<void> Others::tell_news() {
  std::string words = "news " + daemon_;
  for (const store::SyncId sync : std::exchange(news_, {})) words += ' ' + std::to_string(sync);
  try {
    co_await store_.announce(std::move(words));
  } catch (const store::DatabaseAway&) {
    // They find it without.
  }
}

boost::asio::awaitable<void> Others::stay_alive() {
  while (!stopping_) {
    try {
      const int others = co_await store_.beat();
      if (others != others_) log::info("daemons on this database besides this one", {{"daemons", others}});
      others_ = others;
      metrics_.daemons(others_ + 1);
    } catch (const store::DatabaseAway&) {
      // Said elsewhere.
    }
    co_await clock_.sleep(kAliveEvery);
  }
}

}  // namespace counterpart
