#include "connectors/sandbox/outbox.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "connectors/sandbox/query.h"

namespace counterpart::sandbox {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kBackOffLeast{200};
constexpr milliseconds kBackOffMost{5'000};
constexpr milliseconds kRetryAfterMost{60'000};
constexpr milliseconds kReorderPause{200};

/// How long a 503 or 429 asks us to wait; zero where it does not.
milliseconds retry_after(const HttpResponse& response) {
  const std::string* header = find_header(response.headers, "Retry-After");
  const auto seconds = header == nullptr ? std::nullopt : parse_digits(*header);
  return std::min<milliseconds>(std::chrono::seconds(std::min<std::int64_t>(seconds.value_or(0), 60)), kRetryAfterMost);
}

template <class T>
T take_at(std::deque<T>& queue, std::size_t place) {
  if (place > 0) std::swap(queue.front(), queue[place]);
  T taken = std::move(queue.front());
  queue.pop_front();
  return taken;
}

}  // namespace

Outbox::Outbox(OutboxSettings settings, const Faults& faults, Clock& clock, Random& random, HttpClient& client)
    : settings_(std::move(settings)),
      faults_(faults),
      clock_(clock),
      random_(random),
      client_(client),
      id_prefix_("msg_" + random.hex_id() + '-') {
  if (settings_.url.empty()) return;
  const std::string fault = secret_fault(settings_.scheme, settings_.secret);
  if (!fault.empty()) throw std::invalid_argument("the webhook secret does not serve: " + fault);
}

void Outbox::add(Native event) {
  ++counters_.events;
  if (settings_.url.empty() || faults_.drop_webhooks || events_.size() >= kEventsMax) {
    ++counters_.dropped;
    return;
  }
  events_.push_back(std::move(event));
  bell_.ring();
}

asio::awaitable<void> Outbox::deliver() {
  while (!stopping_) {
    if (idle()) {
      co_await bell_.wait();
    } else {
      co_await send(take());
    }
  }
}

void Outbox::stop() {
  stopping_ = true;
  bell_.ring();
}

std::size_t Outbox::replay() {
  for (const Post& post : sent_) posts_.push_back(post);
  bell_.ring();
  return sent_.size();
}

WebhookCounters Outbox::counters() const {
  WebhookCounters now = counters_;
  now.queued = events_.size() + posts_.size();
  return now;
}

asio::awaitable<void> Outbox::send(Post post) {
  ++counters_.in_flight;
  if (faults_.reorder_webhooks) {
    const auto pause = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(kReorderPause.count())));
    co_await clock_.sleep(milliseconds(pause));
  }
  bool delivered = false;
  for (int tries = 1; !delivered && !stopping_; ++tries) {
    HttpRequest request = request_of(post);
    const auto asked_to_wait = co_await try_once(std::move(request));
    delivered = !asked_to_wait;
    if (delivered || tries == kTriesMax) break;
    ++counters_.retried;
    co_await clock_.sleep(std::max(back_off(tries), *asked_to_wait));
  }
  --counters_.in_flight;
  ++(delivered ? counters_.delivered : counters_.given_up);
}

/// Nothing when it was delivered, else the least time to wait before the next try.
asio::awaitable<std::optional<milliseconds>> Outbox::try_once(HttpRequest request) {
  std::optional<milliseconds> wait = milliseconds(0);
  try {
    const HttpResponse response = co_await client_.send(std::move(request));
    if (response.status >= 200 && response.status < 300) {
      wait.reset();
    } else {
      wait = retry_after(response);
    }
  } catch (const SystemDown& down) {
    wait = std::min(down.retry_after(), kRetryAfterMost);
  } catch (const HttpError&) {  // the next try may get through
  }
  co_return wait;
}

Outbox::Post Outbox::take() {
  if (events_.empty()) return take_at(posts_, faults_.reorder_webhooks ? random_.below(posts_.size()) : 0);
  Post post = take_events();
  sent_.push_back(post);
  if (sent_.size() > kSentMax) sent_.pop_front();
  for (std::uint64_t i = 0; i < faults_.duplicate_webhooks; ++i) posts_.push_back(post);
  return post;
}

Outbox::Post Outbox::take_events() {
  std::vector<Native> events;
  while (!events_.empty() && events.size() < settings_.events_per_post) {
    events.push_back(take_at(events_, faults_.reorder_webhooks ? random_.below(events_.size()) : 0));
  }
  return {id_prefix_ + std::to_string(next_id_++), settings_.pack(std::move(events))};
}

HttpRequest Outbox::request_of(const Post& post) const {
  HttpRequest request;
  request.method = "POST";
  request.url = settings_.url;
  request.headers = sign_hook(settings_.scheme, settings_.secret, post.id, post.body, clock_.now());
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = post.body;
  request.timeout = std::chrono::seconds(10);
  request.purpose = "sandbox: webhook";
  return request;
}

milliseconds Outbox::back_off(int failures) {
  const milliseconds most = std::min(kBackOffMost, kBackOffLeast * (1 << failures));
  const auto spread = static_cast<std::uint64_t>((most - kBackOffLeast).count()) + 1;
  return kBackOffLeast + milliseconds(static_cast<std::int64_t>(random_.below(spread)));
}

}  // namespace counterpart::sandbox
