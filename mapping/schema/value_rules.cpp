#include "mapping/schema/value_rules.h"

#include <algorithm>
#include <utility>

#include "mapping/codecs/iso_time.h"

namespace counterpart {
namespace {

constexpr std::size_t kDayLength = 10;  // 2000-01-31

struct NamedSet {
  std::string_view name;
  std::string_view set;
};
constexpr NamedSet kNamedSets[] = {
    {"ascii", R"([\u0020-\u007E\n\r\t])"},
    {"latin1", R"([\u0020-\u007E\u00A0-\u00FF\n\r\t])"},
    // With the letters of all languages of Europe that are written so, typographic marks and the euro.
    {"latin", R"([\u0020-\u007E\u00A0-\u024F\u1E00-\u1EFF\u2010-\u2027\u2030-\u203A\u20AC\u2116\u2122\n\r\t])"},
    {"sepa", R"([A-Za-z0-9/?\:().,'+\u0020\-])"},
    {"digits", "[0-9]"},
};

}  // namespace

std::optional<AllowedCharacters> AllowedCharacters::parse(std::string_view text) {
  const auto named = std::ranges::find(kNamedSets, text, &NamedSet::name);
  const bool is_set = text.starts_with('[');
  if (!is_set && named == std::end(kNamedSets)) return std::nullopt;
  auto set = codecs::CharacterSet::parse(is_set ? text : named->set);
  if (!set) return std::nullopt;
  return AllowedCharacters{std::string(text), *std::move(set)};
}

RequiredPattern RequiredPattern::parse(const std::string& text) {
  const Pattern alone(text);  // that its mistakes are told as it is written
  return {text, std::make_shared<const Pattern>("(?:" + text + R"()\z)")};
}

std::optional<ValueBound> ValueBound::parse(const std::string& text) {
  if (const auto number = Decimal::parse(text)) return ValueBound{text, *number};
  const auto midnight = text.size() == kDayLength ? codecs::parse_iso_instant(text + "T00:00:00Z") : std::nullopt;
  if (!midnight) return std::nullopt;
  return ValueBound{text, Date(std::chrono::floor<std::chrono::days>(*midnight))};
}

}  // namespace counterpart
