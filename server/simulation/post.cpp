#include "server/simulation/post.h"

#include <algorithm>

#include "connectors/webhook/hook.h"
#include "mapping/values/json.h"
#include "server/simulation/definition.h"

namespace counterpart::simulation {

using namespace std::chrono_literals;

namespace {

constexpr microseconds kPatience = 10s;  ///< of a sender, for the answer
constexpr std::size_t kReplayed = 12;

/// As definition_of() declares it.
HookScheme scheme() {
  HookScheme scheme;
  scheme.type = HookScheme::Type::hmac_sha256;
  scheme.header = "X-Signature";
  scheme.timestamp_header = "X-Timestamp";
  scheme.signed_text = "${timestamp}.${body}";
  return scheme;
}

}  // namespace

void Post::take(const std::string& system, const Traits& traits, const Native& event) {
  // Each event has luck of its own, so that leaving out one changes nothing for the next.
  SeededRandom luck(seed_ + ++events_);
  const auto chance = [&luck](int percent) { return luck.below(100) < static_cast<std::uint64_t>(percent); };
  if (chance(traits.lost)) return;
  Native::Array events;
  events.push_back(event);
  Letter letter;
  letter.system = system;
  letter.id = event.member("event")->plain();
  letter.body = print_json(Native(Native::Object{{"events", std::move(events)}}));
  letter.tries_again = traits.tries_again;
  sent_.push_back(letter);
  const int copies = chance(traits.doubled) ? 2 + static_cast<int>(luck.below(2)) : 1;
  for (int i = 0; i < copies; ++i) {
    const auto most = static_cast<std::uint64_t>(traits.delay.count());
    letter.number = events_ * 10 + static_cast<std::uint64_t>(i);
    send(std::make_shared<Letter>(letter), 5ms + microseconds(luck.below(chance(80) ? most / 10 + 1 : most + 1)));
  }
}

void Post::replay() {
  const std::size_t from = sent_.size() - std::min(sent_.size(), kReplayed);
  for (std::size_t i = from; i < sent_.size(); ++i) {
    send(std::make_shared<Letter>(sent_[i]), microseconds(1000 * (i + 1)));
  }
}

void Post::send(std::shared_ptr<Letter> letter, microseconds delay) {
  ++under_way_;
  agenda_.after(delay, [this, letter = std::move(letter)] { hand_over(letter); });
}

void Post::hand_over(const std::shared_ptr<Letter>& letter) {
  SeededRandom luck(seed_ ^ (letter->number * 31 + static_cast<std::uint64_t>(letter->tries)));
  Machine& machine = *machines_[luck.below(machines_.size())];
  if (!machine.is_ready()) return not_accepted(letter);
  http::ServerRequest request;
  request.method = "POST";
  request.path = "/hooks/" + letter->system;
  request.headers = sign_hook(scheme(), hook_secret(), letter->id, letter->body, agenda_.now());
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = letter->body;
  request.peer = "127.0.0.1";
  auto open = std::make_shared<bool>(true);
  machine.deliver(std::move(request), [this, letter, open](int status) {
    if (!std::exchange(*open, false)) return;
    note_("webhook " + letter->id + " -> " + std::to_string(status));
    if (status >= 200 && status < 300) {
      --under_way_;
    } else {
      not_accepted(letter);
    }
  });
  agenda_.after(kPatience, [this, letter, open] {
    if (std::exchange(*open, false)) not_accepted(letter);
  });
}

void Post::not_accepted(const std::shared_ptr<Letter>& letter) {
  --under_way_;
  if (!letter->tries_again && !kind_) return;
  ++letter->tries;
  send(letter, std::min<microseconds>(1s * (1 << std::min(letter->tries, 6)), 30s));
}

}  // namespace counterpart::simulation
