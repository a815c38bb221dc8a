#include "server/observe/log_text.h"

#include <array>
#include <cmath>
#include <optional>
#include <spdlog/fmt/fmt.h>

#include "mapping/values/utf8.h"

namespace counterpart::log {
namespace {

/// C1 controls and the Unicode line ends: viewers and terminals may take them for a new line.
std::optional<unsigned> hostile_code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(sequence[i])); };
  if (sequence.size() == 2 && byte(0) == 0xC2 && byte(1) < 0xA0) return byte(1);
  if (sequence == "\xE2\x80\xA8") return 0x2028;
  if (sequence == "\xE2\x80\xA9") return 0x2029;
  return std::nullopt;
}

void append_text_byte(std::string& line, char c) {
  switch (c) {
    case '\n':
      line += "\\n";
      return;
    case '\r':
      line += "\\r";
      return;
    case '\t':
      line += "\\t";
      return;
    case '\\':
      line += "\\\\";
      return;
    default:
      break;
  }
  if (is_control(c)) {
    line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  } else {
    line += c;
  }
}

void append_json_byte(std::string& line, char c) {
  if (c == '"' || c == '\\') {
    line += '\\';
    line += c;
  } else if (is_control(c)) {
    line += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
  } else {
    line += c;
  }
}

void append_text_value(std::string& line, std::string_view value) {
  if (!value.empty() && value.find_first_of(" \"=") == std::string_view::npos) {
    append_escaped(line, value);
    return;
  }
  std::string escaped;
  append_escaped(escaped, value);
  line += '"';
  for (const char c : escaped) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += '"';
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

template <class AppendString>
void append_value(std::string& line, const Field& field, AppendString append_string) {
  const auto append = [&](const auto& value) {
    using Type = std::decay_t<decltype(value)>;
    if constexpr (std::same_as<Type, std::string_view>) {
      append_string(line, value);
    } else if constexpr (std::same_as<Type, double>) {
      line += number(value);
    } else {
      line += fmt::format("{}", value);
    }
  };
  std::visit(append, field.value());
}

}  // namespace

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

void append_escaped(std::string& line, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = valid_character_size(text);
    if (length == 0) {
      line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else if (length == 1) {
      append_text_byte(line, text.front());
    } else if (const auto hostile = hostile_code_point(text.substr(0, length))) {
      line += fmt::format("\\u{:04x}", *hostile);
    } else {
      line += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void append_json_string(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    const std::size_t length = valid_character_size(text);
    if (length == 0) {
      line += "\xEF\xBF\xBD";
    } else if (length == 1) {
      append_json_byte(line, text.front());
    } else if (const auto hostile = hostile_code_point(text.substr(0, length))) {
      line += fmt::format("\\u{:04x}", *hostile);
    } else {
      line += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  line += '"';
}

void append_text_fields(std::string& line, Fields fields) {
  for (const Field& field : fields) {
    line += ' ';
    append_escaped(line, field.name());
    line += '=';
    append_value(line, field, append_text_value);
  }
}

void append_json_fields(std::string& line, Fields fields) {
  for (const Field& field : fields) {
    const bool taken = field.name() == "time" || field.name() == "level" || field.name() == "message";
    line += ',';
    append_json_string(line, taken ? std::string(field.name()) + '_' : std::string(field.name()));
    line += ':';
    append_value(line, field, append_json_string);
  }
}

}  // namespace counterpart::log
