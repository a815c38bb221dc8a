// What the daemon's own store does with its queue, without systems: claims and completions a second, and pairs stored.
//   bench_queue --database URI prepare          migrates, and prints the number of a sync
//   bench_queue --database URI claim --sync N   claims what is dirty and completes it
//   bench_queue --database URI pairs --sync N   completes what is dirty as newly linked pairs of 30 fields
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "server/daemon/system_ports.h"
#include "server/rethrow.h"
#include "server/store/migrations.h"
#include "server/store/store.h"

namespace counterpart::bench {
namespace {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

struct Options {
  std::string database;
  store::SyncId sync = 0;
  int batch = 100;
  int rounds = 100;
  int warm_up_rounds = 0;
};

using Ending = std::function<void(const store::Claimed&, store::Completion&)>;

class Queue {
 public:
  explicit Queue(Options options) : options_(std::move(options)) {
    store::StoreSettings settings;
    settings.uri = options_.database;
    settings.daemon = "bench";
    settings.statement_timeout = std::chrono::minutes(10);  // a walk through all dead rows is to be seen, not to fail
    store_ = std::make_unique<store::Store>(io_, std::move(settings), clock_, random_, points_);
  }

  void run(asio::awaitable<void> work) {
    asio::co_spawn(io_, std::move(work), [this](const std::exception_ptr& error) {
      io_.stop();
      rethrow(error);
    });
    const auto guard = asio::make_work_guard(io_);
    io_.run();
    store_->end();
  }

  asio::awaitable<void> prepare() {
    std::vector<std::pair<std::string, std::string>> named;
    named.emplace_back("bench", "v1");
    const auto ids = co_await store_->register_syncs(std::move(named));
    std::printf("{\"sync\":%d}\n", ids.front());
  }

  asio::awaitable<void> work_off(Ending ending) {
    const auto first = Steady::now();
    for (int i = 0; i < options_.warm_up_rounds; ++i) co_await turn(ending);
    const auto began = Steady::now();
    std::size_t worked = 0;
    for (int i = 0; i < options_.rounds; ++i) worked += co_await turn(ending);
    const std::chrono::duration<double> took = Steady::now() - began;
    const std::chrono::duration<double> warm_up = began - first;
    std::printf(R"({"records":%zu,"seconds":%.4f,"per_second":%.1f,"warm_up_seconds":%.4f})", worked, took.count(),
                static_cast<double>(worked) / took.count(), warm_up.count());
    std::puts("");
  }

 private:
  asio::awaitable<std::size_t> turn(const Ending& ending) {
    store::ClaimOrder order;
    order.sync = options_.sync;
    order.mapping_version = "v1";
    order.limit = options_.batch;
    const store::Claim claim = co_await store_->claim(std::move(order));
    std::vector<store::Completion> completions;
    for (const store::Claimed& claimed : claim.records) {
      store::Completion& completion = completions.emplace_back();
      completion.key = claimed.key;
      completion.generation = claimed.generation;
      completion.correlation = claimed.correlation;
      ending(claimed, completion);
    }
    if (!completions.empty()) co_await store_->complete(options_.sync, claim.lease, std::move(completions));
    co_return claim.records.size();
  }

  Options options_;
  asio::io_context io_{1};
  SystemClock clock_;
  SystemRandom random_;
  NoFaultPoints points_;
  std::unique_ptr<store::Store> store_;
};

/// What 30 fields of a contact look like; a third of them are empty, as in real CRMs.
Native fields_of(const std::string& id) {
  constexpr int kFields = 30;
  Native fields(Native::Object{});
  for (int i = 0; i < kFields; ++i) {
    fields.set("a_field_" + std::to_string(i), i % 3 == 2 ? Native() : Native("value " + id + " " + std::to_string(i)));
  }
  return fields;
}

void link(const store::Claimed& claimed, store::Completion& completion) {
  const std::string& id = claimed.key.id;
  completion.outcome = store::Outcome::linked;
  completion.detail = "linked by email";
  store::LinkChange& change = completion.link.emplace();
  change.id = {id, "right-" + id};
  change.state.base = {fields_of(id), fields_of(id)};
  change.revision = {"e-" + id, "31.12.2026 23:59:59"};
  std::vector<KeyValue> keys;
  const std::string email = "person-" + id + "@example.com";
  keys.push_back({KeyKind::email, email, email});
  completion.identity.emplace_back(claimed.key, keys);
  completion.identity.emplace_back(store::RecordKey{claimed.key.mapping, Side::right, change.id.right}, keys);
}

void run(const std::string& what, const Options& options) {
  if (what == "prepare") store::migrate(options.database);
  Queue queue(options);
  if (what == "prepare") {
    queue.run(queue.prepare());
  } else if (what == "pairs") {
    queue.run(queue.work_off(link));
  } else {
    queue.run(queue.work_off([](const store::Claimed&, store::Completion&) {}));
  }
}

}  // namespace
}  // namespace counterpart::bench

int main(int argc, char** argv) {
  counterpart::bench::Options options;
  std::string what;
  CLI::App app{"Claims and completes through the daemon's own store"};
  app.add_option("--database", options.database, "PostgreSQL URI")->required();
  app.add_option("--sync", options.sync, "Its number, as `prepare` printed it");
  app.add_option("--batch", options.batch, "Records a claim");
  app.add_option("--rounds", options.rounds, "Claims that count");
  app.add_option("--warm-up-rounds", options.warm_up_rounds, "Claims before those");
  app.add_option("what", what, "prepare, claim or pairs")
      ->required()
      ->check(CLI::IsMember({"prepare", "claim", "pairs"}));
  CLI11_PARSE(app, argc, argv);
  try {
    counterpart::bench::run(what, options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_queue: %s\n", error.what());
    return 1;
  }
}
