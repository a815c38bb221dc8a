#include <memory>

#include "server/config/resolve.h"
#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

using config::maybe;
using config::Problems;
using config::scalar;
using config::Table;
using config::Type;

constexpr std::int64_t kLengthMost = 1'000'000;

Table<Validate> validate_table() {
  Table<Validate> table("validate", "What is asked of values before they are written: else the record is set aside.");
  table
      .optional("min_length", &Validate::min_length, maybe(config::integer(1, kLengthMost)),
                "Characters at least; of blanks nothing is asked but `required`.")
      .optional("max_length", &Validate::max_length, maybe(config::integer(1, kLengthMost)), "Characters at most.")
      .optional("characters", &Validate::characters, maybe(scalar()),
                "The characters it may consist of: ascii, latin1, latin, sepa, digits, or a set such as "
                "'[A-Za-z0-9 -]'.")
      .optional("pattern", &Validate::pattern, maybe(scalar()),
                "A regular expression (RE2) that the whole value matches: '[0-9]{5}'.")
      .optional("min", &Validate::min, maybe(scalar()), "The least number, or the first day: 0, 2000-01-31.")
      .optional("max", &Validate::max, maybe(scalar()), "The greatest number, or the last day.")
      .optional("required", &Validate::required, config::boolean(), "It must not be blank.")
      .optional("options", &Validate::options, config::list_of(config::text()), "The values it may have, as written.");
  return table;
}

Table<Both<std::optional<Validate>>> sides_table(const Type<Validate>& rules) {
  Table<Both<std::optional<Validate>>> table("validate", "For each side that is written to.");
  table.optional("left", &Both<std::optional<Validate>>::left, maybe(rules), "Of values written to the left.")
      .optional("right", &Both<std::optional<Validate>>::right, maybe(rules), "Of values written to the right.");
  return table;
}

/// The same type; what was written is kept.
Type<Validate> kept(Type<Validate> type) {
  type.read = [read = std::move(type.read)](const Node& node, Problems& problems) {
    std::optional<Validate> rules = read(node, problems);
    if (rules) rules->written = node;
    return rules;
  };
  return type;
}

class RuleReader {
 public:
  RuleReader(const Validate& written, std::string_view kind, Problems& problems)
      : written_(written), kind_(kind), problems_(problems) {}

  std::shared_ptr<const ValueRules> read() {
    if (written_.min_length) rules_->min_length = static_cast<std::size_t>(*written_.min_length);
    if (written_.max_length) rules_->max_length = static_cast<std::size_t>(*written_.max_length);
    if (written_.min_length.value_or(0) > written_.max_length.value_or(kLengthMost)) {
      refuse(written_.place, "min_length is greater than max_length", "no value could be written");
    }
    if (written_.characters) read_characters(*written_.characters);
    if (written_.pattern) read_pattern(*written_.pattern);
    if (written_.min) rules_->min = read_bound(*written_.min);
    if (written_.max) rules_->max = read_bound(*written_.max);
    rules_->required = written_.required;
    rules_->options = written_.options;
    return whole_ ? rules_ : nullptr;
  }

 private:
  void refuse(const Place& place, const std::string& what, const std::string& remedy) {
    problems_.add(place, what, remedy);
    whole_ = false;
  }

  void read_characters(const Node& node) {
    rules_->characters = AllowedCharacters::parse(node.scalar);
    if (rules_->characters) return;
    refuse(node.place, node.shown() + " is no set of characters",
           "write ascii, latin1, latin, sepa, digits, or a set such as '[A-Za-z0-9 -]'");
  }

  void read_pattern(const Node& node) {
    try {
      rules_->pattern = RequiredPattern::parse(node.scalar);
    } catch (const PatternError& error) {
      refuse(node.place, std::string("validate.pattern: ") + error.what(), "correct the pattern");
    }
  }

  std::optional<ValueBound> read_bound(const Node& node) {
    auto bound = ValueBound::parse(node.scalar);
    if (!bound) {
      refuse(node.place, node.shown() + " is neither a number nor a day", "write it as 100, 0.5 or 2000-01-31");
    } else if (!fits(*bound)) {
      refuse(node.place, node.shown() + " cannot be compared with a " + std::string(kind_),
             "ask something else of this field, or give it another type");
    }
    return bound;
  }

  bool fits(const ValueBound& bound) const {
    if (kind_.empty()) return true;
    const bool days = kind_ == "date" || kind_ == "instant";
    if (std::holds_alternative<Date>(bound.value)) return days;
    return kind_ == "number" || kind_ == "money" || kind_ == "text";
  }

  const Validate& written_;
  std::string_view kind_;
  Problems& problems_;
  std::shared_ptr<ValueRules> rules_ = std::make_shared<ValueRules>();
  bool whole_ = true;
};

}  // namespace

Type<Both<std::optional<Validate>>> validate_type() {
  const Type<Validate> rules = kept(config::placed(validate_table().type()));
  const auto sides = sides_table(rules);
  Type<Both<std::optional<Validate>>> type;
  type.words = "rules such as {max_length: 40}, or {left: …, right: …}";
  type.inner = rules.inner;
  type.schema = [rules, sides] {
    Native::Array kinds{rules.schema(), sides.schema()};
    return Native(Native::Object{{"anyOf", Native(std::move(kinds))}});
  };
  type.read = [rules, sides](const Node& node, Problems& problems) -> std::optional<Both<std::optional<Validate>>> {
    const bool each = node.find("left") != nullptr || node.find("right") != nullptr;
    if (each) return sides.read(node, problems);
    auto both = rules.read(node, problems);
    if (!both) return std::nullopt;
    return Both<std::optional<Validate>>{both, both};
  };
  return type;
}

std::shared_ptr<const ValueRules> read_value_rules(const Validate& written, std::string_view kind, Problems& problems) {
  return RuleReader(written, kind, problems).read();
}

}  // namespace counterpart::drafts
