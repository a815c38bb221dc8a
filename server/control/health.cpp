#include "server/control/health.h"

#include "mapping/values/json.h"
#include "server/control/version.h"

namespace counterpart {
namespace {

long whole(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr && value->is_number() ? std::stol(value->number()) : 0;
}

double seconds(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr && value->is_number() ? std::stod(value->number()) : 0;
}

}  // namespace

void IntakeOutcome::answered(int status, std::chrono::microseconds now) {
  if (status == 503) refused_ = now;
  if (status == 202) refused_.reset();
}

bool IntakeOutcome::refuses(std::chrono::microseconds now) const {
  return refused_ && now - *refused_ < kRefusalCounts;
}

Health::Health(store::Store& store, Metrics& metrics, Clock& clock) : store_(store), metrics_(metrics), clock_(clock) {}

boost::asio::awaitable<http::ServerResponse> Health::healthz() {
  Native body{Native::Object{}};
  body.set("status", Native("alive"));
  body.set("version", Native(kVersion));
  co_return http::json_response(200, print_json(body));
}

boost::asio::awaitable<http::ServerResponse> Health::readyz() {
  const bool database = co_await store_.ping();
  metrics_.database_up(database);
  const bool refusing = intake_.refuses(clock_.uptime());
  const bool ready = database && !refusing && !draining_;
  Native checks{Native::Object{}};
  checks.set("database", Native(database ? "ok" : "away"));
  checks.set("intake", Native(refusing ? "refusing" : "ok"));
  checks.set("draining", Native(draining_));
  Native body{Native::Object{}};
  body.set("status", Native(ready ? "ready" : "not ready"));
  body.set("checks", std::move(checks));
  auto response = http::json_response(ready ? 200 : 503, print_json(body));
  if (!ready) response.headers.emplace_back("Retry-After", "2");
  co_return response;
}

boost::asio::awaitable<http::ServerResponse> Health::metrics() {
  bool up = true;
  try {
    const Native status = co_await store_.status();
    for (const Native& sync : status.member("syncs")->array()) {
      metrics_.queue(sync.member("name")->plain(), whole(sync, "dirty"), seconds(sync, "oldest_seconds"),
                     whole(sync, "parked"), whole(sync, "frozen"));
    }
  } catch (const store::DatabaseAway&) {
    up = false;
  }
  metrics_.database_up(up);
  http::ServerResponse response;
  response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = metrics_.render();
  co_return response;
}

std::optional<http::ServerResponse> refuse_to_change(const http::ServerRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  auto response = http::json_response(405, R"({"error":"this can be read (GET, HEAD) only"})");
  response.headers.emplace_back("Allow", "GET, HEAD");
  return response;
}

http::ServerResponse not_found() {
  return http::json_response(404, R"({"error":"nothing stands behind this path"})");
}

}  // namespace counterpart
