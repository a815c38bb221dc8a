#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/store/embedded.h"
#include "server/store/migrations.h"
#include "server/store/store.h"

namespace counterpart::store {

/// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The private cluster of this test program, migrated.
EmbeddedDatabase& cluster();
/// Where it lies.
std::filesystem::path cluster_folder();

/// SQL of the test's own, on a connection of its own; rows as texts ("(null)" for null).
using Table = std::vector<std::vector<std::string>>;
Table sql(const std::string& statement);
/// The first cell.
std::string sql_value(const std::string& statement);

/// Time that stands until it is moved.
class StandingClock : public Clock {
 public:
  Instant now() const override { return Instant{}; }
  std::chrono::microseconds uptime() const override { return uptime_; }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds) override { co_return; }
  void move(std::chrono::microseconds by) { uptime_ += by; }

 private:
  std::chrono::microseconds uptime_{std::chrono::hours(1)};
};

class CountingRandom : public Random {
 public:
  std::uint64_t bits() override { return ++state_; }

 private:
  std::uint64_t state_ = 0;
};

/// Counts the points reached, and runs what a test wants to happen at one.
class WatchedPoints : public FaultPoints {
 public:
  void reach(std::string_view point) override;
  int count(const std::string& point) const;
  void at(const std::string& point, std::function<void()> what);
  void forget();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
  std::map<std::string, std::function<void()>> hooks_;
};

/// A database with the schema and no rows, an io thread (the test's own), a store.
class StoreTest : public ::testing::Test {
 protected:
  StoreTest();
  ~StoreTest() override;

  /// Another daemon on the same database.
  std::unique_ptr<Store> another_store(int intake_queue = 2'000);

  /// Runs the io thread until the work has ended; gives its result, or throws what it threw.
  template <class T>
  T get(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr error;
    bool done = false;
    boost::asio::co_spawn(io_, std::move(work), [&](std::exception_ptr failed, T value) {
      error = failed;
      if (!failed) result.emplace(std::move(value));
      done = true;
    });
    run_until([&] { return done; });
    if (error) std::rethrow_exception(error);
    return std::move(*result);
  }
  void get(boost::asio::awaitable<void> work);
  void run_until(const std::function<bool()>& condition);

  // --- short words for what most tests do
  SyncId make_sync(const std::string& name = "customers", const std::string& version = "v1");
  ClaimOrder order(SyncId sync, int limit = 50) const;
  Claim claim(SyncId sync, int limit = 50) { return get(store_->claim(order(sync, limit))); }
  static RecordKey left(const std::string& id) { return {"contacts", Side::left, id}; }
  static RecordKey right(const std::string& id) { return {"contacts", Side::right, id}; }
  static Mark mark_of(const RecordKey& key) { return Mark{key, WorkClass::live, milliseconds(0), "c1", {}, {}}; }
  static Delivery delivery_of(SyncId sync, const std::string& delivery_key, std::vector<Mark> marks);
  int accept(SyncId sync, const RecordKey& key, const std::string& delivery_key = "d");
  static Completion done(const Claimed& claimed);
  std::vector<bool> complete(SyncId sync, const Claim& claim, std::vector<Completion> completions);
  /// A live link between two records, made the way the worker makes it.
  std::int64_t link(SyncId sync, const std::string& left_id, const std::string& right_id);
  /// As if the time of all leases had passed.
  static void expire_leases();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  StandingClock clock_;
  CountingRandom random_;
  WatchedPoints points_;
  StoreSettings settings_;
  std::unique_ptr<Store> store_;
};

/// "left 1, right 2" of claimed records, sorted.
std::string keys_of(const Claim& claim);

}  // namespace counterpart::store
