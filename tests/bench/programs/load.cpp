// Posts signed webhooks as the sandbox's CRM A does, on kept connections, each the next as soon as the last is
// answered, and prints as JSON how many were acknowledged and how long that took.
#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <unistd.h>

#include "connectors/webhook/hook.h"
#include "server/rethrow.h"
#include "tests/bench/programs/histogram.h"

namespace counterpart::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Steady = std::chrono::steady_clock;

struct Options {
  std::string host = "127.0.0.1";
  unsigned short port = 0;
  std::string path = "/hooks/left";
  std::string secret;
  int connections = 64;
  int bytes = 1024;
  int repeat_every = 0;
  double warm_up = 1;
  double seconds = 4;
};

/// What all connections share.
struct Run {
  const Options& options;
  Steady::time_point begin;
  Steady::time_point end;
  HookScheme scheme{};
  Secret secret{};
  std::string padding{};
  std::uint64_t sent = 0;
  Histogram acknowledged{};
  std::map<int, std::uint64_t> refused{};  ///< answers that are no 2xx, by status
};

std::string body_of(const Run& run, const std::string& number) {
  std::string body = R"({"type":"batch","events":[{"id":"evt-)" + number +
                     R"(","type":"contact.updated","object":"contacts","record_id":"c-)" + number +
                     R"(","etag":"e-1","by":"u-anna","at":"2026-01-01T10:00:00.000Z","note":")";
  body.append(run.padding, 0, run.padding.size() - std::min(run.padding.size(), body.size() + 4));
  return body + R"("}]})";
}

/// A whole request. Every so many-th tells again what was told before, under the same id.
std::string next_request(Run& run) {
  const std::uint64_t turn = ++run.sent;
  const auto every = static_cast<std::uint64_t>(run.options.repeat_every);
  const bool repeated = every > 0 && turn % every == 0;
  const std::string number = std::to_string(::getpid()) + "-" + std::to_string(repeated ? turn - 1 : turn);
  const std::string body = body_of(run, number);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::string request = "POST " + run.options.path + " HTTP/1.1\r\nHost: " + run.options.host +
                        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : sign_hook(run.scheme, run.secret, "msg-" + number, body, now)) {
    request.append(name).append(": ").append(value).append("\r\n");
  }
  return request + "\r\n" + body;
}

int number_at(const std::string& text, std::size_t from) {
  int number = 0;
  std::from_chars(text.data() + from, text.data() + text.size(), number);
  return number;
}

/// How long the body is that follows this head.
std::size_t body_length(const std::string& head) {
  for (const char* name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const auto found = head.find(name);
    if (found != std::string::npos) return static_cast<std::size_t>(number_at(head, found + 18));
  }
  throw std::runtime_error("an answer without Content-Length");
}

asio::awaitable<int> read_answer(tcp::socket& socket, std::string& held) {
  auto into = asio::dynamic_buffer(held);
  const std::size_t head = co_await asio::async_read_until(socket, into, "\r\n\r\n", asio::deferred);
  const std::string first = held.substr(0, head);
  const std::size_t whole = head + body_length(first);
  if (held.size() < whole) {
    co_await asio::async_read(socket, into, asio::transfer_exactly(whole - held.size()), asio::deferred);
  }
  held.erase(0, whole);
  co_return number_at(first, first.find(' ') + 1);
}

asio::awaitable<void> keep_posting(tcp::endpoint to, Run& run) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(to, asio::deferred);
  socket.set_option(tcp::no_delay(true));
  std::string held;
  auto started = Steady::now();
  while (started < run.end) {
    const std::string request = next_request(run);
    started = Steady::now();
    co_await asio::async_write(socket, asio::buffer(request), asio::deferred);
    const int status = co_await read_answer(socket, held);
    const auto answered = Steady::now();
    if (answered < run.begin || answered >= run.end) continue;
    if (status / 100 == 2) {
      run.acknowledged.add(std::chrono::duration_cast<std::chrono::microseconds>(answered - started));
    } else {
      ++run.refused[status];
    }
  }
}

void print(const Run& run) {
  std::uint64_t refused = 0;
  for (const auto& [status, times] : run.refused) refused += times;
  const auto& told = run.acknowledged;
  std::printf(R"({"acknowledged":%llu,"refused":%llu,"seconds":%.3f,"per_second":%.1f,)",
              static_cast<unsigned long long>(told.total()), static_cast<unsigned long long>(refused),
              run.options.seconds, static_cast<double>(told.total()) / run.options.seconds);
  std::printf(R"("p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f})", static_cast<double>(told.percentile(0.5)) / 1000,
              static_cast<double>(told.percentile(0.99)) / 1000, static_cast<double>(told.percentile(0.999)) / 1000);
  std::puts("");
}

void post_all(const Options& options) {
  const auto in_time = [](double seconds) {
    return std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
  };
  asio::io_context io{1};
  Run run{options, Steady::now() + in_time(options.warm_up), Steady::time_point()};
  run.end = run.begin + in_time(options.seconds);
  run.scheme.type = HookScheme::Type::standard_webhooks;
  run.secret = Secret(options.secret);
  run.padding.assign(static_cast<std::size_t>(options.bytes), 'x');
  const tcp::endpoint to(asio::ip::make_address(options.host), options.port);
  for (int i = 0; i < options.connections; ++i) asio::co_spawn(io, keep_posting(to, run), rethrow);
  io.run();
  print(run);
}

}  // namespace
}  // namespace counterpart::bench

int main(int argc, char** argv) {
  counterpart::bench::Options options;
  CLI::App app{"Posts signed webhooks and measures their acknowledgement"};
  app.add_option("--port", options.port, "Of the server, on loopback")->required();
  app.add_option("--path", options.path, "Where to post to");
  app.add_option("--secret", options.secret, "Of Standard Webhooks: whsec_...")->required();
  app.add_option("--connections", options.connections, "Kept connections");
  app.add_option("--bytes", options.bytes, "Of each body");
  app.add_option("--repeat-every", options.repeat_every, "Every so many-th webhook is a repeat; 0: none");
  app.add_option("--warm-up", options.warm_up, "Seconds that do not count");
  app.add_option("--seconds", options.seconds, "Seconds that count");
  CLI11_PARSE(app, argc, argv);
  try {
    counterpart::bench::post_all(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
}
