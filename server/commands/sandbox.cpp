#include "connectors/sandbox/sandbox.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/command.h"
#include "server/daemon/system_ports.h"
#include "server/http/client/client.h"
#include "server/http/door/door.h"

namespace counterpart::commands {
namespace {

namespace asio = boost::asio;
using sandbox::SandboxCrm;
using sandbox::SandboxSettings;

constexpr int kWebhooksAtOnce = 4;

struct Options {
  std::string listen = "127.0.0.1:9001";
  std::string only;
  std::string hooks = "http://127.0.0.1:8080/hooks";
  std::string hook_path_a = "crm";
  std::string hook_path_b = "erp";
  std::string secret_a = "whsec_c2FuZGJveC1hLXdlYmhvb2stc2VjcmV0";
  std::string secret_b = "sandbox-b-webhook-secret";
  std::string hub_a = "sandbox-a-hub";
  std::string person_a = "sandbox-a-person";
  std::string hub_b = "sandbox-b-hub";
  std::string person_b = "sandbox-b-person";
  double rate = 0;
  unsigned search_lag_ms = 0;
  std::optional<std::uint64_t> seed;
};

std::unique_ptr<Random> make_random(const Options& options) {
  if (options.seed) return std::make_unique<SeededRandom>(*options.seed);
  return std::make_unique<SystemRandom>();
}

SandboxSettings settings_for(const Options& options, const std::string& prefix, const std::string& hub,
                             const std::string& person, const std::string& hook_path, const std::string& secret) {
  SandboxSettings settings;
  settings.prefix = prefix;
  settings.hub_key = Secret(hub);
  settings.person_key = Secret(person);
  settings.requests_per_second = options.rate;
  settings.search_lag = std::chrono::milliseconds(options.search_lag_ms);
  if (!options.hooks.empty()) settings.hook_url = options.hooks + '/' + hook_path;
  settings.hook_secret = Secret(secret);
  return settings;
}

/// What leaves a coroutine ends the command.
void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

/// The two CRMs behind one door, each with its way out for webhooks.
class Host {
 public:
  explicit Host(const Options& options) : random_(make_random(options)) {
    if (options.only != "b") {
      add("/a", sandbox::make_crm_a(
                    settings_for(options, "/a", options.hub_a, options.person_a, options.hook_path_a, options.secret_a),
                    clock_, *random_, *hooks_));
    }
    if (options.only != "a") {
      add("/b", sandbox::make_crm_b(
                    settings_for(options, "/b", options.hub_b, options.person_b, options.hook_path_b, options.secret_b),
                    clock_, *random_, *hooks_));
    }
    door_.emplace(io_, options.listen, http::DoorLimits(),
                  [this](http::ServerRequest request) { return answer(std::move(request)); });
  }

  std::string address() const { return door_->address(); }

  /// Until SIGINT or SIGTERM.
  void run() {
    asio::co_spawn(io_, door_->run(), rethrow);
    for (const auto& [prefix, crm] : crms_) {
      for (int i = 0; i < kWebhooksAtOnce; ++i) asio::co_spawn(io_, crm->deliver(), rethrow);
    }
    asio::signal_set signals(io_, SIGINT, SIGTERM);
    signals.async_wait([this](const boost::system::error_code&, int) { io_.stop(); });
    io_.run();
  }

 private:
  void add(std::string prefix, std::unique_ptr<SandboxCrm> crm) {
    crms_.emplace_back(std::move(prefix), std::move(crm));
  }

  /// The CRM that the path belongs to; a path of neither is refused by the first.
  SandboxCrm& crm_of(const std::string& path) {
    for (const auto& [prefix, crm] : crms_) {
      if (path == prefix || path.starts_with(prefix + '/')) return *crm;
    }
    return *crms_.front().second;
  }

  asio::awaitable<http::ServerResponse> answer(http::ServerRequest request) {
    SandboxCrm& crm = crm_of(request.path);
    sandbox::SandboxRequest asked{std::move(request.method), std::move(request.path), std::move(request.query),
                                  std::move(request.headers), std::move(request.body)};
    sandbox::SandboxResponse response = crm.handle(asked);
    if (response.delay.count() > 0) co_await clock_.sleep(response.delay);
    http::ServerResponse given;
    given.status = response.status;
    given.headers = std::move(response.headers);
    given.body = std::move(response.body);
    co_return given;
  }

  SystemClock clock_;
  NoFaultPoints points_;
  std::unique_ptr<Random> random_;
  asio::io_context io_{1};
  std::unique_ptr<HttpClient> hooks_ = make_hook_client();
  std::vector<std::pair<std::string, std::unique_ptr<SandboxCrm>>> crms_;
  std::optional<http::Door> door_;

  std::unique_ptr<HttpClient> make_hook_client() {
    http::ClientSettings settings;
    settings.system = "sandbox-hooks";
    settings.connections = 2 * kWebhooksAtOnce;
    return http::make_client(io_, settings, points_);
  }
};

void print_ready(const Options& options, const std::string& address) {
  std::string line = "READY";
  if (options.only != "b") {
    line += " a=http://" + address + "/a hub-token-a=" + options.hub_a + " person-token-a=" + options.person_a;
  }
  if (options.only != "a") {
    line += " b=http://" + address + "/b hub-key-b=" + options.hub_b + " person-key-b=" + options.person_b;
  }
  std::puts(line.c_str());
  std::fflush(stdout);
}

int serve_sandbox(const Options& options) {
  Host host(options);
  print_ready(options, host.address());
  host.run();
  return 0;
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("--listen", options.listen, "Address and port; port 0 takes a free one")->capture_default_str();
  command.add_option("--only", options.only, "Only CRM a, or only CRM b")->check(CLI::IsMember({"a", "b"}));
  command.add_option("--hooks", options.hooks, "Where webhooks go; empty: nowhere")->capture_default_str();
  command.add_option("--hook-path-a", options.hook_path_a, "A's webhooks go to HOOKS/this")->capture_default_str();
  command.add_option("--hook-path-b", options.hook_path_b, "B's webhooks go to HOOKS/this")->capture_default_str();
  command.add_option("--secret-a", options.secret_a, "Signs A's webhooks (Standard Webhooks)")->capture_default_str();
  command.add_option("--secret-b", options.secret_b, "Signs B's webhooks (HMAC-SHA256)")->capture_default_str();
  command.add_option("--hub-token-a", options.hub_a, "A's bearer token for Counterpart")->capture_default_str();
  command.add_option("--person-token-a", options.person_a, "A's bearer token for a person")->capture_default_str();
  command.add_option("--hub-key-b", options.hub_b, "B's API key for Counterpart")->capture_default_str();
  command.add_option("--person-key-b", options.person_b, "B's API key for a person")->capture_default_str();
  command.add_option("--rate", options.rate, "Requests a second and key; 0: no limit")->check(CLI::NonNegativeNumber);
  command.add_option("--search-lag", options.search_lag_ms, "Milliseconds until search sees a write")
      ->check(CLI::Range(0U, 300'000U));
  command.add_option("--seed", options.seed, "Makes ids and back-offs repeatable");
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand(
      "sandbox", "Run two small CRMs in memory to play and test with: A under /a, B under /b, until SIGINT or SIGTERM");
  auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(
      "Example: counterpart sandbox --listen 127.0.0.1:9001 --hooks http://127.0.0.1:8080/hooks\n"
      "  curl -H 'Authorization: Bearer sandbox-a-person' http://127.0.0.1:9001/a/contacts \\\n"
      "       -d '{\"properties\":{\"firstname\":\"Ada\",\"email\":\"ada@example.org\"}}'\n"
      "  curl -H 'X-Api-Key: sandbox-b-person' http://127.0.0.1:9001/b/persons\n"
      "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 cannot run");
  return {command, [options] { return serve_sandbox(*options); }};
}

}  // namespace

Command sandbox_command() {
  return {add};
}

}  // namespace counterpart::commands
