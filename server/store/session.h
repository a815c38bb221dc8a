#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/fault_points.h"
#include "server/store/arguments.h"
#include "server/store/connection_times.h"
#include "server/store/failure.h"
#include "server/store/rows.h"

namespace counterpart::store {

/// What a statement answered, cell by cell.
class Rows {
 public:
  struct Impl;
  explicit Rows(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  bool is_null(std::size_t row, std::size_t column) const;
  /// "" for null.
  std::string_view view(std::size_t row, std::size_t column) const;
  std::string text(std::size_t row, std::size_t column) const { return std::string(view(row, column)); }
  /// 0 for null.
  std::int64_t integer(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const { return view(row, column) == "t"; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// A running transaction.
class Transaction {
 public:
  struct Impl;
  explicit Transaction(Impl& impl) : impl_(impl) {}

  /// Runs one of our named statements. Throws Failure.
  Rows exec(std::string_view statement, const Arguments& arguments = {});

  /// The same for one whose answer is of no interest: it goes with the next, in one round trip, or before COMMIT. A
  /// refusal comes then, too. Throws Failure.
  void later(std::string_view statement, const Arguments& arguments = {});

  /// Runs a whole SQL file: migrations only. Throws Failure.
  void script(const std::string& sql);

 private:
  friend class Connection;

  std::string prepare_now(std::string_view name);
  void flush();
  void commit(std::string_view name);

  Impl& impl_;
};

struct ConnectionSettings {
  std::string uri;
  milliseconds statement_timeout{5'000};
  bool steady_plans = true;  ///< plans that do not depend on statistics: for the queue, not for reports
  bool durable = true;       ///< synchronous_commit
  ConnectionTimes times{};
};

/// Lets another thread see that the database has been silent for too long, and break the connection,
/// which ends the blocked call. Works on a duplicate of the socket's descriptor.
class Pulse {
 public:
  explicit Pulse(int socket);
  ~Pulse();
  Pulse(const Pulse&) = delete;

  void begin(int statements);  ///< a call with so many statements starts
  void end();                  ///< and is answered
  /// Breaks the connection if a call has lasted longer than `limit` a statement; true if it did.
  bool break_if_silent(milliseconds limit);

 private:
  int descriptor_;
  std::atomic<std::int64_t> since_{0};  ///< steady clock, nanoseconds; 0: idle
  std::atomic<int> statements_{1};
};

/// One connection, never reconnected by the library: the one who holds it makes another. The only code
/// that knows libpqxx and its version. Not thread-safe.
class Connection {
 public:
  using Connected = std::function<void(const std::shared_ptr<Pulse>&)>;

  /// Connects. `connected` is called as soon as there is something to break, before the session is set up. Throws
  /// Failure.
  explicit Connection(const ConnectionSettings& settings, const Connected& connected = {});
  ~Connection();
  Connection(const Connection&) = delete;

  /// Runs `work` and commits. `name` names the commit's fault points ("commit.<name>.before"). Throws
  /// Failure, and what `work` throws; both after rolling back.
  void transact(std::string_view name, const std::function<void(Transaction&)>& work, FaultPoints& points);

  /// What counterpart.now() gives on this connection from now on, instead of the clock. Throws Failure.
  void set_time(Instant now);

  /// From now on hears what is announced on a channel of our own naming. Throws Failure.
  void listen(const std::string& channel);
  /// What was announced since, after waiting for it at most so long. Throws Failure when the connection broke.
  std::vector<std::string> heard(milliseconds at_most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterpart::store
