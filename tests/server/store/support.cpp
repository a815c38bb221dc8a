#include "tests/server/store/support.h"

#include <algorithm>
#include <pqxx/pqxx>
#include <stdlib.h>

namespace counterpart::store {

namespace {

/// Made by the first test that needs it, stopped at the end of the program.
class ClusterEnvironment : public testing::Environment {
 public:
  EmbeddedDatabase& database() {
    if (!database_) {
      folder_ = std::make_unique<TemporaryFolder>();
      database_ = std::make_unique<EmbeddedDatabase>(folder_->path());
      migrate(database_->uri());
    }
    return *database_;
  }
  const std::filesystem::path& folder() const { return folder_->path(); }
  void TearDown() override {
    database_.reset();
    folder_.reset();
  }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
  std::unique_ptr<EmbeddedDatabase> database_;
};

ClusterEnvironment* environment() {
  // Owned by GoogleTest.
  static auto* const registered =
      dynamic_cast<ClusterEnvironment*>(testing::AddGlobalTestEnvironment(new ClusterEnvironment));
  return registered;
}
const bool kRegistered = environment() != nullptr;

/// Deleting is quicker than truncating here: no new files for dozens of tables and indexes.
void empty_all_tables() {
  const std::string deletes = sql_value(
      "select string_agg(format('delete from counterpart.%I', relname), ';') from pg_class "
      "where relnamespace = 'counterpart'::regnamespace and relkind in ('r', 'p') and not relispartition "
      "and relname <> 'migration'");
  sql(deletes);
  sql("select setval(format('counterpart.%I', relname), 1, false) from pg_class "
      "where relnamespace = 'counterpart'::regnamespace and relkind = 'S'");
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "counterpart-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

EmbeddedDatabase& cluster() {
  return environment()->database();
}

std::filesystem::path cluster_folder() {
  return environment()->folder();
}

Table sql(const std::string& statement) {
  pqxx::connection connection(cluster().uri());
  pqxx::quiet_errorhandler quiet(connection);
  pqxx::work work(connection);
  const pqxx::result result = work.exec(statement);
  work.commit();
  Table table;
  for (const auto& row : result) {
    std::vector<std::string>& cells = table.emplace_back();
    for (const auto& cell : row) cells.emplace_back(cell.is_null() ? "(null)" : cell.c_str());
  }
  return table;
}

std::string sql_value(const std::string& statement) {
  const Table table = sql(statement);
  return table.empty() ? "(no row)" : table.front().front();
}

void WatchedPoints::reach(std::string_view point) {
  std::function<void()> hook;
  {
    const std::lock_guard lock(mutex_);
    ++counts_[std::string(point)];
    const auto found = hooks_.find(std::string(point));
    if (found != hooks_.end()) hook = found->second;
  }
  if (hook) hook();
}

int WatchedPoints::count(const std::string& point) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(point);
  return found == counts_.end() ? 0 : found->second;
}

void WatchedPoints::at(const std::string& point, std::function<void()> what) {
  const std::lock_guard lock(mutex_);
  hooks_[point] = std::move(what);
}

void WatchedPoints::forget() {
  const std::lock_guard lock(mutex_);
  hooks_.clear();
}

StoreTest::StoreTest() {
  settings_.uri = cluster().uri();
  empty_all_tables();
  store_ = std::make_unique<Store>(io_, settings_, clock_, random_, points_);
}

StoreTest::~StoreTest() {
  store_.reset();
  guard_.reset();
  io_.poll();
}

std::unique_ptr<Store> StoreTest::another_store(int intake_queue) {
  StoreSettings settings = settings_;
  settings.intake_queue = intake_queue;
  return std::make_unique<Store>(io_, settings, clock_, random_, points_);
}

void StoreTest::get(boost::asio::awaitable<void> work) {
  std::exception_ptr error;
  bool done = false;
  boost::asio::co_spawn(io_, std::move(work), [&](std::exception_ptr failed) {
    error = failed;
    done = true;
  });
  run_until([&] { return done; });
  if (error) std::rethrow_exception(error);
}

void StoreTest::run_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    // In slices, for a condition may wait for time to pass while nothing else happens.
    if (io_.run_one_for(milliseconds(10)) == 0 && std::chrono::steady_clock::now() >= end) {
      throw std::runtime_error("it hangs");
    }
  }
}

SyncId StoreTest::make_sync(const std::string& name, const std::string& version) {
  return get(store_->register_syncs({{name, version}})).front();
}

ClaimOrder StoreTest::order(SyncId sync, int limit) const {
  ClaimOrder order;
  order.sync = sync;
  order.mapping_version = "v1";
  order.limit = limit;
  return order;
}

Delivery StoreTest::delivery_of(SyncId sync, const std::string& delivery_key, std::vector<Mark> marks) {
  return Delivery{sync,          "crm",           delivery_key, "c-" + delivery_key, R"({"agent":"test"})",
                  R"({"id":1})", std::move(marks)};
}

int StoreTest::accept(SyncId sync, const RecordKey& key, const std::string& delivery_key) {
  return get(store_->accept({delivery_of(sync, delivery_key, {mark_of(key)})}));
}

Completion StoreTest::done(const Claimed& claimed) {
  Completion completion;
  completion.key = claimed.key;
  completion.generation = claimed.generation;
  completion.correlation = claimed.correlation;
  return completion;
}

std::vector<bool> StoreTest::complete(SyncId sync, const Claim& claim, std::vector<Completion> completions) {
  return get(store_->complete(sync, claim.lease, std::move(completions)));
}

std::int64_t StoreTest::link(SyncId sync, const std::string& left_id, const std::string& right_id) {
  std::vector<Store::CreatedLink> created(1);
  created[0].mapping = "contacts";
  created[0].id.left = left_id;
  created[0].id.right = right_id;
  return get(store_->store_created(sync, created)).front();
}

void StoreTest::expire_leases() {
  sql("update counterpart.dirty set due = counterpart.now() where lease is not null");
  sql("update counterpart.lease set until = counterpart.now()");
}

std::string keys_of(const Claim& claim) {
  std::vector<std::string> keys;
  for (const Claimed& record : claim.records) {
    keys.push_back(std::string(name_of(record.key.side)) + " " + record.key.id);
  }
  std::sort(keys.begin(), keys.end());
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text;
}

}  // namespace counterpart::store
