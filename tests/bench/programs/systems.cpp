// Two sandbox CRMs ("left" under /l, "right" under /r) and the person who edits them, in one process: what the daemon
// is measured between. Told over HTTP what to do, under /bench.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <utility>

#include "mapping/values/json.h"
#include "server/daemon/system_ports.h"
#include "server/http/client/client.h"
#include "server/http/door/door.h"
#include "server/rethrow.h"
#include "tests/bench/programs/arrivals.h"
#include "tests/bench/programs/crm.h"

namespace counterpart::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;

constexpr int kWebhooksAtOnce = 16;

struct Options {
  std::string listen = "127.0.0.1:0";
  std::string hooks;
  std::string kinds = "ab";
  std::string secret_a;
  std::string secret_b;
};

/// POST /bench/fill    {"records": n}: as many on both sides, the same ones; nobody is told
/// POST /bench/fill-left {"records": n}: on the left alone
/// POST /bench/edit    {"rate": n, "seconds": s, "warm_up": s}: edits on the left, answered when all have been made
/// POST /bench/edit-all {}: edits each record on the left once, at once
/// PUT  /bench/put     {"record_id": id}: what a peer does in place of writing to the right
/// POST /bench/arrived {}: what has been written to the right since
class Place {
 public:
  explicit Place(const Options& options) {
    door_ = std::make_unique<http::Door>(io_, options.listen, http::DoorLimits(),
                                         [this](http::ServerRequest request) { return answer(std::move(request)); });
    crm_.push_back(make_crm(options, options.kinds.at(0), "/l", "left"));
    crm_.push_back(make_crm(options, options.kinds.at(1), "/r", "right"));
  }

  /// Until SIGINT or SIGTERM.
  void run() {
    asio::co_spawn(io_, door_->run(), rethrow);
    for (const auto& crm : crm_) {
      for (int i = 0; i < kWebhooksAtOnce; ++i) asio::co_spawn(io_, crm->host().deliver(), rethrow);
    }
    asio::signal_set signals(io_, SIGINT, SIGTERM);
    signals.async_wait([this](const boost::system::error_code&, int) { io_.stop(); });
    std::printf("READY address=%s\n", door_->address().c_str());
    std::fflush(stdout);
    io_.run();
  }

 private:
  std::unique_ptr<Crm> make_crm(const Options& options, char kind, std::string prefix, const std::string& name) {
    sandbox::SandboxSettings settings;
    settings.prefix = std::move(prefix);
    settings.hub_key = Secret("hub");
    settings.person_key = Secret("person");
    settings.hook_url = options.hooks + "/" + name;
    settings.hook_secret = Secret(kind == 'a' ? options.secret_a : options.secret_b);
    return std::make_unique<Crm>(kind, std::move(settings), clock_, random_, *hooks_);
  }

  asio::awaitable<http::ServerResponse> answer(http::ServerRequest request) {
    if (request.path.starts_with("/bench/")) co_return co_await answer_bench(std::move(request));
    const std::size_t side = request.path.starts_with("/l") ? 0 : 1;
    if (side == 1 && request.method != "GET") arrivals_.look_through(request.body);
    sandbox::SandboxRequest asked{std::move(request.method), std::move(request.path), std::move(request.query),
                                  std::move(request.headers), std::move(request.body)};
    sandbox::SandboxResponse response = crm_.at(side)->host().handle(asked);
    http::ServerResponse given;
    given.status = response.status;
    given.headers = std::move(response.headers);
    given.body = std::move(response.body);
    co_return given;
  }

  asio::awaitable<http::ServerResponse> answer_bench(http::ServerRequest request) {
    const Native told = request.body.empty() ? Native() : parse_json(request.body);
    if (request.path == "/bench/fill") {
      for (const auto& crm : crm_) crm->fill(number(told, "records"));
    } else if (request.path == "/bench/fill-left") {
      crm_.front()->fill(number(told, "records"));
    } else if (request.path == "/bench/edit") {
      co_await edit(number(told, "rate"), microseconds(number(told, "seconds") * 1'000'000),
                    microseconds(number(told, "warm_up") * 1'000'000));
    } else if (request.path == "/bench/edit-all") {
      edit_all();
    } else if (request.path == "/bench/put") {
      const Native* id = told.member("record_id");
      if (id != nullptr) arrivals_.arrive_of(id->plain());
    }
    co_return http::json_response(200, arrived());
  }

  static std::size_t number(const Native& told, const char* name) {
    const Native* value = told.member(name);
    return value == nullptr ? 0 : std::stoul(value->plain());
  }

  /// Each edit counts from when it was due, so that a generator that lags makes no figure better.
  asio::awaitable<void> edit(std::size_t rate, microseconds counting, microseconds warm_up) {
    arrivals_.forget();
    const auto start = Arrivals::Steady::now();
    const auto all = static_cast<std::size_t>((warm_up + counting).count()) * rate / 1'000'000;
    for (std::size_t i = 0; i < all; ++i) {
      const auto due = start + microseconds(i * 1'000'000 / rate);
      const auto left = std::chrono::duration_cast<microseconds>(due - Arrivals::Steady::now());
      if (left.count() > 0) co_await clock_.sleep(left);
      edit_one(next_++, due, due < start + warm_up);
    }
  }

  void edit_all() {
    arrivals_.forget();
    for (std::size_t i = 0; i < crm_.front()->size(); ++i) edit_one(i, Arrivals::Steady::now(), false);
  }

  void edit_one(std::size_t number, Arrivals::Steady::time_point due, bool warming) {
    const std::string remark = arrivals_.begin(due, warming);
    arrivals_.note_record(crm_.front()->edit(number, remark));
  }

  std::string arrived() const {
    char text[256];
    const auto ms = [this](double share) { return static_cast<double>(arrivals_.took().percentile(share)) / 1000; };
    std::snprintf(
        text, sizeof text, R"({"begun":%zu,"arrived":%zu,"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"seconds":%.3f})",
        arrivals_.begun(), arrivals_.arrived(), ms(0.5), ms(0.99), ms(0.999), arrivals_.from_first_to_last().count());
    return text;
  }

  SystemClock clock_;
  SystemRandom random_;
  NoFaultPoints points_;
  asio::io_context io_{1};
  std::unique_ptr<HttpClient> hooks_ = make_hook_client();
  std::unique_ptr<http::Door> door_;
  std::vector<std::unique_ptr<Crm>> crm_;
  Arrivals arrivals_;
  std::size_t next_ = 0;

  std::unique_ptr<HttpClient> make_hook_client() {
    http::ClientSettings settings;
    settings.system = "hooks";
    settings.connections = 2 * kWebhooksAtOnce;
    return http::make_client(io_, settings, points_);
  }
};

}  // namespace
}  // namespace counterpart::bench

int main(int argc, char** argv) {
  counterpart::bench::Options options;
  CLI::App app{"Two CRMs in memory and a person who edits them"};
  app.add_option("--listen", options.listen, "Address and port");
  app.add_option("--hooks", options.hooks, "Webhooks go to this, then /left or /right")->required();
  app.add_option("--kinds", options.kinds, "Left and right: a with batch calls, b without")
      ->check(CLI::IsMember({"aa", "ab", "bb"}));
  app.add_option("--secret-a", options.secret_a, "Signs webhooks of a CRM with batch calls")->required();
  app.add_option("--secret-b", options.secret_b, "Signs webhooks of a CRM without")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    counterpart::bench::Place(options).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_systems: %s\n", error.what());
    return 1;
  }
}
