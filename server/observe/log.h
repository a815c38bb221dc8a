#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <variant>

/// The log: one line an event, a constant message and named fields, through spdlog.
///
///   log::info("sweep finished", {{"system", name}, {"object", object}, {"found", found}});
///
/// What may be logged: names from the configuration (systems, syncs, mappings, objects, fields), record
/// ids, correlation ids, counts, durations, HTTP statuses, kinds of errors. Never: a field's value, a
/// request's or answer's body, a query, a header, a token, an e-mail address or name, nor a foreign
/// error text that may quote one. Where a line must show that there was a value: `masked(value)`.
///
/// The message is a literal, so that lines can be counted and searched; what varies is a field. Control
/// characters, line separators and bytes that are not UTF-8 are escaped everywhere, so that nobody
/// outside can forge a line or reach a terminal.
namespace counterpart::log {

enum class Level { debug, info, warn, error };
enum class Format {
  text,  ///< 2026-01-31T12:00:00.250Z info  sweep finished system=crm found=12
  json,  ///< {"time":"2026-01-31T12:00:00.250Z","level":"info","message":"sweep finished","system":"crm","found":12}
};

/// A named value of a log line. The texts must live until the call returns.
class Field {
 public:
  Field(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  Field(std::string_view name, const char* value) : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, const std::string& value) : name_(name), value_(std::string_view(value)) {}
  Field(std::string_view name, bool value) : name_(name), value_(value) {}
  template <std::signed_integral Number>
  Field(std::string_view name, Number value) : name_(name), value_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral Number>
    requires(!std::same_as<Number, bool>)
  Field(std::string_view name, Number value) : name_(name), value_(static_cast<std::uint64_t>(value)) {}
  template <std::floating_point Number>
  Field(std::string_view name, Number value) : name_(name), value_(static_cast<double>(value)) {}

  std::string_view name() const { return name_; }
  const auto& value() const { return value_; }

 private:
  std::string_view name_;
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double> value_;
};

using Fields = std::initializer_list<Field>;

/// Sends the log to standard error from now on. Lines below `level` are dropped. Call it before threads
/// start; logging itself is safe from any thread. Direct calls of spdlog take the same way.
void set_up(Format format, Level level);

/// The same, to a stream that outlives the logging; for tests.
void set_up(Format format, Level level, std::ostream& out);

/// Whether lines of this level are kept: asked before something costly is collected for one.
bool enabled(Level level);

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

/// For personal data: "***" for any value, "" for none, so that a line shows only whether there was one.
std::string_view masked(std::string_view value);

}  // namespace counterpart::log
