#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/topology/topology.h"
#include "tests/server/store/support.h"

namespace counterpart::test {

/// A clock that stands until it is moved; sleeping is noted and takes no time.
class NotingClock : public Clock {
 public:
  Instant now() const override { return now_; }
  std::chrono::microseconds uptime() const override { return uptime_; }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds time) override {
    pauses.push_back(time);
    if (on_sleep) on_sleep();
    co_return;
  }
  void move(std::chrono::microseconds by) {
    uptime_ += by;
    now_ += by;
  }

  std::vector<std::chrono::microseconds> pauses;
  std::function<void()> on_sleep;

 private:
  Instant now_{std::chrono::hours(24 * 365 * 50)};
  std::chrono::microseconds uptime_{std::chrono::hours(1)};
};

/// A system that answers what a test tells it to.
class FakeConnector : public Connector {
 public:
  std::vector<std::string> objects() const override { return {"contacts"}; }
  const Capabilities* capabilities(std::string_view) const override { return &can; }
  std::chrono::milliseconds call_timeout() const override { return std::chrono::seconds(1); }
  boost::asio::awaitable<std::string> own_user() override { co_return ""; }
  boost::asio::awaitable<std::vector<ReadResult>> read(std::string, std::vector<std::string> ids) override {
    ++reads;
    if (before_read) co_await before_read();
    std::vector<ReadResult> results;
    for (const std::string& id : ids) {
      const auto answer = answers.find(id);
      results.push_back(answer == answers.end() ? everything : answer->second);
    }
    co_return results;
  }
  boost::asio::awaitable<ChangesResult> changed(std::string, std::optional<Instant> since, std::string page) override {
    ++listings;
    co_return list ? list(since, page) : ChangesResult(ChangesPage{});
  }
  boost::asio::awaitable<std::vector<FindResult>> find(std::string, std::string, std::vector<std::string>) override {
    co_return std::vector<FindResult>{};
  }
  boost::asio::awaitable<std::vector<WriteResult>> create(std::string, std::vector<CreateOrder>, SendBy) override {
    co_return std::vector<WriteResult>{};
  }
  boost::asio::awaitable<std::vector<WriteResult>> update(std::string, std::vector<UpdateOrder>, SendBy) override {
    co_return std::vector<WriteResult>{};
  }
  boost::asio::awaitable<std::vector<WriteResult>> remove(std::string, std::vector<DeleteOrder>, SendBy) override {
    co_return std::vector<WriteResult>{};
  }
  boost::asio::awaitable<DescribeResult> describe(std::string) override { co_return description; }
  std::optional<HookScheme> hook_scheme() const override { return std::nullopt; }
  std::vector<News> parse_hook(const HookRequest&) const override { return news; }
  std::optional<std::string> hook_evidence(const HookRequest&) const override { return evidence; }
  HookAnswers hook_answers() const override { return hook_answer; }

  static Record record_of(const std::string& id) {
    Record record;
    record.id = id;
    record.fields = Native(Native::Object{});
    return record;
  }

  Capabilities can;
  ObjectDescription description;
  std::map<std::string, ReadResult> answers;  ///< to reads, by id
  ReadResult everything = Gone{};             ///< to reads of other ids
  std::function<ChangesResult(std::optional<Instant> since, const std::string& page)> list;
  std::vector<News> news;
  std::optional<std::string> evidence;
  HookAnswers hook_answer;
  std::function<boost::asio::awaitable<void>()> before_read;
  int reads = 0;
  int listings = 0;
};

/// A database, two systems that answer as told, a sync between them with one mapping.
class WorldTest : public store::StoreTest {
 protected:
  WorldTest() {
    settings_of_sync_.name = "customers";
    settings_of_sync_.version = "v1";
    ObjectMapping& mapping = settings_of_sync_.mappings.emplace_back();
    mapping.name = "contacts";
    mapping.object = {"contacts", "contacts"};
    sync_ = make_sync();
    Sync& sync = topology_.syncs.emplace_back();
    sync.id = sync_;
    sync.settings = &settings_of_sync_;
    for (const Side side : kSides) {
      system_settings_[side].name = side == Side::left ? "crm" : "erp";
      System& system = topology_.systems.emplace_back();
      system.settings = &system_settings_[side];
      auto connector = std::make_unique<FakeConnector>();
      connector_[side] = connector.get();
      system.connector = std::move(connector);
      sync.system[side] = &system;
    }
  }

  static store::Table alerts() {
    return store::sql("select kind, subject from counterpart.alert where resolved is null order by kind, subject");
  }

  NotingClock time_;
  Metrics metrics_;
  Both<SystemConfiguration> system_settings_;
  SyncConfiguration settings_of_sync_;
  Topology topology_;
  Both<FakeConnector*> connector_{};
  store::SyncId sync_ = 0;
};

}  // namespace counterpart::test
