#include "server/store/group_commit.h"

#include <algorithm>
#include <map>

#include "server/store/store.h"

namespace counterpart::store {

namespace {

// What one transaction takes at most, so that it stays short.
constexpr std::size_t kDeliveriesMax = 1'000;
constexpr std::size_t kBytesMax = std::size_t{8} * 1024 * 1024;

}  // namespace

/// One accept(), waiting for its COMMIT. All its deliveries share one fate: its sender gets one answer.
struct GroupCommit::Call {
  std::vector<Delivery> deliveries;
  std::size_t bytes = 0;
  std::unique_ptr<Waiter> waiter;
  int raised = 0;

  void finish(std::exception_ptr error) { waiter->finish(std::move(error)); }
};

struct GroupCommit::State {
  std::size_t deliveries_max;
  std::function<void(std::vector<Woken>)> woken;

  std::mutex mutex;
  std::deque<std::shared_ptr<Call>> waiting;
  std::size_t deliveries_waiting = 0;
  bool draining = false;  ///< a job that will take what waits is on the lane

  std::vector<std::shared_ptr<Call>> take(std::size_t deliveries_most, std::size_t bytes_most);
};

/// Takes from the front until the limits are reached, but at least one call.
std::vector<std::shared_ptr<GroupCommit::Call>> GroupCommit::State::take(std::size_t deliveries_most,
                                                                         std::size_t bytes_most) {
  std::vector<std::shared_ptr<Call>> taken;
  std::size_t deliveries = 0;
  std::size_t bytes = 0;
  const std::lock_guard lock(mutex);
  while (!waiting.empty()) {
    const std::shared_ptr<Call>& next = waiting.front();
    deliveries += next->deliveries.size();
    bytes += next->bytes;
    if (!taken.empty() && (deliveries > deliveries_most || bytes > bytes_most)) break;
    deliveries_waiting -= next->deliveries.size();
    taken.push_back(next);
    waiting.pop_front();
  }
  if (waiting.empty()) draining = false;
  return taken;
}

/// The lane's job: one transaction after the other until nothing waits.
class GroupCommit::Drain : public Job {
 public:
  explicit Drain(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void run(Session& session) override {
    // The last take found everything and cleared `draining`: a later call brings a new job.
    bool more = true;
    while (more) {
      const Calls calls = state_->take(kDeliveriesMax, kBytesMax);
      if (calls.empty()) return;
      store_or_split(session, calls, true);
      const std::lock_guard lock(state_->mutex);
      more = !state_->waiting.empty() && state_->draining;
    }
  }

  void reject(std::exception_ptr error) override {
    Calls calls;
    while (!(calls = state_->take(kDeliveriesMax, kBytesMax)).empty()) finish(calls, error);
  }

 private:
  using Calls = std::vector<std::shared_ptr<Call>>;

  /// Nothing of the error stays here: it ends where it is read.
  static void finish(const Calls& calls, std::exception_ptr error) {
    std::for_each(calls.begin(), calls.end() - 1, [&](const auto& call) { call->finish(error); });
    calls.back()->finish(std::move(error));
  }

  void store(Session& session, const Calls& calls) {
    std::vector<const Delivery*> deliveries;
    for (const std::shared_ptr<Call>& call : calls) {
      for (const Delivery& delivery : call->deliveries) deliveries.push_back(&delivery);
    }
    std::vector<int> raised;
    std::vector<Woken> woken;
    session.transact("accept", [&](Transaction& transaction) {
      woken.clear();
      raised = store_deliveries(transaction, deliveries, woken);
    });
    std::size_t i = 0;
    for (const std::shared_ptr<Call>& call : calls) {
      for (std::size_t n = 0; n < call->deliveries.size(); ++n) call->raised += raised[i++];
    }
    state_->woken(std::move(woken));
  }

  /// A batch that is refused is split by sync, then halved, until the culprits stand alone; a database
  /// that is away fails them all.
  void store_or_split(Session& session, const Calls& calls, bool by_sync) {
    std::exception_ptr error;
    bool refused = false;
    try {
      store(session, calls);
    } catch (const StoreError&) {
      error = std::current_exception();
      refused = true;
    } catch (...) {
      error = std::current_exception();
    }
    if (!refused || calls.size() == 1) return finish(calls, std::move(error));
    for (const Calls& part : by_sync ? split_by_sync(calls) : halves(calls)) store_or_split(session, part, false);
  }

  static std::vector<Calls> split_by_sync(const Calls& calls) {
    std::map<SyncId, Calls> by_sync;
    for (const std::shared_ptr<Call>& call : calls) by_sync[call->deliveries.front().sync].push_back(call);
    if (by_sync.size() == 1) return halves(calls);
    std::vector<Calls> parts;
    for (auto& [sync, part] : by_sync) parts.push_back(std::move(part));
    return parts;
  }

  static std::vector<Calls> halves(const Calls& calls) {
    const auto middle = calls.begin() + static_cast<std::ptrdiff_t>(calls.size() / 2);
    return {Calls(calls.begin(), middle), Calls(middle, calls.end())};
  }

  std::shared_ptr<State> state_;
};

GroupCommit::GroupCommit(boost::asio::io_context& io, Lane& lane, std::size_t deliveries_max,
                         std::function<void(std::vector<Woken>)> woken)
    : io_(io), lane_(lane), state_(std::make_shared<State>()) {
  state_->deliveries_max = deliveries_max;
  state_->woken = std::move(woken);
}

std::shared_ptr<GroupCommit::Call> GroupCommit::enqueue(std::vector<Delivery> deliveries) {
  auto call = std::make_shared<Call>();
  for (const Delivery& delivery : deliveries) call->bytes += delivery.body.size() + delivery.headers.size();
  call->deliveries = std::move(deliveries);
  return call;
}

awaitable<int> GroupCommit::accept(std::vector<Delivery> deliveries) {
  if (deliveries.empty()) co_return 0;
  const std::shared_ptr<Call> call = enqueue(std::move(deliveries));
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->deliveries_waiting + call->deliveries.size() > state_->deliveries_max) {
      throw IntakeFull("the intake queue is full: " + std::to_string(state_->deliveries_waiting) +
                       " webhooks wait to be stored");
    }
    state_->deliveries_waiting += call->deliveries.size();
  }
  std::function<void(std::unique_ptr<Waiter>)> hand_over = [this, call](std::unique_ptr<Waiter> waiter) {
    bool first = false;
    {
      const std::lock_guard lock(state_->mutex);
      call->waiter = std::move(waiter);
      state_->waiting.push_back(call);
      first = !state_->draining;
      state_->draining = true;
    }
    if (first) lane_.submit(std::make_unique<Drain>(state_));
  };
  co_await suspend(io_, std::move(hand_over));
  co_return call->raised;
}

}  // namespace counterpart::store
