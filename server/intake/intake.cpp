#include "server/intake/intake.h"

#include <algorithm>
#include <optional>

#include "connectors/ports/percent.h"
#include "mapping/values/json.h"
#include "server/intake/evidence.h"
#include "server/observe/log.h"
#include "server/store/keys.h"
#include "server/within.h"

namespace counterpart {
namespace {

constexpr std::string_view kPrefix = "/hooks/";

http::ServerResponse problem(int status, std::string_view what) {
  Native body{Native::Object{}};
  body.set("error", Native(what));
  return http::json_response(status, print_json(body));
}

http::ServerResponse busy(const HookAnswers& answers, std::string_view what) {
  http::ServerResponse response = problem(answers.busy, what);
  if (answers.busy == 503) response.headers.emplace_back("Retry-After", "2");
  return response;
}

http::ServerResponse accepted(const HookAnswers& answers, std::size_t news, const std::string& correlation) {
  if (!answers.content_type.empty()) {
    http::ServerResponse response;
    response.status = answers.accepted;
    response.headers.emplace_back("Content-Type", answers.content_type);
    response.body = answers.body;
    return response;
  }
  Native body{Native::Object{}};
  body.set("accepted", Native::integer(static_cast<long long>(news)));
  body.set("correlation", Native(correlation));
  return http::json_response(answers.accepted, print_json(body));
}

/// "/hooks/crm/a%20b" → {"crm", "a b"}; nullopt where a segment is malformed.
std::optional<std::vector<std::string>> segments(std::string_view path) {
  std::vector<std::string> found;
  path.remove_prefix(kPrefix.size());
  while (true) {
    const auto slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash));
    if (!segment) return std::nullopt;
    found.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return found;
    path.remove_prefix(slash + 1);
  }
}

/// What cannot be stored of the news, and where; nullopt: nothing.
std::optional<std::string> fault_of(const std::vector<News>& news) {
  for (std::size_t i = 0; i < news.size(); ++i) {
    if (const auto fault = store::fault_of_id(news[i].id)) {
      return "event " + std::to_string(i + 1) + " of " + std::to_string(news.size()) + ": its record's id " + *fault;
    }
  }
  return std::nullopt;
}

}  // namespace

Intake::Intake(Topology& topology, store::Store& store, Clock& clock, Random& random, Metrics& metrics,
               std::string public_url)
    : topology_(topology),
      store_(store),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      public_url_(std::move(public_url)) {}

boost::asio::awaitable<http::ServerResponse> Intake::receive(http::ServerRequest request) {
  const auto started = clock_.uptime();
  auto path = segments(request.path);
  System* system = path ? topology_.system(path->front()) : nullptr;
  if (system == nullptr || !system->hooks) {
    co_return problem(404, "no system of that name takes webhooks here; see `systems` in the configuration");
  }
  http::ServerResponse response;
  if (request.method == "POST") {
    HookRequest hook;
    hook.path.assign(std::make_move_iterator(path->begin() + 1), std::make_move_iterator(path->end()));
    hook.headers = std::move(request.headers);
    hook.body = std::move(request.body);
    hook.query = std::move(request.query);
    if (!public_url_.empty()) {
      hook.url = public_url_ + request.path + (hook.query.empty() ? "" : "?" + hook.query);
    }
    response = co_await accept(*system, std::move(hook));
  } else {
    response = problem(405, "webhooks are POSTed");
    response.headers.emplace_back("Allow", "POST");
  }
  metrics_.hook_answered(system->settings->name, response.status, clock_.uptime() - started);
  co_return response;
}

boost::asio::awaitable<http::ServerResponse> Intake::accept(System& system, HookRequest hook) {
  if (!verify_hook(system.scheme, system.settings->hooks.secrets, hook, clock_.now())) {
    co_return problem(401, "the request is not signed as this system signs, or its time stamp is too old");
  }
  std::vector<News> news;
  std::optional<std::string> evidence;
  try {
    news = system.connector->parse_hook(hook);
    evidence = system.connector->hook_evidence(hook);
  } catch (const HookFormatError& error) {
    log::warn("webhook not understood", {{"system", system.settings->name}});
    co_return problem(400, error.what());
  }
  if (const auto what = fault_of(news)) {
    log::warn("webhook with an unusable id", {{"system", system.settings->name}});
    co_return problem(400, *what);
  }
  const std::string correlation = random_.hex_id();
  const HookAnswers answers = system.connector->hook_answers();
  auto deliveries = deliveries_of(system, hook, evidence ? *evidence : hook.body, news, correlation);
  const std::string fault = co_await keep(system, std::move(deliveries), answers.within, correlation);
  if (!fault.empty()) {
    metrics_.hook_unkept(system.settings->name);
    co_return busy(answers, fault);
  }
  const int count = static_cast<int>(news.size());
  metrics_.news_accepted(system.settings->name, "webhook", count);
  log::debug("webhook accepted", {{"system", system.settings->name}, {"correlation", correlation}, {"news", count}});
  co_return accepted(answers, news.size(), correlation);
}

boost::asio::awaitable<std::string> Intake::keep(const System& system, std::vector<store::Delivery> deliveries,
                                                 std::chrono::milliseconds time, std::string correlation) {
  if (deliveries.empty()) co_return "";
  auto stored = store_.accept(std::move(deliveries));
  try {
    if (time.count() == 0) {
      co_await std::move(stored);
    } else if (!co_await within(time, std::move(stored))) {
      co_return "the database takes too long";
    }
    co_return "";
  } catch (const store::IntakeFull&) {
    co_return "too many deliveries wait for the database";
  } catch (const store::DatabaseAway&) {
    co_return "the database is away";
  } catch (const store::StoreError& error) {
    log::error("delivery refused by the database",
               {{"system", system.settings->name}, {"correlation", correlation}, {"why", error.what()}});
  }
  co_return "this delivery could not be stored";
}

std::vector<store::Delivery> Intake::deliveries_of(const System& system, const HookRequest& hook,
                                                   const std::string& evidence, const std::vector<News>& news,
                                                   const std::string& correlation) {
  std::vector<store::Delivery> deliveries;
  const auto delivery_to = [&](store::SyncId sync) -> store::Delivery& {
    const auto found =
        std::find_if(deliveries.begin(), deliveries.end(), [&](const store::Delivery& d) { return d.sync == sync; });
    if (found != deliveries.end()) return *found;
    store::Delivery& delivery = deliveries.emplace_back();
    delivery.sync = sync;
    delivery.system = system.settings->name;
    delivery.delivery_key = delivery_key(hook);
    delivery.correlation = correlation;
    delivery.headers = evidence_headers(hook);
    delivery.body = evidence;
    return delivery;
  };
  if (news.empty()) say_unmapped(system, "");
  for (const News& piece : news) {
    const std::vector<Participation> parts = topology_.participations(system, piece.object);
    if (parts.empty()) say_unmapped(system, piece.object);
    for (const Participation& part : parts) {
      store::Mark& mark = delivery_to(part.sync->id).marks.emplace_back();
      mark.key = {part.mapping->name, part.side, piece.id};
      mark.settle = system.settings->settle;
      mark.correlation = correlation;
      if (piece.hinted) mark.hint = piece.hint;
      if (piece.event_id_unique) mark.unique_event = piece.event_id;
    }
  }
  if (!deliveries.empty()) return deliveries;
  // It told of nothing that is mapped: the evidence is kept all the same, with the system's first sync.
  const auto part_of = [&](const Sync& sync) { return sync.system.left == &system || sync.system.right == &system; };
  const auto sync = std::find_if(topology_.syncs.begin(), topology_.syncs.end(), part_of);
  if (sync != topology_.syncs.end()) delivery_to(sync->id);
  return deliveries;
}

void Intake::say_unmapped(const System& system, const std::string& object) {
  constexpr std::size_t kSaidMax = 1'000;  // names come from outside
  if (said_unmapped_.size() >= kSaidMax || !said_unmapped_.insert(system.settings->name + "/" + object).second) return;
  log::info("webhooks tell of an object that no sync maps; they are kept as evidence only",
            {{"system", system.settings->name}, {"object", object}});
}

}  // namespace counterpart
