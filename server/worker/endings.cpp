#include "server/worker/endings.h"

#include <algorithm>

#include "server/observe/log.h"

namespace counterpart {

using std::chrono::milliseconds;

namespace {

/// A record may have been changed under our hands so often before that counts.
constexpr int kSparedConflicts = 2;
constexpr milliseconds kNotSentPause{200};
constexpr std::string_view kReading = "refused to read";
constexpr std::string_view kWriting = "refused to write";

std::string refusal_of(std::string_view doing) {
  return std::string(doing == "update" || doing == "create" || doing == "delete" ? kWriting : kReading);
}

/// Of the records of a pair the one that has failed most.
const store::Claimed& most_tried(const Item& item) {
  return *std::max_element(item.claimed.begin(), item.claimed.end(),
                           [](const auto& a, const auto& b) { return a.attempts < b.attempts; });
}

/// So that records that were put off together do not come together.
milliseconds jitter_of(Work& work) {
  return milliseconds(50 + work.random.below(200));
}

int spared(const Item& item) {
  int most = 0;
  for (const store::Claimed& claimed : item.claimed) most = std::max(most, claimed.spared);
  return most;
}

}  // namespace

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

void add_system_alert(Work& work, Item& item, store::AlertRow alert, bool news) {
  if (news) {
    work.metrics.alert(alert.kind);
    log::warn("alert", {{"kind", alert.kind}, {"subject", alert.subject}});
  }
  item.ending.alerts.push_back(std::move(alert));
}

void end_parked(Work& work, Item& item, store::ParkedRow why) {
  if (item.ended) return;
  end(item, store::Outcome::parked, why.reason);
  const std::string field = why.field.empty() ? "" : " (field " + why.field + ")";
  add_alert(work, item, "parked", why.reason + field, why.remedy);
  item.ending.park = std::move(why);
}

void end_unusable(Work& work, Item& item, Side side, const std::string& why) {
  end_parked(work, item,
             {"created in " + work.sync.system[side]->settings->name + ", but its id there " + why, "",
              "give the record another id there, then `counterpart parked retry`"});
}

bool end_if_suspect(Work& work, Item& item) {
  for (const store::Claimed& claimed : item.claimed) {
    if (claimed.interrupted < work.settings.attempts) continue;
    end_parked(work, item,
               {"its work ended " + std::to_string(claimed.interrupted) +
                    " times in a row with neither result nor word: it may be what ends the daemon",
                "", "see the log of those times, and report this as a bug of Counterpart"});
    return true;
  }
  return false;
}

milliseconds backoff(Work& work, int attempts) {
  const auto first = work.settings.backoff_first.count();
  const auto most = work.settings.backoff_most.count();
  const auto doubled = attempts < 30 ? first << std::min(attempts, 30) : most;
  const auto ceiling = std::clamp<std::int64_t>(doubled, 1, most);
  return milliseconds(1 + static_cast<std::int64_t>(work.random.below(static_cast<std::uint64_t>(ceiling))));
}

namespace {

/// Burns an attempt; parks after the last if `for_long` enough.
void burn(Work& work, Item& item, const std::string& what, bool for_long) {
  const int attempts = most_tried(item).attempts;
  if (for_long && attempts + 1 >= work.settings.attempts) {
    end_parked(work, item,
               {"gave up after " + std::to_string(attempts + 1) + " tries: " + what, "",
                "mend what the system complains of, then `counterpart parked retry`"});
    return;
  }
  end_again(item, what, backoff(work, attempts), true);
}

/// The first so many at once and uncounted; parked after as many attempts as are allowed.
void end_spared(Work& work, Item& item, const std::string& what, milliseconds pause, int at_most) {
  if (spared(item) >= at_most) {
    burn(work, item, what, true);
    return;
  }
  end_again(item, what, pause, false);
  item.ending.spares_attempt = true;
}

void end_refused(Work& work, Item& item, System& system, const std::string& what, std::string_view doing) {
  const bool news = system.troubles.begins(refusal_of(doing));
  add_system_alert(work, item,
                   {"credentials", system.settings->name, what, "check the user, its rights and its password or token"},
                   news);
  const auto now = work.clock.uptime();
  const auto first = work.settings.credentials_wait;
  system.troubles.refuse(now, first, std::max(first, work.settings.backoff_most));
  const auto pause = std::chrono::ceil<milliseconds>(system.troubles.closed_for(now));
  end_again(item, what, std::max(pause, milliseconds(0)) + jitter_of(work), false);
}

}  // namespace

void end_later(Work& work, Item& item, const std::string& what) {
  burn(work, item, what, most_tried(item).failing_for.value_or(milliseconds(0)) >= work.settings.retry_for);
}

void end_failure(Work& work, Item& item, Side side, const Failure& failure, std::string_view doing) {
  using Kind = Failure::Kind;
  System& system = *work.sync.system[side];
  const std::string what = system.settings->name + ", " + std::string(doing) + ": " + failure.message;
  const milliseconds jitter = jitter_of(work);
  switch (failure.kind) {
    case Kind::retry:
      // A system that says when to come again is not failing. Told "at once", we still do not run hot.
      if (failure.retry_after) {
        end_again(item, what, std::max(*failure.retry_after, work.settings.backoff_first) + jitter, false);
      } else {
        end_later(work, item, what);
      }
      break;
    case Kind::system_down:
      end_again(item, what, failure.retry_after.value_or(system.settings->breaker_wait) + jitter, false);
      break;
    case Kind::in_doubt:  // settled from its intent, when the call can have no effect any more
      if (spared(item) == 0) {
        end_spared(work, item, what, system.connector->call_timeout() + jitter, 1);
      } else {
        end_later(work, item, what);
        if (item.ending.again_in) *item.ending.again_in += system.connector->call_timeout();
      }
      break;
    case Kind::conflict:
    case Kind::not_found:
      end_spared(work, item, what, jitter, kSparedConflicts);
      break;
    case Kind::rejected:
      system.schema.doubt();
      end_parked(work, item,
                 {what, "",
                  "correct the record or the mapping; its next change, or `counterpart parked retry`, "
                  "tries again"});
      break;
    case Kind::credentials:
      end_refused(work, item, system, what, doing);
      break;
    case Kind::not_sent:  // for want of time; with a fresh lease it goes at once
      end_again(item, what, kNotSentPause + jitter, false);
      break;
  }
}

bool end_if_closed(Work& work, Item& item, Side side) {
  const System& system = *work.sync.system[side];
  const auto pause = system.troubles.closed_for(work.clock.uptime());
  if (pause.count() <= 0) return false;
  end_again(item, system.settings->name + " refuses our user; it is asked again later",
            std::chrono::ceil<milliseconds>(pause) + jitter_of(work), false);
  return true;
}

boost::asio::awaitable<void> note_let_in(Work& work, Side side, std::string_view doing) {
  Troubles& troubles = work.sync.system[side]->troubles;
  const std::string refusal = refusal_of(doing);
  if (!troubles.may_last(refusal)) co_return;
  // Who may read but not write is refused still.
  const bool over = refusal == kWriting || !troubles.lasts(std::string(kWriting));
  if (over) co_await work.store.resolve_alert("credentials", work.sync.system[side]->settings->name);
  troubles.ends(refusal);
  if (over) troubles.let_in();
}

}  // namespace counterpart
