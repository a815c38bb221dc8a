#include <algorithm>
#include <array>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kKind = "name";

Value name_or_blank(PersonName name) {
  if (name.given.empty() && name.family.empty()) return Blank{};
  return name;
}

std::string part(std::string_view text) {
  return to_nfc(trimmed(text));
}

/// Two paths, [given, family].
class NamePartsCodec final : public Codec {
 public:
  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    const bool two = raw.is_array() && raw.array().size() == 2;
    if (!two || !std::ranges::all_of(raw.array(), is_part)) {
      return not_a(raw, "pair of given and family name", "map two fields that hold text");
    }
    return name_or_blank({text_of(raw.array()[0]), text_of(raw.array()[1])});
  }

  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native();
    const auto* name = std::get_if<PersonName>(&value);
    if (name == nullptr) return wrong_kind(value, kKind);
    Native::Array parts;
    parts.push_back(spelled(name->given));
    parts.push_back(spelled(name->family));
    return Native(std::move(parts));
  }

  std::size_t arity() const override { return 2; }
  std::string_view kind() const override { return kKind; }

 private:
  static bool is_part(const Native& raw) { return raw.is_null() || raw.is_text(); }
  static std::string text_of(const Native& raw) { return raw.is_null() ? std::string() : part(raw.text()); }
  static Native spelled(const std::string& text) { return text.empty() ? Native() : Native(text); }
};

/// Words that belong to the family name after them.
bool is_particle(std::string_view word) {
  static constexpr std::array<std::string_view, 29> kParticles{
      "af", "al", "av",  "bin", "da", "das", "de",  "del", "della", "den", "der", "des", "di",  "do", "dos",
      "du", "el", "ibn", "la",  "le", "ten", "ter", "van", "vom",   "von", "y",   "zu",  "zur", "zum"};
  return std::ranges::find(kParticles, ascii_lower(word)) != kParticles.end();
}

/// A capitalised particle at the very beginning is a given name: Al Gore, Van Morrison.
bool is_given_first(std::string_view word) {
  return word[0] >= 'A' && word[0] <= 'Z';
}

/// The split of a name written in one: the last word and the particles before it are the family name.
PersonName guess(const std::string& text) {
  std::size_t split = text.rfind(' ');
  if (split == std::string::npos) return {"", text};
  while (true) {
    const std::size_t space = text.rfind(' ', split - 1);
    const bool first = space == std::string::npos;
    const std::size_t start = first ? 0 : space + 1;
    const std::string_view word = std::string_view(text).substr(start, split - start);
    if (!is_particle(word) || (first && is_given_first(word))) break;
    if (first) return {"", text};
    split = space;
  }
  return {text.substr(0, split), text.substr(split + 1)};
}

/// One path, "Given Family".
class FullNameCodec final : public SingleCodec<PersonName> {
 public:
  Value narrow(const Value& value) const override {
    const auto* name = std::get_if<PersonName>(&value);
    return name == nullptr ? value : name_or_blank(guess(joined(*name)));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    const auto* rich = std::get_if<PersonName>(&old);
    const auto* edited = std::get_if<PersonName>(&poor);
    if (rich == nullptr || edited == nullptr) return poor;
    if (narrow(old) == poor) return old;
    return keep_split(*rich, joined(*edited));
  }

  std::string_view kind() const override { return kKind; }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_a(raw, kKind);
    return name_or_blank(guess(to_nfc(collapsed(raw.text()))));
  }

  Printed print_present(const PersonName& name) const override { return Native(joined(name)); }

  static std::string joined(const PersonName& name) { return collapsed(name.given + " " + name.family); }

  /// The split that the old parts tell, where one of them is still there.
  static Value keep_split(const PersonName& old, const std::string& text) {
    if (!old.family.empty() && text == old.family) return PersonName{"", text};
    if (!old.family.empty() && text.ends_with(" " + old.family)) {
      return PersonName{text.substr(0, text.size() - old.family.size() - 1), old.family};
    }
    if (!old.given.empty() && text == old.given) return PersonName{text, ""};
    if (!old.given.empty() && text.starts_with(old.given + " ")) {
      return PersonName{old.given, text.substr(old.given.size() + 1)};
    }
    return name_or_blank(guess(text));
  }
};

/// One path, "Family, Given"; without a comma it is the family name.
class FamilyFirstCodec final : public SingleCodec<PersonName> {
 public:
  std::string_view kind() const override { return kKind; }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_a(raw, kKind);
    const std::string_view text = raw.text();
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return name_or_blank({"", part(text)});
    if (text.find(',', comma + 1) != std::string_view::npos) {
      return not_a(raw, "name of the form 'family, given'", "leave one comma in the name");
    }
    return name_or_blank({part(text.substr(comma + 1)), part(text.substr(0, comma))});
  }

  Printed print_present(const PersonName& name) const override {
    if ((name.given + name.family).find(',') != std::string::npos) {
      return Problem{"a part of the name holds a comma, which 'family, given' cannot tell from its own",
                     "take the comma out of the name in the record"};
    }
    return Native(name.given.empty() ? name.family : name.family + ", " + name.given);
  }
};

}  // namespace

CodecPtr make_name_parts(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 0, "name_parts");
  return std::make_shared<NamePartsCodec>();
}

CodecPtr make_full_name(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kUsage = "full_name or full_name('family, given')";
  constexpr std::string_view kForms[] = {"family, given", "family,given"};
  limit_arguments(specification, 1, kUsage);
  if (specification.arguments.empty()) return std::make_shared<FullNameCodec>();
  word_of(specification.arguments[0], kForms);
  return std::make_shared<FamilyFirstCodec>();
}

}  // namespace counterpart::codecs
