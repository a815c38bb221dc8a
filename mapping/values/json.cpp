#include "mapping/values/json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <set>
#include <vector>

namespace counterpart {
namespace {

using rapidjson::SizeType;

/// Above this many members, keys are looked up in an ordered set: many keys cost no quadratic time,
/// and no choice of keys can make a hash degenerate.
constexpr std::size_t kSearchedKeysMax = 16;

bool is_high_surrogate(unsigned unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low_surrogate(unsigned unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

[[noreturn]] void refuse(std::string_view text, std::size_t offset, const std::string& what) {
  const std::string_view before = text.substr(0, offset);
  const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  const std::size_t newline = before.rfind('\n');
  const std::string_view in_line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto column = static_cast<std::size_t>(std::ranges::count_if(in_line, starts_character)) + 1;
  throw JsonError(what, offset, line, column);
}

/// The offset of the quote that opens the string ending before `end`: inside a JSON string every
/// quote follows an odd number of backslashes, and the opening quote follows none.
std::size_t opening_quote(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0) {
    --at;
    if (text[at] != '"') continue;
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) break;
  }
  return at;
}

unsigned hex4(std::string_view digits) {
  return static_cast<unsigned>(std::stoul(std::string(digits.substr(0, 4)), nullptr, 16));
}

/// The offset of the first \u0000 or lone low surrogate in the (otherwise valid) string at `quote`.
std::size_t refused_escape(std::string_view text, std::size_t quote) {
  for (std::size_t at = quote + 1; at + 6 <= text.size();) {
    if (text[at] != '\\') {
      ++at;
    } else if (text[at + 1] != 'u') {
      at += 2;
    } else {
      const unsigned unit = hex4(text.substr(at + 2));
      if (unit == 0 || is_low_surrogate(unit)) return at;
      at += is_high_surrogate(unit) ? 12 : 6;
    }
  }
  return quote;
}

/// RapidJSON decodes a lone \udc00 into bytes that are not UTF-8; raw ones it refuses by itself.
bool holds_surrogate(std::string_view decoded) {
  for (std::size_t at = decoded.find('\xED'); at != std::string_view::npos; at = decoded.find('\xED', at + 1)) {
    if (at + 1 < decoded.size() && static_cast<unsigned char>(decoded[at + 1]) >= 0xA0) return true;
  }
  return false;
}

/// Builds the tree from RapidJSON's events. Values wait on one stack until their array or object
/// ends, so that each is made once at its exact size.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const rapidjson::MemoryStream& stream, std::size_t depth_max)
      : text_(text), stream_(stream), depth_max_(depth_max) {}

  // NOLINTBEGIN(readability-identifier-naming): the names are RapidJSON's.
  bool Null() { return put(Native()); }
  bool Bool(bool value) { return put(Native(value)); }
  bool RawNumber(const char* text, SizeType length, bool) { return put(Native(Native::Number{{text, length}})); }
  bool String(const char* text, SizeType length, bool) { return put(Native(checked(text, length))); }

  bool StartArray() { return start(false); }
  bool EndArray(SizeType) {
    const std::size_t first = frames_.back().first;
    Native::Array array;
    array.reserve(stack_.size() - first);
    for (std::size_t i = first; i < stack_.size(); ++i) array.push_back(std::move(stack_[i].second));
    return end(Native(std::move(array)));
  }

  bool StartObject() { return start(true); }
  bool Key(const char* text, SizeType length, bool) {
    std::string key = checked(text, length);
    if (!is_new(key)) refuse(text_, opening_quote(text_, stream_.Tell()), "a key stands twice in one object");
    stack_.emplace_back(std::move(key), Native());
    return true;
  }
  bool EndObject(SizeType) {
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(frames_.back().first);
    return end(Native(Native::Object(std::move_iterator(first), std::move_iterator(stack_.end()))));
  }

  // Never called with kParseNumbersAsStringsFlag, but part of RapidJSON's handler concept.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

  Native take() { return std::move(stack_.front().second); }

 private:
  struct Frame {
    std::size_t first;  ///< where its members begin on the stack
    bool object;
    std::set<std::string> keys;  ///< only for objects of many members
  };

  bool start(bool object) {
    if (frames_.size() >= depth_max_) {
      refuse(text_, stream_.Tell(), "arrays and objects are nested deeper than " + std::to_string(depth_max_));
    }
    frames_.push_back({stack_.size(), object, {}});
    return true;
  }

  bool end(Native value) {
    stack_.resize(frames_.back().first);
    frames_.pop_back();
    return put(std::move(value));
  }

  bool put(Native value) {
    if (!frames_.empty() && frames_.back().object) {
      stack_.back().second = std::move(value);
    } else {
      stack_.emplace_back(std::string(), std::move(value));
    }
    return true;
  }

  bool is_new(const std::string& key) {
    Frame& frame = frames_.back();
    const std::size_t count = stack_.size() - frame.first;
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(frame.first);
    if (count < kSearchedKeysMax) {
      return std::none_of(first, stack_.end(), [&](const Native::Member& member) { return member.first == key; });
    }
    if (frame.keys.empty()) std::for_each(first, stack_.end(), [&](const auto& m) { frame.keys.insert(m.first); });
    return frame.keys.insert(key).second;
  }

  std::string checked(const char* text, SizeType length) const {
    std::string decoded(text, length);
    if (decoded.find('\0') != std::string::npos) refuse_escape("\\u0000 is not accepted");
    if (holds_surrogate(decoded)) refuse_escape("half of a surrogate pair stands alone");
    return decoded;
  }

  [[noreturn]] void refuse_escape(const std::string& what) const {
    refuse(text_, refused_escape(text_, opening_quote(text_, stream_.Tell())), what);
  }

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::size_t depth_max_;
  std::vector<Native::Member> stack_;
  std::vector<Frame> frames_;
};

const char* message_for(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "there is no value";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "something follows the value";
    case rapidjson::kParseErrorObjectMissName:
      return "a key in double quotes is missing";
    case rapidjson::kParseErrorObjectMissColon:
      return "a colon is missing after a key";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "a comma or } is missing after a member";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "a comma or ] is missing after an element";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
      return "\\u needs four hexadecimal digits";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "half of a surrogate pair stands alone";
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "no such escape, or a raw control character in a string";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "a string is not closed";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "a string is not UTF-8";
    case rapidjson::kParseErrorNumberTooBig:
      return "a number is larger than 1e308";
    case rapidjson::kParseErrorNumberMissFraction:
      return "digits are missing after a decimal point";
    case rapidjson::kParseErrorNumberMissExponent:
      return "digits are missing in an exponent";
    default:
      return "this is no JSON value";
  }
}

/// What RapidJSON would let pass, or would stop at in silence.
void check_bytes(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    refuse(text, limits.bytes, "the text is longer than " + std::to_string(limits.bytes) + " bytes");
  }
  if (text.starts_with("\xEF\xBB\xBF")) refuse(text, 0, "a byte order mark is not accepted");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) refuse(text, nul, "a NUL byte");
}

const char* short_escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return nullptr;
  }
}

void print_text(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, copied, at - copied);
    copied = at + 1;
    if (const char* escape = short_escape(text[at])) {
      out += escape;
    } else {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    }
  }
  out.append(text, copied);
  out += '"';
}

void print(const Native& value, std::string& out);

void print_array(const Native::Array& array, std::string& out) {
  out += '[';
  for (const Native& element : array) {
    if (&element != array.data()) out += ',';
    print(element, out);
  }
  out += ']';
}

void print_object(const Native::Object& object, std::string& out) {
  out += '{';
  for (const auto& member : object) {
    if (&member != object.data()) out += ',';
    print_text(member.first, out);
    out += ':';
    print(member.second, out);
  }
  out += '}';
}

void print(const Native& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.boolean() ? "true" : "false";
  } else if (value.is_number()) {
    out += value.number();
  } else if (value.is_text()) {
    print_text(value.text(), out);
  } else if (value.is_array()) {
    print_array(value.array(), out);
  } else {
    print_object(value.object(), out);
  }
}

}  // namespace

JsonError::JsonError(const std::string& what, std::size_t offset, std::size_t line, std::size_t column)
    : std::runtime_error("invalid JSON at line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
                         what),
      offset_(offset),
      line_(line),
      column_(column) {}

Native parse_json(std::string_view text, const JsonLimits& limits) {
  check_bytes(text, limits);
  constexpr unsigned kFlags =
      rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  TreeBuilder builder(text, stream, limits.depth);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result.IsError()) refuse(text, result.Offset(), message_for(result.Code()));
  return builder.take();
}

std::string print_json(const Native& value) {
  std::string out;
  print(value, out);
  return out;
}

}  // namespace counterpart
