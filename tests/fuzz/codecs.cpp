// The codecs' laws over spellings that nobody foresaw. The first line is a codec's specification (> before it: the
// right side's), or two with -> between them: the one that reads, and that of the other side, to which values go. Each
// further line is a spelling: JSON, or text as it stands.
#include <algorithm>
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
  static const ValueTable forms{{{"limited", "GmbH"}, {"stock", "AG"}, {"plc", "AG"}, {"partnership", "KG"}}};
  static const ValueTable numbers{{{"new", "1"}, {"open", "2"}, {"Grün", "-3.5"}, {"done", "1e3"}}};
  if (name == "legal_forms") return &forms;
  return name == "numbers" ? &numbers : nullptr;
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

/// What is printed of a value, whoever read it, is read as what this side holds of it.
void check_value(const Codec& codec, const Value& value) {
  const Value held = codec.narrow(value);
  require(codec.narrow(held) == held, "what is held is held as it is");
  const Printed printed = codec.print(value);
  if (const auto* problem = std::get_if<Problem>(&printed)) return check_problem(*problem);
  const Parsed again = codec.parse(std::get<Native>(printed));
  require(std::holds_alternative<Value>(again), "what is printed can be read");
  require(std::get<Value>(again) == held, "what is printed is read as what is held");
  require(codec.print(std::get<Value>(again)) == printed, "printing is stable");
}

/// The value read, where it is one; its laws hold.
std::optional<Value> check_spelling(const Codec& codec, const Native& raw) {
  const Parsed parsed = codec.parse(raw);
  if (const auto* problem = std::get_if<Problem>(&parsed)) {
    check_problem(*problem);
    return std::nullopt;
  }
  const Value& value = std::get<Value>(parsed);
  require(!is_unknown(value), "what is there is not unknown");
  check_value(codec, value);
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

void check_spellings(const Codec& codec, const Codec& other, std::string_view lines) {
  std::optional<Value> before;
  while (!lines.empty()) {
    const auto [line, rest] = fuzz::first_line(lines);
    lines = rest;
    const auto raw = spelling(line);
    const auto value = raw ? check_spelling(codec, *raw) : std::nullopt;
    if (!value) continue;
    if (before) check_put(codec, *before, *value);
    if (before) check_put(other, *before, other.narrow(*value));
    check_value(other, *value);
    before = value;
  }
}

/// nullptr where the specification is refused. Made once: ICU takes a thousand times longer to make one than to use it.
CodecPtr codec_of(std::string_view specification) {
  constexpr std::size_t kMost = 256;
  static std::map<std::string, CodecPtr, std::less<>> codecs;
  const auto known = codecs.find(specification);
  if (known != codecs.end()) return known->second;
  const bool right = specification.starts_with('>');
  const std::string_view bare = specification.substr(right ? 1 : 0);
  const auto made = make_codec(bare, right ? Side::right : Side::left, table_named);
  if (const auto* error = std::get_if<CodecError>(&made)) {
    require(error->column <= bare.size() && !error->what.empty(), "a refusal says what and where");
    return nullptr;
  }
  if (codecs.size() >= kMost) codecs.clear();
  return codecs.emplace(specification, std::get<CodecPtr>(made)).first->second;
}

/// "phone" of ">phone(DE)".
std::string_view family_of(std::string_view specification) {
  specification.remove_prefix(std::min(specification.find_first_not_of("> "), specification.size()));
  return specification.substr(0, specification.find_first_of("( "));
}

/// Whether every value of the one is a value of the other: texts are so within a family only, for each has a normal
/// form.
bool share_values(std::string_view one, std::string_view other, const Codec& codec, const Codec& other_codec) {
  return codec.kind() == other_codec.kind() && (codec.kind() != "text" || family_of(one) == family_of(other));
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const auto [specifications, spellings] = fuzz::first_line(fuzz::text_of(data, size));
  const std::size_t arrow = specifications.find("->");
  const std::string_view left = specifications.substr(0, arrow);
  const std::string_view right = arrow == std::string_view::npos ? left : specifications.substr(arrow + 2);
  const CodecPtr codec = codec_of(left);
  const CodecPtr other = codec_of(right);
  if (codec != nullptr && other != nullptr && share_values(left, right, *codec, *other)) {
    check_spellings(*codec, *other, spellings);
  }
  return 0;
}
