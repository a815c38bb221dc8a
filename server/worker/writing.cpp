#include "server/worker/writing.h"

#include <algorithm>

#include "server/worker/creating.h"
#include "server/worker/endings.h"
#include "server/worker/updating.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

/// So many at once where the system takes no batches: what connectors send side by side.
constexpr std::size_t kSingleCalls = 4;
/// Up to so many where it answers quickly: their intents are one transaction.
constexpr std::size_t kQuickCalls = 16;
constexpr milliseconds kQuick{200};

bool is_due(const Item& item, Side side) {
  return !item.ended && item.decision && item.decision->writes(side);
}

/// Items to be written in one go: of one object, and few enough that each answer is stored soon after it came, and that
/// none waits for its call until what was decided is old.
std::vector<Item*> next_group(Work& work, std::vector<Item*>& waiting, Side side, std::size_t singles) {
  const std::string& object = waiting.front()->mapping->object[side];
  const bool creates = waiting.front()->id[side].empty();
  const std::size_t most =
      std::max(work.sync.system[side]->connector->capabilities(object)->write_batch, creates ? kSingleCalls : singles);
  std::vector<Item*> group;
  std::erase_if(waiting, [&](Item* item) {
    const bool fits = item->mapping->object[side] == object && item->id[side].empty() == creates;
    if (!fits || group.size() == most) return false;
    group.push_back(item);
    return true;
  });
  return group;
}

boost::asio::awaitable<void> write_group(Work& work, std::vector<Item*> group, Side side) {
  std::erase_if(group, [&](Item* item) { return end_if_closed(work, *item, side); });
  if (group.empty()) co_return;
  if (work.send_by(*work.sync.system[side], milliseconds(1)) <= work.clock.uptime()) {
    for (Item* item : group) end_again(*item, "the lease would not outlive the call", milliseconds(1'000), false);
    co_return;
  }
  if (group.front()->id[side].empty()) {
    co_await create_records(work, std::move(group), side);
  } else {
    co_await update_records(work, std::move(group), side);
  }
}

}  // namespace

boost::asio::awaitable<void> write_decisions(Work& work, std::vector<Item*> items) {
  for (const Side side : kSides) {
    std::vector<Item*> waiting;
    std::copy_if(items.begin(), items.end(), std::back_inserter(waiting),
                 [side](const Item* item) { return is_due(*item, side); });
    std::size_t singles = kSingleCalls;
    while (!waiting.empty()) {
      const auto begun = work.clock.uptime();
      co_await write_group(work, next_group(work, waiting, side, singles), side);
      const bool quick = work.clock.uptime() - begun < kQuick;
      singles = quick ? std::min(singles * 2, kQuickCalls) : kSingleCalls;
    }
  }
}

}  // namespace counterpart
