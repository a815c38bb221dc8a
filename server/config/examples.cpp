#include "server/config/examples.h"

#include <algorithm>
#include <iterator>

#include "mapping/codecs/unicode.h"

namespace counterpart {
namespace {

constexpr std::string_view kBlankExample = "''";

std::string_view unquoted_blank(std::string_view text) {
  text = codecs::trimmed(text);
  return text == kBlankExample ? std::string_view() : text;
}

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(unquoted_blank(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

/// As a system might hold it: text, or the number or truth that it looks like.
std::vector<Native> natives_of(const std::string& text) {
  config::Node plain;
  plain.kind = config::Node::Kind::scalar;
  plain.scalar = text;
  std::vector<Native> natives{Native(text)};
  if (!plain.to_native().is_text()) natives.push_back(plain.to_native());
  return natives;
}

/// An example's text as people read and write it; the parts of several paths joined.
std::string spelling_of(const Native& native) {
  if (!native.is_array()) return native.plain();
  std::string text;
  bool first = true;
  for (const Native& part : native.array()) {
    text += (first ? "" : " + ") + part.plain();
    first = false;
  }
  return text;
}

/// True where cleaning makes another text of it.
bool changes(const Expression& clean, const Native& raw) {
  const auto part_changes = [&](const Native& part) {
    const Native cleaned = clean.evaluate([&](std::string_view name) { return name == "value" ? &part : nullptr; });
    return cleaned.plain() != part.plain();
  };
  return raw.is_array() ? std::ranges::any_of(raw.array(), part_changes) : part_changes(raw);
}

/// One side of one example.
struct SideExample {
  Native raw;
  Parsed value;
  bool cleaned = false;  ///< it would never be written so
};

class ExampleRun {
 public:
  ExampleRun(const FieldRule& rule, std::size_t number, Both<std::string> texts)
      : rule_(rule), number_(number), texts_(std::move(texts)) {}

  std::vector<ExampleFailure> run() {
    for (const Side side : kSides) read(side);
    if (!failures_.empty()) return std::move(failures_);
    for (const Side to : {Side::right, Side::left}) {
      if (allows(rule_.direction, to) && !sides_[to].cleaned) carry(to);
    }
    if (failures_.empty() && !equal(rule_, value(Side::left), value(Side::right))) refuse_unequal();
    return std::move(failures_);
  }

 private:
  const Value& value(Side side) const { return std::get<Value>(sides_[side].value); }

  void read(Side side) {
    SideExample& example = sides_[side];
    const FieldSide& field = rule_.side[side];
    if (field.paths.size() > 1) {
      read_parts(side);
      if (!failures_.empty()) return;
    } else {
      example.raw = likeliest(field, std::string(unquoted_blank(texts_[side])));
    }
    example.value = parse_raw(field, example.raw);
    if (const auto* problem = std::get_if<Problem>(&example.value)) {
      fail({}, "the " + std::string(name_of(side)) + " example cannot be read: " + problem->what, problem->remedy);
    }
    example.cleaned = field.clean && failures_.empty() && changes(*field.clean, example.raw);
  }

  void read_parts(Side side) {
    const std::size_t wanted = rule_.side[side].paths.size();
    const std::vector<std::string> parts = split_at(texts_[side], '+');
    Native::Array array;
    for (const std::string& part : parts) array.push_back(part.empty() ? Native() : Native(part));
    if (parts.size() == wanted) {
      const bool blank = std::ranges::all_of(parts, &std::string::empty);
      sides_[side].raw = blank ? Native() : Native(std::move(array));
      return;
    }
    fail({}, "the " + std::string(name_of(side)) + " example has not one part for each of its paths",
         "write " + std::to_string(wanted) + " parts, joined with +: Ada + Lovelace; '' for an empty one");
  }

  /// Of text and number the one that the codec would write so, else the one that it can read.
  static Native likeliest(const FieldSide& field, const std::string& text) {
    const std::vector<Native> natives = natives_of(text);
    const auto reads = [&](const Native& native) { return std::holds_alternative<Value>(parse_raw(field, native)); };
    const auto writes = [&](const Native& native) {
      const Parsed parsed = parse_raw(field, native);
      if (!std::holds_alternative<Value>(parsed)) return false;
      const Printed printed = field.codec->print(std::get<Value>(parsed));
      return std::holds_alternative<Native>(printed) && std::get<Native>(printed) == native;
    };
    auto found = std::ranges::find_if(natives, writes);
    if (found == natives.end()) found = std::ranges::find_if(natives, reads);
    return found == natives.end() ? natives.front() : *found;
  }

  /// What a system that already holds the other example would be sent: a side that shows less changes nothing there.
  void carry(Side to) {
    const Side from = other(to);
    const bool shows_the_same = narrowed(rule_.side[from], value(to)) == value(from);
    const Value& carried = shows_the_same ? value(to) : value(from);
    const Printed printed = rule_.side[to].codec->print(narrowed(rule_.side[to], carried));
    if (const auto* problem = std::get_if<Problem>(&printed)) {
      fail(to, "it cannot be written: " + problem->what, problem->remedy);
      return;
    }
    const std::string out = spelling_of(std::get<Native>(printed));
    if (out == spelling_of(sides_[to].raw)) return;
    const std::string side(name_of(to));
    fail(to, "something else would be written on the " + side,
         shows_the_same ? "the value is the same, its spelling is not: correct the example, or give the " + side +
                              " side the type that spells it so"
                        : "correct the example, or the type of a side");
    failures_.back().came_out = out;
  }

  void refuse_unequal() {
    fail({}, "the sides show different values: " + describe(value(Side::left)) + " and " + describe(value(Side::right)),
         "correct the example, or the type of a side");
  }

  void fail(std::optional<Side> to, std::string what, std::string remedy) {
    failures_.push_back({number_, texts_, to, std::move(what), std::nullopt, std::move(remedy)});
  }

  const FieldRule& rule_;
  std::size_t number_;
  Both<std::string> texts_;
  Both<SideExample> sides_;
  std::vector<ExampleFailure> failures_;
};

/// A line break at the very end begins no further example.
std::vector<std::string> lines_of(std::string text) {
  std::erase(text, '\r');
  if (text.ends_with('\n')) text.pop_back();
  return split_at(text, '\n');
}

}  // namespace

ExampleResult run_examples(const FieldRow& row) {
  ExampleResult result;
  const drafts::Sides& written = row.written.example;
  if (!written.left || !written.right) return result;
  const auto left = lines_of(written.left->scalar);
  const auto right = lines_of(written.right->scalar);
  result.count = std::max(left.size(), right.size());
  if (left.size() != right.size()) {
    ExampleFailure failure;
    failure.example = {written.left->scalar, written.right->scalar};
    failure.what = "the sides show different numbers of examples: " + std::to_string(left.size()) + " and " +
                   std::to_string(right.size());
    failure.remedy = "write them in pairs, one a line; '' for a blank";
    return {result.count, result.count, {std::move(failure)}};
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::vector<ExampleFailure> failures = ExampleRun(row.rule, i + 1, {left[i], right[i]}).run();
    result.failed += failures.empty() ? 0 : 1;
    std::ranges::move(failures, std::back_inserter(result.failures));
  }
  return result;
}

}  // namespace counterpart
