#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "server/observe/log.h"

namespace counterpart::log {

/// "2026-01-31T12:00:00.250Z".
std::string timestamp(std::chrono::system_clock::time_point time);

/// Appends text as it may stand in a line: control characters, U+0085, U+2028, U+2029 and bytes that are
/// not UTF-8 as \n, \t, \xNN or \u2028, backslashes doubled.
void append_escaped(std::string& line, std::string_view text);

/// Appends a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& line, std::string_view text);

/// Appends " name=value" of each; values with blanks, quotes or '=' stand in quotes.
void append_text_fields(std::string& line, Fields fields);

/// Appends ,"name":value of each; the line's own names (time, level, message) get a trailing '_'.
void append_json_fields(std::string& line, Fields fields);

}  // namespace counterpart::log
