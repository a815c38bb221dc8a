#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// JSON true and false, and their names as text.
class BooleanCodec final : public SingleCodec<bool> {
 public:
  std::string_view kind() const override { return "boolean"; }
  std::vector<Value> values() const override { return {Value(false), Value(true)}; }
  bool names_values() const override { return true; }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (raw.is_bool()) return Value(raw.boolean());
    if (raw.is_text() && raw.text() == "true") return Value(true);
    if (raw.is_text() && raw.text() == "false") return Value(false);
    return not_a(raw, "true or false", "name the two words in the mapping, e.g. boolean('ja','nein')");
  }
  Printed print_present(const bool& value) const override { return Native(value); }
};

/// Two words, read in any case; a system that answers with JSON booleans is understood, too. Where one of the words is
/// '', a blank is that value.
class WordBooleanCodec final : public Codec {
 public:
  WordBooleanCodec(std::string yes, std::string no)
      : yes_(to_nfc(yes)), no_(to_nfc(no)), yes_folded_(folded(yes)), no_folded_(folded(no)) {}

  std::string_view kind() const override { return "boolean"; }
  std::vector<Value> values() const override { return {Value(false), Value(true)}; }
  bool names_values() const override { return true; }

  Parsed parse(const Native& raw) const override {
    if (is_blank_spelling(raw)) return blank();
    if (raw.is_bool()) return Value(raw.boolean());
    if (raw.is_text() || raw.is_number()) {
      const std::string word = folded(trimmed(raw.plain()));
      if (word == yes_folded_) return Value(true);
      if (word == no_folded_) return Value(false);
    }
    return not_a(raw, "'" + yes_ + "' or '" + no_ + "'");
  }

  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native();
    const bool* present = std::get_if<bool>(&value);
    if (present == nullptr) return wrong_kind(value, kind());
    return Native(*present ? yes_ : no_);
  }

  /// Where a word is '', there is no blank beside it.
  Value narrow(const Value& value) const override { return is_blank(value) ? blank() : value; }
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

 private:
  Value blank() const { return yes_.empty() ? Value(true) : no_.empty() ? Value(false) : Value(Blank{}); }

  std::string yes_, no_, yes_folded_, no_folded_;
};

}  // namespace

CodecPtr make_boolean(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kUsage = "boolean, boolean('ja','nein') or boolean('X','')";
  limit_arguments(specification, 2, kUsage);
  const auto& words = specification.arguments;
  if (words.empty()) return std::make_shared<BooleanCodec>();
  if (words.size() == 1) {
    throw SpecificationError("the word for false is missing: write " + std::string(kUsage), words[0].column);
  }
  for (const Argument& word : words) {
    if (trimmed(word.text).size() != word.text.size()) {
      throw SpecificationError("a word must not start or end with white space", word.column);
    }
  }
  if (folded(words[0].text) == folded(words[1].text)) {
    throw SpecificationError("the words for true and false must differ", words[1].column);
  }
  return std::make_shared<WordBooleanCodec>(words[0].text, words[1].text);
}

}  // namespace counterpart::codecs
