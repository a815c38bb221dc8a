#include "server/control/api.h"

#include <charconv>
#include <optional>

#include "connectors/ports/percent.h"
#include "mapping/values/json.h"
#include "server/control/health.h"

namespace counterpart {
namespace {

constexpr std::string_view kPrefix = "/api/v1/";

http::ServerResponse problem(int status, std::string_view what) {
  Native body{Native::Object{}};
  body.set("error", Native(what));
  return http::json_response(status, print_json(body));
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const auto slash = path.find('/');
    found.push_back(percent_decode(path.substr(0, slash)).value_or(""));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return found;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> sync_wanted(const std::string& query) {
  constexpr std::string_view kKey = "sync=";
  if (query.rfind(kKey, 0) != 0) return std::nullopt;
  return percent_decode(std::string_view(query).substr(kKey.size()));
}

http::ServerResponse no_such_park(const std::string& number) {
  return problem(404, "no parked record has the number '" + number + "'; `counterpart parked list` shows the numbers");
}

http::ServerResponse json(const Native& body) {
  return http::json_response(200, print_json(body));
}

}  // namespace

Api::Api(Topology& topology, store::Store& store) : topology_(topology), store_(store) {}

boost::asio::awaitable<http::ServerResponse> Api::answer(http::ServerRequest request) {
  std::string away;
  try {
    co_return co_await route(std::move(request));
  } catch (const store::DatabaseAway& error) {
    away = error.what();
  }
  co_return problem(503, "the database is away: " + away);
}

boost::asio::awaitable<http::ServerResponse> Api::route(http::ServerRequest request) {
  if (request.path.rfind(kPrefix, 0) != 0) co_return not_found();
  auto path = segments(std::string_view(request.path).substr(kPrefix.size()));
  if (path.size() == 1 && path[0] == "status") {
    Native status = co_await store_.status();
    co_return json(status);
  }
  if (!path.empty() && path[0] == "parked") co_return co_await parked(std::move(path), std::move(request));
  const bool accepts = path.size() == 4 && path[0] == "schema" && path[3] == "accept";
  if (accepts && request.method == "POST") co_return co_await accept_schema(std::move(path));
  if (path.size() >= 4 && path[0] == "explain") co_return co_await explain(std::move(path));
  co_return not_found();
}

boost::asio::awaitable<http::ServerResponse> Api::parked(std::vector<std::string> path, http::ServerRequest request) {
  if (request.method == "GET" && path.size() == 1) {
    Native rows = co_await store_.parked(sync_wanted(request.query));
    co_return json(rows);
  }
  const bool all = path.size() == 2 && path[1] == "retry";
  const auto id = path.size() >= 2 ? number(path[1]) : std::nullopt;
  if (request.method == "GET" && path.size() == 2) {
    if (!id) co_return no_such_park(path[1]);
    Native row = co_await store_.parked_one(*id);
    co_return row.is_null() ? no_such_park(path[1]) : json(row);
  }
  const bool one = path.size() == 3 && path[2] == "retry";
  if (request.method != "POST" || (!all && !one)) co_return not_found();
  if (one && !id) co_return no_such_park(path[1]);
  const int count = co_await store_.retry_parked(all ? std::nullopt : id);
  if (one && count == 0) co_return no_such_park(path[1]);
  Native body{Native::Object{}};
  body.set("retried", Native::integer(count));
  co_return json(body);
}

boost::asio::awaitable<http::ServerResponse> Api::accept_schema(std::vector<std::string> path) {
  const System* system = topology_.system(path[1]);
  if (system == nullptr) co_return problem(404, "no system '" + path[1] + "' is configured");
  if (!co_await store_.accept_schema(path[1], path[2])) {
    co_return problem(404, "of '" + path[1] + "' no object '" + path[2] + "' has been described yet");
  }
  system->schema.doubt();
  Native body{Native::Object{}};
  body.set("accepted", Native(true));
  co_return json(body);
}

boost::asio::awaitable<http::ServerResponse> Api::explain(std::vector<std::string> path) {
  const System* system = topology_.system(path[1]);
  if (system == nullptr) co_return problem(404, "no system '" + path[1] + "' is configured");
  std::string id = path[3];
  for (std::size_t i = 4; i < path.size(); ++i) id += "/" + path[i];
  std::vector<store::Store::Subject> subjects;
  for (const Participation& part : topology_.participations(*system, path[2])) {
    store::Store::Subject& subject = subjects.emplace_back();
    subject.sync = part.sync->id;
    subject.sync_name = part.sync->settings->name;
    subject.key = {part.mapping->name, part.side, id};
  }
  if (subjects.empty()) co_return problem(404, "no sync maps the object '" + path[2] + "' of '" + path[1] + "'");
  Native story = co_await store_.explain(std::move(subjects));
  co_return json(story);
}

std::string control_socket(const std::string& state_directory) {
  return state_directory + "/control.sock";
}

}  // namespace counterpart
