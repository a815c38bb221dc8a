#include "server/worker/writing.h"

#include <map>

#include "server/worker/creating.h"
#include "server/worker/endings.h"
#include "server/worker/updating.h"

namespace counterpart {

boost::asio::awaitable<void> write_decisions(Work& work, std::vector<Item*> items) {
  for (const Side side : kSides) {
    std::vector<Item*> updates;
    std::vector<Item*> creates;
    for (Item* item : items) {
      if (item->ended || !item->decision || !item->decision->writes(side)) continue;
      if (!work.lease_outlives_call(*work.sync.system[side])) {
        end_again(*item, "the lease would not outlive the call", std::chrono::milliseconds(0), false);
        continue;
      }
      (item->id[side].empty() ? creates : updates).push_back(item);
    }
    co_await update_records(work, std::move(updates), side);
    co_await create_records(work, std::move(creates), side);
  }
}

}  // namespace counterpart
