// The codecs' laws over spellings that nobody foresaw. The first line is a codec's specification (> before it: the
// right side's), each further line a spelling: JSON, or text as it stands.
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "mapping/codecs/codec.h"
#include "mapping/values/json.h"
#include "property.h"

namespace counterpart {
namespace {

using fuzz::require;

const ValueTable* table_named(std::string_view name) {
  static const ValueTable kForms{{{"limited", "GmbH"}, {"stock", "AG"}, {"plc", "AG"}, {"partnership", "KG"}}};
  static const ValueTable kNumbers{{{"new", "1"}, {"open", "2"}, {"Grün", "-3.5"}, {"done", "1e3"}}};
  if (name == "legal_forms") return &kForms;
  return name == "numbers" ? &kNumbers : nullptr;
}

/// What a system may hold: valid JSON, or text that JSON can hold.
std::optional<Native> spelling(std::string_view line) {
  try {
    return parse_json(line);
  } catch (const JsonError&) {
  }
  try {
    return parse_json(print_json(Native(line)));
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

void check_problem(const Problem& problem) {
  require(!problem.what.empty() && !problem.remedy.empty(), "a problem says what it is, and what to do");
}

/// The value read, where it is one and all its laws hold.
std::optional<Value> check_spelling(const Codec& codec, const Native& raw) {
  const Parsed parsed = codec.parse(raw);
  if (const auto* problem = std::get_if<Problem>(&parsed)) {
    check_problem(*problem);
    return std::nullopt;
  }
  const Value& value = std::get<Value>(parsed);
  require(!is_unknown(value), "what is there is not unknown");
  const Value held = codec.narrow(value);
  require(codec.narrow(held) == held, "what is held is held as it is");
  const Printed printed = codec.print(value);
  if (const auto* problem = std::get_if<Problem>(&printed)) {
    check_problem(*problem);
    return std::nullopt;
  }
  const Parsed again = codec.parse(std::get<Native>(printed));
  require(std::holds_alternative<Value>(again), "what is printed can be read");
  require(std::get<Value>(again) == held, "what is printed is read as what is held");
  require(codec.print(std::get<Value>(again)) == printed, "printing is stable");
  return value;
}

/// An edit made on this side is there after it was put into the other side's value, and none changes nothing.
void check_put(const Codec& codec, const Value& old, const Value& edit) {
  const Value poor = codec.narrow(edit);
  const auto rich = codec.put(old, poor);
  if (rich) require(codec.narrow(*rich) == poor, "an edit that is put is there");
  const auto unedited = codec.put(old, codec.narrow(old));
  if (unedited) require(*unedited == old, "no edit changes nothing");
}

void check_spellings(const Codec& codec, std::string_view lines) {
  std::optional<Value> before;
  while (!lines.empty()) {
    const auto [line, rest] = fuzz::first_line(lines);
    lines = rest;
    const auto raw = spelling(line);
    const auto value = raw ? check_spelling(codec, *raw) : std::nullopt;
    if (value && before) check_put(codec, *before, *value);
    if (value) before = value;
  }
}

using Made = std::variant<CodecPtr, CodecError>;

/// Made once: ICU takes a thousand times longer to make one than to use it.
const Made& codec_of(std::string_view specification) {
  constexpr std::size_t kMost = 256;
  static std::map<std::string, Made, std::less<>> made;
  const auto known = made.find(specification);
  if (known != made.end()) return known->second;
  if (made.size() == kMost) made.clear();
  const bool right = specification.starts_with('>');
  const std::string_view bare = specification.substr(right ? 1 : 0);
  auto codec = make_codec(bare, right ? Side::right : Side::left, table_named);
  return made.emplace(specification, std::move(codec)).first->second;
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const auto [specification, spellings] = fuzz::first_line(fuzz::text_of(data, size));
  const Made& made = codec_of(specification);
  if (const auto* error = std::get_if<CodecError>(&made)) {
    fuzz::require(error->column <= specification.size() && !error->what.empty(), "a refusal says what and where");
    return 0;
  }
  check_spellings(*std::get<CodecPtr>(made), spellings);
  return 0;
}
