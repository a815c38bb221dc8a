#include "mapping/expression/pattern.h"

#include <algorithm>
#include <array>
#include <re2/re2.h>

#include "mapping/expression/characters.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/semantics.h"

namespace counterpart {
namespace {

/// Of the automata of one pattern; beyond it RE2 goes on with one that needs less, and is slower.
constexpr std::int64_t kMemoryMax = std::int64_t{1} << 20;
/// Instructions of a compiled pattern, to which the time for a character is proportional at worst.
constexpr int kProgramMax = 2000;
/// The whole match, and the groups that a replacement can name.
constexpr int kGroupsMax = 10;

using Groups = std::array<re2::StringPiece, kGroupsMax>;

re2::StringPiece piece_of(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options options() {
  RE2::Options made;
  made.set_max_mem(kMemoryMax);
  made.set_log_errors(false);
  return made;
}

void refuse_long(std::string_view text) {
  if (text.size() <= Pattern::kInputMax) return;
  throw EvaluationError("a pattern looks through texts of at most " + std::to_string(Pattern::kInputMax / 1024) +
                        " KiB: cut it first");
}

/// Each match may look as far as the end, whatever it takes: many of them in a long text cost its square.
void refuse_many(std::string_view text, std::size_t matches) {
  if (text.size() <= Pattern::kShortMax || matches <= Pattern::kMatchesMax) return;
  throw EvaluationError("a pattern matches at most " + std::to_string(Pattern::kMatchesMax) +
                        " times in a text of more than " + std::to_string(Pattern::kShortMax / 1024) +
                        " KiB: let it take more at once, as in [^0-9]+, or cut the text first");
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(std::string_view text) : regex(piece_of(text), options()) {}

  bool find(std::string_view text, std::size_t from, RE2::Anchor anchor, Groups& groups, int wanted) const {
    return regex.Match(piece_of(text), from, text.size(), anchor, groups.data(), wanted);
  }

  RE2 regex;
};

Pattern::Pattern(std::string_view text) {
  if (text.size() > kTextMax) {
    throw PatternError("a pattern has at most " + std::to_string(kTextMax) + " bytes");
  }
  compiled_ = std::make_unique<const Compiled>(text);
  const RE2& regex = compiled_->regex;
  if (!regex.ok()) {
    throw PatternError("the pattern is not understood: " + regex.error() +
                       " (patterns are RE2's: no look-around, no \\1 in them)");
  }
  if (regex.ProgramSize() > kProgramMax) {
    throw PatternError("the pattern is too large once its repetitions are written out: make their counts smaller");
  }
}

Pattern::~Pattern() = default;

void Pattern::check_replacement(std::string_view replacement) const {
  std::string error;
  if (compiled_->regex.CheckRewriteString(piece_of(replacement), &error)) return;
  const int named = RE2::MaxSubmatch(piece_of(replacement));
  const int known = compiled_->regex.NumberOfCapturingGroups();
  if (named > known) {
    throw PatternError("the replacement names the group \\" + std::to_string(named) + ", but the pattern has " +
                       (known == 0 ? "none" : std::to_string(known)));
  }
  throw PatternError("a backslash in a replacement is followed by the number of a group, or by another backslash");
}

std::string Pattern::replace(std::string_view text, std::string_view replacement) const {
  refuse_long(text);
  check_replacement(replacement);
  const int wanted = 1 + RE2::MaxSubmatch(piece_of(replacement));
  Groups groups;
  std::string result;
  std::size_t copied = 0;
  std::size_t from = 0;
  std::size_t matches = 0;
  while (from <= text.size() && compiled_->find(text, from, RE2::UNANCHORED, groups, wanted)) {
    refuse_many(text, ++matches);
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const std::size_t end = begin + groups[0].size();
    result.append(text, copied, begin - copied);
    compiled_->regex.Rewrite(&result, piece_of(replacement), groups.data(), wanted);
    check_output(result.size());
    copied = end;
    // Behind nothing goes the search on after the next character, else it would find nothing again.
    from = begin < end ? end : end + std::max<std::size_t>(1, first_character_size(text.substr(end)));
  }
  result.append(text, std::min(copied, text.size()));
  return result;
}

std::optional<std::string_view> Pattern::search(std::string_view text) const {
  refuse_long(text);
  Groups groups;
  if (!compiled_->find(text, 0, RE2::UNANCHORED, groups, 1)) return std::nullopt;
  return std::string_view(groups[0].data(), groups[0].size());
}

bool Pattern::begins(std::string_view text) const {
  refuse_long(text);
  Groups groups;
  return compiled_->find(text, 0, RE2::ANCHOR_START, groups, 0);
}

}  // namespace counterpart
