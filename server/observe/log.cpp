#include "server/observe/log.h"

#include <atomic>
#include <memory>
#include <spdlog/formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "server/observe/log_text.h"

namespace counterpart::log {
namespace {

/// Marks, by its address, a payload that is made up already: message escaped, fields appended.
constexpr char kMadeUp[] = "counterpart";

std::atomic<Format> format_in_use = Format::text;

std::string_view level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

void append_message(std::string& line, std::string_view message, Format format) {
  if (format == Format::json) {
    append_json_string(line, message);
  } else {
    append_escaped(line, message);
  }
}

/// Puts time and level before each line, and escapes what came by spdlog's own functions.
class LineFormatter : public spdlog::formatter {
 public:
  explicit LineFormatter(Format format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string line;
    append_head(line, message);
    const std::string_view payload(message.payload.data(), message.payload.size());
    if (message.source.funcname == kMadeUp) {
      line += payload;
    } else {
      append_message(line, payload, format_);
    }
    line += format_ == Format::json ? "}\n" : "\n";
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<LineFormatter>(format_); }

 private:
  void append_head(std::string& line, const spdlog::details::log_msg& message) const {
    const std::string_view level = level_name(message.level);
    if (format_ == Format::json) {
      line += R"({"time":")" + timestamp(message.time) + R"(","level":")";
      line += level;
      line += R"(","message":)";
    } else {
      line += timestamp(message.time) + ' ';
      line += level;
      line.append(6 - level.size(), ' ');
    }
  }

  Format format_;
};

void set_up_with(Format format, Level level, const spdlog::sink_ptr& sink) {
  format_in_use = format;
  auto logger = std::make_shared<spdlog::logger>("", sink);
  logger->set_formatter(std::make_unique<LineFormatter>(format));
  logger->set_level(spdlog_level(level));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  const Format format = format_in_use;
  std::string line;
  append_message(line, message, format);
  if (format == Format::json) {
    append_json_fields(line, fields);
  } else {
    append_text_fields(line, fields);
  }
  const spdlog::source_loc made_up(kMadeUp, 1, kMadeUp);
  spdlog::default_logger_raw()->log(made_up, spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void set_up(Format format, Level level) {
  set_up_with(format, level, std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

void set_up(Format format, Level level, std::ostream& out) {
  set_up_with(format, level, std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true));
}

bool enabled(Level level) {
  return spdlog::default_logger_raw()->should_log(spdlog_level(level));
}

void debug(std::string_view message, Fields fields) {
  write(Level::debug, message, fields);
}
void info(std::string_view message, Fields fields) {
  write(Level::info, message, fields);
}
void warn(std::string_view message, Fields fields) {
  write(Level::warn, message, fields);
}
void error(std::string_view message, Fields fields) {
  write(Level::error, message, fields);
}

std::string_view masked(std::string_view value) {
  return value.empty() ? "" : "***";
}

}  // namespace counterpart::log
