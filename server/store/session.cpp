#include "server/store/session.h"

#include <charconv>
#include <pqxx/pqxx>
#include <set>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "server/store/conninfo.h"
#include "server/store/statements.h"

namespace counterpart::store {

namespace {

/// The server's reason without values: the first line, and of data errors (class 22), whose first line
/// quotes the data, only the code.
std::string reason_of(const char* message, const std::string& state) {
  if (state.starts_with("22")) return "the data is not valid (" + state + ")";
  const std::string_view text(message);
  std::string line(text.substr(0, text.find('\n')));
  if (!state.empty()) line += " (" + state + ")";
  return line;
}

FailureKind kind_of_state(std::string_view state) {
  if (state.empty())
    return FailureKind::reconnect;  // no word from the server: the connection broke under the statement
  if (state == "40001" || state == "40P01" || state == "55P03") return FailureKind::retry_now;
  if (state == "40003") return FailureKind::in_doubt;
  if (state.starts_with("08") || state.starts_with("57P")) return FailureKind::reconnect;
  if (state == "57014" || state == "25006" || state.starts_with("53") || state.starts_with("58")) {
    return FailureKind::unavailable;
  }
  return FailureKind::refused;
}

/// The exception being handled, as one of our kinds.
[[noreturn]] void rethrow_as_failure(std::string_view during) {
  const std::string where = std::string(during) + ": ";
  try {
    throw;
  } catch (const Failure&) {
    throw;
  } catch (const pqxx::broken_connection& error) {
    throw Failure(FailureKind::reconnect, where + reason_of(error.what(), ""));
  } catch (const pqxx::in_doubt_error& error) {
    throw Failure(FailureKind::in_doubt, where + reason_of(error.what(), ""));
  } catch (const pqxx::statement_completion_unknown& error) {
    throw Failure(FailureKind::in_doubt, where + reason_of(error.what(), ""));
  } catch (const pqxx::transaction_rollback& error) {  // libpqxx 6: no sql_error, so before it
    throw Failure(FailureKind::retry_now, where + reason_of(error.what(), ""));
  } catch (const pqxx::sql_error& error) {
    throw Failure(kind_of_state(error.sqlstate()), where + reason_of(error.what(), error.sqlstate()));
  } catch (const pqxx::failure& error) {
    throw Failure(FailureKind::refused, where + reason_of(error.what(), ""));
  } catch (const std::logic_error& error) {
    throw Failure(FailureKind::refused, where + reason_of(error.what(), ""));
  }
}

/// The one place that knows how this libpqxx takes a number of parameters known only at run time.
pqxx::result exec_prepared(pqxx::transaction_base& transaction, const std::string& name, const Arguments& arguments) {
#if PQXX_VERSION_MAJOR >= 7
  pqxx::params parameters;
  for (const std::optional<std::string>& value : arguments.values()) {
    if (value) {
      parameters.append(*value);
    } else {
      parameters.append();
    }
  }
  return transaction.exec(pqxx::prepped{name.c_str()}, parameters);
#else
  std::vector<const char*> values;
  values.reserve(arguments.values().size());
  for (const std::optional<std::string>& value : arguments.values()) values.push_back(value ? value->c_str() : nullptr);
  return transaction.exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
#endif
}

/// At its first use on a connection; gives the name by which the server knows it.
std::string prepare(pqxx::connection& connection, std::set<std::string, std::less<>>& known, std::string_view name) {
  std::string spelled(name);
  if (known.insert(spelled).second) {
    try {
      connection.prepare(spelled, statement(name));
#if PQXX_VERSION_MAJOR < 7
      connection.prepare_now(spelled);  // it would wait for a use that is not spelled out in SQL
#endif
    } catch (...) {
      known.erase(spelled);
      throw;
    }
  }
  return spelled;
}

/// Notices and complaints about broken connections would go to stderr.
class Quiet {
 public:
  explicit Quiet(pqxx::connection& connection)
#if PQXX_VERSION_MAJOR >= 7
  {
    connection.set_notice_handler([](pqxx::zview) noexcept {});
  }
#else
      : handler_(connection) {
  }

 private:
  pqxx::quiet_errorhandler handler_;
#endif
};

/// Version 6 would make a lost connection again by itself, without the session's settings.
void forbid_reconnecting([[maybe_unused]] pqxx::connection& connection) {
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

std::string in_seconds(milliseconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

std::string conninfo_of(const ConnectionSettings& settings) {
  const std::pair<const char*, std::string> parameters[] = {
      {"application_name", "counterpart"},
      {"connect_timeout", in_seconds(settings.times.connect)},
      {"keepalives", "1"},
      {"keepalives_idle", in_seconds(settings.times.keepalive)},
      {"keepalives_interval", "2"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", std::to_string(settings.times.unacknowledged.count())}};
  std::string conninfo = settings.uri;
  for (const auto& [key, value] : parameters) conninfo = with_parameter(conninfo, key, value);
  return conninfo;
}

/// While it lives, a call to the database is under way.
class Beat {
 public:
  explicit Beat(Pulse& pulse, int statements = 1) : pulse_(pulse) { pulse_.begin(statements); }
  ~Beat() { pulse_.end(); }
  Beat(const Beat&) = delete;

 private:
  Pulse& pulse_;
};

std::int64_t steady_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// --- Rows -----------------------------------------------------------------------------------------

struct Rows::Impl {
  pqxx::result result;
};

namespace {

pqxx::field cell(const pqxx::result& result, std::size_t row, std::size_t column) {
  return result[static_cast<pqxx::result::size_type>(row)][static_cast<pqxx::row::size_type>(column)];
}

}  // namespace

std::size_t Rows::size() const {
  return static_cast<std::size_t>(impl_->result.size());
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  return cell(impl_->result, row, column).is_null();
}

std::string_view Rows::view(std::size_t row, std::size_t column) const {
  // The text belongs to the result, not to the field.
  const pqxx::field field = cell(impl_->result, row, column);
  return {field.c_str(), static_cast<std::size_t>(field.size())};
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const std::string_view digits = view(row, column);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} && !digits.empty()) throw Failure(FailureKind::refused, "a result is no integer");
  return number;
}

// --- Pulse ----------------------------------------------------------------------------------------

Pulse::Pulse(int socket) : descriptor_(::dup(socket)) {}

Pulse::~Pulse() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Pulse::begin(int statements) {
  statements_ = statements;
  since_ = steady_nanoseconds();
}

void Pulse::end() {
  since_ = 0;
}

bool Pulse::break_if_silent(milliseconds limit) {
  const std::int64_t since = since_;
  const std::int64_t patience = std::chrono::nanoseconds(limit).count() * statements_;
  if (since == 0 || steady_nanoseconds() - since < patience) return false;
  ::shutdown(descriptor_, SHUT_RDWR);
  return true;
}

// --- Connection -----------------------------------------------------------------------------------

struct Transaction::Impl {
  Impl(pqxx::connection& on, std::set<std::string, std::less<>>& known, Pulse& beating)
      : connection(on), prepared(known), pulse(beating), work(on) {}
  ~Impl() { roll_back(); }
  Impl(const Impl&) = delete;

  void add(std::string_view name, std::string sql) {
    waiting += waiting.empty() ? "" : "; ";
    waiting += sql;
    names += names.empty() ? "" : ", ";
    names += name;
    ++statements;
  }

  /// Sends what waits; gives what its last statement answered.
  pqxx::result send() {
    begun = true;
    const Beat beat(pulse, std::exchange(statements, 0));
    pqxx::result answer = work.exec(std::exchange(waiting, {}));
    names.clear();
    return answer;
  }

  void roll_back() noexcept {
    if (!begun || ended) return;
    try {
      const Beat beat(pulse);
      work.exec("rollback");
    } catch (const std::exception&) {
      // The connection is lost, and with it the transaction.
    }
  }

  pqxx::connection& connection;
  std::set<std::string, std::less<>>& prepared;
  Pulse& pulse;
  pqxx::nontransaction work;      // that is, BEGIN and COMMIT are ours
  std::string waiting = "begin";  // statements that go with the next, in one round trip
  std::string names;              // theirs, for complaints
  int statements = 1;
  bool begun = false;
  bool ended = false;
  bool failed = false;
};

namespace {

/// Keeps what is announced until it is asked for.
class Ear : public pqxx::notification_receiver {
 public:
  Ear(pqxx::connection& connection, const std::string& channel) : pqxx::notification_receiver(connection, channel) {}
  void operator()(const std::string& payload, int) override { heard.push_back(payload); }

  std::vector<std::string> heard;
};

}  // namespace

struct Connection::Impl {
  explicit Impl(const ConnectionSettings& settings)
      : connection(conninfo_of(settings)), quiet(connection), pulse(std::make_shared<Pulse>(connection.sock())) {
    forbid_reconnecting(connection);
  }

  pqxx::connection connection;
  Quiet quiet;
  std::shared_ptr<Pulse> pulse;
  std::set<std::string, std::less<>> prepared;
  std::unique_ptr<Ear> ear;  // ends before the connection
};

namespace {

Arguments session_arguments(const ConnectionSettings& settings) {
  const auto in_ms = [](milliseconds time) { return std::to_string(time.count()) + "ms"; };
  return Arguments{in_ms(settings.statement_timeout),    in_ms(settings.statement_timeout / 2),
                   in_ms(settings.statement_timeout),    settings.durable ? "on" : "off",
                   settings.steady_plans ? "off" : "on", settings.steady_plans ? "force_generic_plan" : "auto"};
}

}  // namespace

Connection::Connection(const ConnectionSettings& settings, const Connected& connected) {
  try {
    impl_ = std::make_unique<Impl>(settings);
  } catch (const std::exception& error) {
    throw Failure(FailureKind::reconnect, "cannot connect to the database: " + reason_of(error.what(), ""));
  }
  if (connected) connected(impl_->pulse);
  const Arguments arguments = session_arguments(settings);
  NoFaultPoints no_faults;
  const auto open = [&](Transaction& transaction) { transaction.exec("open_session", arguments); };
  transact("session", open, no_faults);
}

Connection::~Connection() = default;

void Connection::set_time(Instant now) {
  try {
    pqxx::nontransaction work(impl_->connection);
    const std::string name = prepare(impl_->connection, impl_->prepared, "set_time");
    exec_prepared(work, name, Arguments{now.time_since_epoch().count()});
  } catch (const pqxx::pqxx_exception&) {
    rethrow_as_failure("set_time");
  }
}

void Connection::listen(const std::string& channel) {
  try {
    const Beat beat(*impl_->pulse);
    impl_->ear = std::make_unique<Ear>(impl_->connection, channel);
  } catch (const pqxx::pqxx_exception&) {
    rethrow_as_failure("listen");
  }
}

std::vector<std::string> Connection::heard(milliseconds at_most) {
  try {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    const std::chrono::microseconds rest = at_most - whole;
    impl_->connection.await_notification(static_cast<long>(whole.count()), static_cast<long>(rest.count()));
    return std::exchange(impl_->ear->heard, {});
  } catch (const pqxx::pqxx_exception&) {
    rethrow_as_failure("listen");
  }
}

namespace {

/// Longer ones are sent as they are, not as text in SQL that has to be scanned.
constexpr std::size_t kSpelledMax = std::size_t{64} * 1024;

bool is_short(const Arguments& arguments) {
  std::size_t size = 0;
  for (const std::optional<std::string>& value : arguments.values()) size += value ? value->size() : 0;
  return size <= kSpelledMax;
}

/// A prepared statement as SQL.
std::string spell(pqxx::nontransaction& work, const std::string& name, const Arguments& arguments) {
  std::string sql = "execute " + work.quote_name(name);
  char before = '(';
  for (const std::optional<std::string>& value : arguments.values()) {
    sql += before;
    sql += value ? work.quote(*value) : "null";
    before = ',';
  }
  return before == '(' ? sql : sql + ')';
}

}  // namespace

Rows Transaction::exec(std::string_view name, const Arguments& arguments) {
  std::string during(name);
  try {
    const std::string known = prepare_now(name);
    pqxx::result answer;
    if (is_short(arguments)) {
      impl_.add(name, spell(impl_.work, known, arguments));
      during = impl_.names;
      answer = impl_.send();
    } else {
      flush();
      const Beat beat(impl_.pulse);
      answer = exec_prepared(impl_.work, known, arguments);
    }
    return Rows(std::make_shared<const Rows::Impl>(Rows::Impl{answer}));
  } catch (...) {
    impl_.failed = true;
    rethrow_as_failure(during);
  }
}

void Transaction::later(std::string_view name, const Arguments& arguments) {
  if (!is_short(arguments)) {
    exec(name, arguments);
    return;
  }
  try {
    impl_.add(name, spell(impl_.work, prepare_now(name), arguments));
  } catch (...) {
    impl_.failed = true;
    rethrow_as_failure(name);
  }
}

std::string Transaction::prepare_now(std::string_view name) {
  const Beat beat(impl_.pulse);
  return prepare(impl_.connection, impl_.prepared, name);
}

void Transaction::flush() {
  if (impl_.waiting.empty()) return;
  const std::string during = impl_.names;
  try {
    impl_.send();
  } catch (...) {
    impl_.failed = true;
    rethrow_as_failure(during);
  }
}

void Transaction::script(const std::string& sql) {
  flush();
  try {
    const Beat beat(impl_.pulse);
    impl_.work.exec(sql);
  } catch (...) {
    impl_.failed = true;
    rethrow_as_failure("migration");
  }
}

/// A COMMIT, and what goes with it, that the server refused is a definite no; one without an answer may have happened.
void Transaction::commit(std::string_view name) {
  const std::string commit = "commit of " + std::string(name);
  if (impl_.failed) throw Failure(FailureKind::refused, commit + ": one of its statements had failed");
  impl_.add(commit, "commit");
  const std::string during = impl_.names;
  try {
    impl_.send();
    impl_.ended = true;
  } catch (...) {
    try {
      rethrow_as_failure(during);
    } catch (const Failure& failure) {
      if (failure.kind() != FailureKind::reconnect) throw;
      throw Failure(FailureKind::in_doubt, failure.what());
    }
  }
}

void Connection::transact(std::string_view name, const std::function<void(Transaction&)>& work, FaultPoints& points) {
  const std::string point = "commit." + std::string(name);
  try {
    Transaction::Impl state(impl_->connection, impl_->prepared, *impl_->pulse);
    Transaction transaction(state);
    work(transaction);
    if (!state.begun) transaction.flush();  // a session that was lost before is told from one that is lost at its end
    points.reach(point + ".before");
    transaction.commit(name);
  } catch (const pqxx::pqxx_exception&) {
    rethrow_as_failure("begin of " + std::string(name));
  }
  points.reach(point + ".after");
}

}  // namespace counterpart::store
