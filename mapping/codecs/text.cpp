#include <charconv>
#include <unicode/brkiter.h>

#include "mapping/codecs/character_set.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kTextUsage =
    "text, text(40), text(40, bytes), text(40, truncate), or text(40, '[A-Za-z0-9 -]') with the characters that are "
    "allowed";

/// What a side can hold of a text.
struct Bounds {
  std::size_t most = 0;  ///< 0: any length
  bool in_bytes = false;
  bool truncates = false;
  std::optional<CharacterSet> allowed;  ///< nullopt: all

  std::size_t length(std::string_view text) const { return in_bytes ? text.size() : length_of(text); }
  std::string unit() const { return in_bytes ? "bytes" : "characters"; }
};

/// As much of the text as there is room for, ending where a person sees a character end, without white space there.
std::string cut(const std::string& text, const Bounds& bounds) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> characters(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  const auto whole = icu::UnicodeString::fromUTF8(text);
  characters->setText(whole);
  std::string kept;
  for (std::int32_t end = characters->next(); end != icu::BreakIterator::DONE; end = characters->next()) {
    std::string longer;
    whole.tempSubStringBetween(0, end).toUTF8String(longer);
    if (bounds.length(longer) > bounds.most) break;
    kept = std::move(longer);
  }
  const std::string_view without = trimmed(kept);
  if (without.empty()) return "";
  return kept.substr(0, static_cast<std::size_t>(without.data() - kept.data()) + without.size());
}

class TextCodec final : public Codec {
 public:
  explicit TextCodec(Bounds bounds) : bounds_(std::move(bounds)) {}

  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    if (raw.is_number()) return Value(raw.number());
    if (!raw.is_text()) return not_a(raw, "text", "map a field that holds text, or choose another codec");
    if (raw.text().empty()) return Value(Blank{});
    return Value(to_nfc(raw.text()));
  }

  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native();
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return wrong_kind(value, kind());
    if (bounds_.allowed) {
      if (const auto outside = bounds_.allowed->first_outside(*text)) return not_allowed(*text, *outside);
    }
    const std::size_t length = bounds_.length(*text);
    if (bounds_.most == 0 || length <= bounds_.most) return Native(*text);
    if (bounds_.truncates) return printed_cut(*text);
    return Problem{"the text has " + std::to_string(length) + " " + bounds_.unit() + ", and only " +
                       std::to_string(bounds_.most) + " are allowed there",
                   "shorten it in the record, or let it be cut: text(" + std::to_string(bounds_.most) + ", truncate)"};
  }

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || !is_cut(*text)) return value;
    std::string kept = cut(*text, bounds_);
    return kept.empty() ? Value(Blank{}) : Value(std::move(kept));
  }

  /// An edit of what was cut says nothing of the rest.
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    if (narrow(old) == poor) return old;
    const auto* text = std::get_if<std::string>(&old);
    if (text != nullptr && is_cut(*text) && !is_blank(poor)) return std::nullopt;
    return poor;
  }

  std::string_view kind() const override { return "text"; }

  /// As long as there is room for and one longer, of plain and of other letters; and the characters that are allowed.
  std::vector<Native> samples() const override {
    constexpr std::size_t kLongest = 500;  // what is cut is cut letter by letter
    std::vector<Native> all;
    for (std::size_t length : {bounds_.most, bounds_.most + 1}) {
      if (bounds_.most == 0 || bounds_.most > kLongest) break;
      for (const std::string_view letter : {"a", "ä", "👍"}) all.emplace_back(repeated(letter, length));
      all.emplace_back(std::string(length - 1, 'a') + " b");
    }
    if (bounds_.allowed) append_allowed(all);
    return all;
  }

 private:
  static std::string repeated(std::string_view letter, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += letter;
    return text;
  }

  /// The first characters of the set, one by one and together, as many as there is room for.
  void append_allowed(std::vector<Native>& all) const {
    constexpr std::int32_t kCharacters = 12;
    std::string together;
    for (std::string& character : bounds_.allowed->first_characters(kCharacters)) {
      if (bounds_.most == 0 || bounds_.length(together + character) <= bounds_.most) together += character;
      all.emplace_back(std::move(character));
    }
    all.emplace_back(std::move(together));
  }

  bool is_cut(const std::string& text) const { return bounds_.truncates && bounds_.length(text) > bounds_.most; }

  Native printed_cut(const std::string& text) const {
    std::string kept = cut(text, bounds_);
    return kept.empty() ? Native() : Native(std::move(kept));
  }

  Problem not_allowed(const std::string& text, const OutsideCharacter& outside) const {
    return {"character " + std::to_string(outside.place) + " of " + shown(Native(text)) + ", '" + outside.character +
                "', is not allowed there (" + bounds_.allowed->text() + ")",
            "replace it in the record, or in the mapping with `clean`"};
  }

  Bounds bounds_;
};

std::size_t length_in(const Argument& argument) {
  std::size_t most = 0;
  const char* end = argument.text.data() + argument.text.size();
  const auto [stop, error] = std::from_chars(argument.text.data(), end, most);
  if (error == std::errc{} && stop == end && most > 0) return most;
  throw SpecificationError("'" + argument.text + "' is no number of characters: write " + std::string(kTextUsage),
                           argument.column);
}

CharacterSet characters_in(const Argument& argument) {
  if (auto set = CharacterSet::parse(argument.text)) return *std::move(set);
  throw SpecificationError(
      "'" + argument.text + "' is no set of characters: write one like '[A-Za-z0-9 -]' or '[[:L:]]'", argument.column);
}

}  // namespace

CodecPtr make_text(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 4, kTextUsage);
  Bounds bounds;
  for (const Argument& argument : specification.arguments) {
    if (argument.text.starts_with('[')) {
      bounds.allowed = characters_in(argument);
    } else if (argument.text == "bytes") {
      bounds.in_bytes = true;
    } else if (argument.text == "truncate") {
      bounds.truncates = true;
    } else if (bounds.most > 0) {
      throw SpecificationError("'" + argument.text + "' is a second length: write " + std::string(kTextUsage),
                               argument.column);
    } else {
      bounds.most = length_in(argument);
    }
    if (bounds.most > 0 || (!bounds.in_bytes && !bounds.truncates)) continue;
    throw SpecificationError("'" + argument.text + "' follows a length: write " + std::string(kTextUsage),
                             argument.column);
  }
  return std::make_shared<TextCodec>(std::move(bounds));
}

}  // namespace counterpart::codecs
