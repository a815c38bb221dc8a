#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "server/worker/batch.h"
#include "tests/mapping/reconcile/support.h"
#include "tests/server/store/support.h"

/// What the worker's tests share: two systems in memory, one mapping, a real database.
namespace counterpart::testing {

/// A system that holds records in memory; what goes wrong is said beforehand.
class SystemInMemory : public Connector {
 public:
  enum class Fault { none, refuse, reject, forbid, lose_answer, lose_call };

  explicit SystemInMemory(std::string object) : object_(std::move(object)) {
    can.create = can.update = true;
    can.searchable = {"email"};
  }

  // --- the test's hand
  std::string put(const std::string& id, std::string_view fields) {
    Record& record = records[id];
    record.id = id;
    record.fields = json(fields);
    record.absent_is_blank = true;
    record.revision = "r" + std::to_string(++writes_);
    return id;
  }
  std::string value(const std::string& id, const std::string& field) const {
    const Native* held = records.at(id).fields.member(field);
    return held == nullptr || held->is_null() ? "" : held->plain();
  }

  // --- Connector
  std::vector<std::string> objects() const override { return {object_}; }
  const Capabilities* capabilities(std::string_view object) const override {
    return object == object_ ? &can : nullptr;
  }
  std::chrono::milliseconds call_timeout() const override { return std::chrono::seconds(1); }
  boost::asio::awaitable<std::string> own_user() override { co_return ""; }
  boost::asio::awaitable<std::vector<ReadResult>> read(std::string, std::vector<std::string> ids) override {
    if (on_read) std::exchange(on_read, nullptr)();
    std::vector<ReadResult> results;
    for (const std::string& id : ids) {
      ++calls;
      results.push_back(records.contains(id) ? ReadResult(records.at(id)) : ReadResult(Gone{}));
    }
    co_return results;
  }
  boost::asio::awaitable<ChangesResult> changed(std::string, std::optional<Instant>, std::string) override {
    ++calls;
    ChangesPage page;
    for (const auto& [id, record] : records) page.records.push_back(record);
    co_return page;
  }
  boost::asio::awaitable<std::vector<FindResult>> find(std::string, std::string path,
                                                       std::vector<std::string> values) override {
    std::vector<FindResult> results;
    for (const std::string& wanted : values) {
      ++calls;
      std::vector<Record> found;
      for (const auto& [id, record] : records) {
        if (value(id, path) == wanted) found.push_back(record);
      }
      results.emplace_back(std::move(found));
    }
    if (after_find) std::exchange(after_find, nullptr)();
    co_return results;
  }
  boost::asio::awaitable<std::vector<WriteResult>> create(std::string, std::vector<CreateOrder> orders,
                                                          SendBy) override {
    std::vector<WriteResult> results;
    for (CreateOrder& order : orders) {
      const std::string id = "new" + std::to_string(++made_);
      results.push_back(write(id, [&](Record& record) {
        record.fields = std::move(order.fields);
        if (!can.stamp.empty()) record.fields.set(can.stamp, order.stamp);
      }));
      if (after_write) co_await after_write(id);
    }
    co_return results;
  }
  boost::asio::awaitable<std::vector<WriteResult>> update(std::string, std::vector<UpdateOrder> orders,
                                                          SendBy) override {
    std::vector<WriteResult> results;
    for (UpdateOrder& order : orders) {
      results.push_back(write(order.id, [&](Record& record) { record.fields = std::move(order.after); }));
      if (after_write) co_await after_write(order.id);
    }
    co_return results;
  }
  boost::asio::awaitable<std::vector<WriteResult>> remove(std::string, std::vector<DeleteOrder>, SendBy) override {
    co_return std::vector<WriteResult>{};
  }
  boost::asio::awaitable<DescribeResult> describe(std::string) override { co_return ObjectDescription{}; }
  std::optional<HookScheme> hook_scheme() const override { return std::nullopt; }
  std::vector<News> parse_hook(const HookRequest&) const override { return {}; }

  Capabilities can;
  std::map<std::string, Record> records;
  std::vector<Fault> faults;         ///< of the next writes, one each
  std::function<void()> on_read;     ///< once
  std::function<void()> after_find;  ///< once, before what was found is given
  int calls = 0;
  int written = 0;
  std::function<boost::asio::awaitable<void>(std::string id)> after_write;  ///< before the answer is given
  std::function<void(Native& fields)> stores;                               ///< what it makes of what is written

 private:
  WriteResult write(const std::string& id, const std::function<void(Record&)>& change) {
    ++calls;
    Fault fault = Fault::none;
    if (!faults.empty()) {
      fault = faults.front();
      faults.erase(faults.begin());
    }
    if (fault == Fault::refuse) return Failure{Failure::Kind::retry, "500", {}};
    if (fault == Fault::reject) return Failure{Failure::Kind::rejected, "422", {}};
    if (fault == Fault::forbid) return Failure{Failure::Kind::credentials, "403", {}};
    if (fault == Fault::lose_call) return Failure{Failure::Kind::in_doubt, "no answer", {}};
    Record& record = records[id];
    record.id = id;
    record.absent_is_blank = true;
    change(record);
    if (stores) stores(record.fields);
    give_ids_to_rows(record.fields);
    record.revision = "r" + std::to_string(++writes_);
    ++written;
    if (fault == Fault::lose_answer) return Failure{Failure::Kind::in_doubt, "no answer", {}};
    return Written{id, record, record.revision};
  }

  /// New lines get an id, as documents' lines do.
  void give_ids_to_rows(Native& fields) {
    Native* lines = fields.member("lines");
    if (lines == nullptr || !lines->is_array()) return;
    for (Native& line : lines->array()) {
      if (line.member("id") == nullptr) line.set("id", "line" + std::to_string(++made_));
    }
  }

  std::string object_;
  int made_ = 0;
  int writes_ = 0;
};

/// The time of the machine, moved on by hand.
class MovedClock : public Clock {
 public:
  Instant now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) + moved + off;
  }
  std::chrono::microseconds uptime() const override { return std::chrono::hours(1) + moved; }
  boost::asio::awaitable<void> sleep(std::chrono::microseconds) override { co_return; }
  std::chrono::microseconds moved{0};
  std::chrono::microseconds off{0};  ///< how far the machine's time of day is off, its uptime not being
};

class WorkerTest : public store::StoreTest {
 protected:
  WorkerTest() {
    mapping_ = mapping_of({text_field("email"), text_field("name"), text_field("phone")});
    for (const Side side : kSides) {
      const bool left = side == Side::left;
      mapping_.fields[0].side[side].codec = codec("email", side);
      auto connector = std::make_unique<SystemInMemory>(left ? "contact" : "person");
      memory_[side] = connector.get();
      configuration_[side].name = left ? "crm" : "erp";
      system_[side].settings = &configuration_[side];
      system_[side].connector = std::move(connector);
      sync_.listed.emplace(mapping_.name, side);
      sync_.system[side] = &system_[side];
    }
    mapping_.match.push_back({KeyKind::email, 0});
    settings_of_sync_.name = "customers";
    sync_.settings = &settings_of_sync_;
    sync_.id = make_sync();
  }

  SystemInMemory& crm() { return *memory_.left; }
  SystemInMemory& erp() { return *memory_.right; }

  void news(const store::RecordKey& key) { get(store_->mark(sync_.id, {mark_of(key)})); }

  /// What a claim is worked with; the database's time goes on with ours when that is moved on by hand.
  Work work_of(const store::Claim& claimed) {
    Work work{*store_,        time_, random_,       metrics_,
              work_settings_, sync_, claimed.lease, time_.uptime() + work_settings_.lease};
    work.claimed_at = claimed.at + time_.moved;
    work.begun = time_.uptime();
    return work;
  }

  /// One batch of all that waits, due or not; gives how many records there were.
  std::size_t pass() {
    settings_of_sync_.mappings = {mapping_};
    settings_of_sync_.mappings.insert(settings_of_sync_.mappings.end(), more_mappings_.begin(), more_mappings_.end());
    store::sql("update counterpart.dirty set due = counterpart.now() where lease is null");
    store::Claim claimed = claim(sync_.id);
    const std::size_t size = claimed.records.size();
    Work work = work_of(claimed);
    if (size > 0) get(work_batch(work, std::move(claimed)));
    return size;
  }

  /// Passes until nothing waits; the test fails if that takes more than so many.
  int settle(int most = 10) {
    int passes = 0;
    while (pass() > 0) {
      if (++passes > most) {
        ADD_FAILURE() << "still not at rest after " << most << " passes";
        break;
      }
    }
    return passes;
  }

  /// A pair that holds these fields on both sides, at rest.
  void agreed(std::string_view fields) {
    crm().put("L", fields);
    erp().put("R", fields);
    news(left("L"));
    settle();
    crm().calls = erp().calls = crm().written = erp().written = 0;
  }

  static std::string history(const std::string& field) {
    std::string text;
    for (const auto& row : store::sql(
             "select what, written, coalesce(before::text, ''), coalesce(after::text, '') from counterpart.history "
             "where field = '" +
             field + "' order by at, what")) {
      text +=
          (text.empty() ? "" : "; ") + row[0] + " " + (row[1] == "0" ? "left" : "right") + " " + row[2] + ">" + row[3];
    }
    return text;
  }
  static std::string parked() { return store::sql_value("select string_agg(reason, '; ') from counterpart.parked"); }

  MovedClock time_;
  Metrics metrics_;
  WorkSettings work_settings_;
  ObjectMapping mapping_;
  std::vector<ObjectMapping> more_mappings_;
  Both<SystemInMemory*> memory_{};
  Both<SystemConfiguration> configuration_;
  Both<System> system_;
  SyncConfiguration settings_of_sync_;
  Sync sync_;
};

}  // namespace counterpart::testing
