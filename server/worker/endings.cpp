#include "server/worker/endings.h"

#include <algorithm>

#include "server/observe/log.h"

namespace counterpart {

using std::chrono::milliseconds;

void end(Item& item, store::Outcome outcome, std::string detail) {
  if (item.ended) return;
  item.ended = true;
  item.ending.outcome = outcome;
  item.ending.detail = std::move(detail);
}

void end_again(Item& item, std::string detail, milliseconds again_in, bool burns) {
  if (item.ended) return;
  end(item, store::Outcome::retry, std::move(detail));
  item.ending.again_in = again_in;
  item.ending.burns_attempt = burns;
}

void add_alert(Work& work, Item& item, std::string kind, std::string message, std::string remedy) {
  work.metrics.alert(kind);
  const std::string subject = work.sync.settings->name + "/" + item.subject();
  // The message may quote a value: it is for `counterpart explain` and `parked`, not for the log.
  log::warn("alert", {{"kind", kind}, {"subject", subject}, {"correlation", item.news().correlation}});
  item.ending.alerts.push_back({std::move(kind), subject, std::move(message), std::move(remedy)});
}

void end_parked(Work& work, Item& item, store::ParkedRow why) {
  if (item.ended) return;
  end(item, store::Outcome::parked, why.reason);
  const std::string field = why.field.empty() ? "" : " (field " + why.field + ")";
  add_alert(work, item, "parked", why.reason + field, why.remedy);
  item.ending.park = std::move(why);
}

milliseconds backoff(Work& work, int attempts) {
  const auto first = work.settings.backoff_first.count();
  const auto most = work.settings.backoff_most.count();
  const auto doubled = attempts < 30 ? first << std::min(attempts, 30) : most;
  const auto ceiling = std::clamp<std::int64_t>(doubled, 1, most);
  return milliseconds(1 + static_cast<std::int64_t>(work.random.below(static_cast<std::uint64_t>(ceiling))));
}

namespace {

void end_retry(Work& work, Item& item, const Failure& failure, const std::string& what) {
  const int attempts = item.news().attempts;
  if (attempts + 1 >= work.settings.attempts) {
    end_parked(work, item,
               {"gave up after " + std::to_string(attempts + 1) + " tries: " + what, "",
                "mend what the system complains of, then `counterpart parked retry`"});
    return;
  }
  const auto pause =
      failure.retry_after ? *failure.retry_after + milliseconds(work.random.below(250)) : backoff(work, attempts);
  end_again(item, what, pause, true);
}

}  // namespace

void end_failure(Work& work, Item& item, Side side, const Failure& failure, std::string_view doing) {
  using Kind = Failure::Kind;
  const System& system = *work.sync.system[side];
  const std::string what = system.settings->name + ", " + std::string(doing) + ": " + failure.message;
  const auto jitter = milliseconds(50 + work.random.below(200));
  switch (failure.kind) {
    case Kind::retry:
      end_retry(work, item, failure, what);
      break;
    case Kind::system_down:
      end_again(item, what, failure.retry_after.value_or(system.settings->breaker_wait) + jitter, false);
      break;
    case Kind::not_sent:  // with a fresh lease it goes at once
      end_again(item, what, milliseconds(200), false);
      break;
    case Kind::in_doubt:  // settled from its intent, when the call can have no effect any more
      end_again(item, what, system.settings->settings.timeout + jitter, false);
      break;
    case Kind::conflict:
    case Kind::not_found:
      end_again(item, what, jitter, false);
      break;
    case Kind::rejected:
      end_parked(work, item,
                 {what, "",
                  "correct the record or the mapping; its next change, or `counterpart parked retry`, "
                  "tries again"});
      break;
    case Kind::credentials:
      add_alert(work, item, "credentials", what, "check the user, its rights and its password or token");
      end_again(item, what, milliseconds(60'000) + jitter, false);
      break;
  }
}

}  // namespace counterpart
