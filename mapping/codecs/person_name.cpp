#include <algorithm>

#include "mapping/codecs/families.h"
#include "mapping/codecs/name_guess.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kKind = "name";

Value name_or_blank(PersonName name) {
  if (name.given.empty() && name.family.empty() && name.title.empty()) return Blank{};
  return name;
}

std::string part(std::string_view text) {
  return to_nfc(trimmed(text));
}

/// True for what a system keeps who has no field for titles: "Dr. Ada".
bool has_title_in_given(const PersonName& name) {
  return name.title.empty() && !split_titles(name.given, true).first.empty();
}

/// A title where `old` has it: of its own, or before the given name.
PersonName in_the_way_of(const PersonName& old, PersonName name) {
  if (!has_title_in_given(old) || name.title.empty()) return name;
  name.given = std::string(trimmed(name.title + " " + name.given));
  name.title.clear();
  return name;
}

/// Paths of their own for the parts: [given, family], which holds no title, or [title, given, family].
class NamePartsCodec final : public Codec {
 public:
  explicit NamePartsCodec(bool with_title) : with_title_(with_title) {}

  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    const bool complete = raw.is_array() && raw.array().size() == arity();
    if (!complete || !std::ranges::all_of(raw.array(), is_part)) {
      return with_title_ ? not_a(raw, "title, given and family name", "map three fields that hold text")
                         : not_a(raw, "pair of given and family name", "map two fields that hold text");
    }
    const Native::Array& parts = raw.array();
    const std::size_t first = arity() - 2;
    return name_or_blank({text_of(parts[first]), text_of(parts[first + 1]), with_title_ ? text_of(parts[0]) : ""});
  }

  Printed print(const Value& value) const override {
    const Value held = narrow(value);
    if (is_blank(held)) return Native();
    const auto* name = std::get_if<PersonName>(&held);
    if (name == nullptr) return wrong_kind(value, kKind);
    Native::Array parts;
    if (with_title_) parts.push_back(spelled(name->title));
    parts.push_back(spelled(name->given));
    parts.push_back(spelled(name->family));
    return Native(std::move(parts));
  }

  Value narrow(const Value& value) const override {
    const auto* name = std::get_if<PersonName>(&value);
    return name == nullptr || with_title_ ? value : name_or_blank({name->given, name->family});
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    if (narrow(old) == poor) return old;
    const auto* rich = std::get_if<PersonName>(&old);
    const auto* edited = std::get_if<PersonName>(&poor);
    if (rich == nullptr || edited == nullptr || with_title_ || has_title_in_given(*edited)) return poor;
    return Value(PersonName{edited->given, edited->family, rich->title});
  }

  std::size_t arity() const override { return with_title_ ? 3 : 2; }
  std::string_view kind() const override { return kKind; }

 private:
  static bool is_part(const Native& raw) { return raw.is_null() || raw.is_text(); }
  static std::string text_of(const Native& raw) { return raw.is_null() ? std::string() : part(raw.text()); }
  static Native spelled(const std::string& text) { return text.empty() ? Native() : Native(text); }

  bool with_title_;
};

/// One path, "Title Given Family".
class FullNameCodec final : public SingleCodec<PersonName> {
 public:
  Value narrow(const Value& value) const override {
    const auto* name = std::get_if<PersonName>(&value);
    if (name == nullptr) return value;
    const std::string text = joined_name(*name);
    return reads_family_first(text) ? value : name_or_blank(guess_name(text));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    const auto* rich = std::get_if<PersonName>(&old);
    const auto* edited = std::get_if<PersonName>(&poor);
    if (rich == nullptr || edited == nullptr) return poor;
    if (narrow(old) == poor) return old;
    if (narrow(poor) != poor) return in_the_way_of(*rich, *edited);  // a comma told the split
    const std::string text = joined_name(*edited);
    if (reads_family_first(text)) return poor;
    PersonName kept = keep_split(*rich, text);
    return name_or_blank(joined_name(kept) == text ? std::move(kept) : guess_name(text));
  }

  std::string_view kind() const override { return kKind; }

  std::vector<Native> samples() const override {
    return {"Dr. Ada Lovelace",
            "Johann Wolfgang von Goethe",
            "María García López",
            "Martin Luther King Jr.",
            "Madonna",
            "Prof. Dr.",
            "Lovelace, Ada",
            "  Ada   Lovelace ",
            "Ludwig van der Rohe",
            "Ada Lovelace geb. Byron"};
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_a(raw, kKind);
    return name_or_blank(guess_name(to_nfc(collapsed(raw.text()))));
  }

  Printed print_present(const PersonName& name) const override {
    std::string text = joined_name(name);
    if (!reads_family_first(text)) return Native(std::move(text));
    return Problem{shown(Native(text)) + " holds a comma, after which the given name would be read",
                   "take the comma out of the name in the record"};
  }

  /// The title that the old parts tell, or else the text; where the old given name holds it, none of its own.
  static std::string title_of(const PersonName& old, std::string_view text) {
    if (has_title_in_given(old)) return "";
    if (!old.title.empty() && text.starts_with(old.title + " ")) return old.title;
    return split_titles(text, false).first;
  }

  /// The split that the old parts tell, where one of them is still there.
  static PersonName keep_split(const PersonName& old, std::string_view text) {
    const std::string title = title_of(old, text);
    if (!title.empty()) text.remove_prefix(title.size() + 1);
    if (!old.family.empty() && text == old.family) return {"", old.family, title};
    if (!old.family.empty() && text.ends_with(" " + old.family)) {
      return {std::string(text.substr(0, text.size() - old.family.size() - 1)), old.family, title};
    }
    if (!old.given.empty() && text == old.given) return {old.given, "", title};
    if (!old.given.empty() && text.starts_with(old.given + " ")) {
      return {old.given, std::string(text.substr(old.given.size() + 1)), title};
    }
    PersonName name = guess_name(std::string(text));
    name.title = collapsed(title + " " + name.title);
    return in_the_way_of(old, std::move(name));
  }
};

/// One path, "Family, Title Given"; without a comma it is the family name.
class FamilyFirstCodec final : public SingleCodec<PersonName> {
 public:
  Value narrow(const Value& value) const override {
    const auto* name = std::get_if<PersonName>(&value);
    return name == nullptr ? value : name_or_blank(with_titles_apart(before_family(*name), name->family));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    const auto* rich = std::get_if<PersonName>(&old);
    const auto* edited = std::get_if<PersonName>(&poor);
    if (rich == nullptr || edited == nullptr) return poor;
    if (narrow(old) == poor) return old;
    const bool starts_so = !rich->title.empty() && edited->given.starts_with(rich->title + " ");
    if (!starts_so || !edited->title.empty()) return in_the_way_of(*rich, *edited);
    std::string given = edited->given.substr(rich->title.size() + 1);
    return part(given) == given ? PersonName{std::move(given), edited->family, rich->title} : *edited;
  }

  std::string_view kind() const override { return kKind; }

  std::vector<Native> samples() const override {
    return {"Lovelace, Dr. Ada", "von Goethe, Johann", "Lovelace", ", Ada", "King Jr., Martin Luther", "a, b, c"};
  }

 private:
  static std::string before_family(const PersonName& name) { return part(name.title + " " + name.given); }

  static PersonName with_titles_apart(const std::string& text, std::string family) {
    auto [title, given] = split_titles(text, !family.empty());
    return {std::move(given), std::move(family), std::move(title)};
  }

  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_a(raw, kKind);
    const std::string_view text = raw.text();
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return name_or_blank({"", part(text)});
    if (text.find(',', comma + 1) != std::string_view::npos) {
      return not_a(raw, "name of the form 'family, given'", "leave one comma in the name");
    }
    return name_or_blank(with_titles_apart(part(text.substr(comma + 1)), part(text.substr(0, comma))));
  }

  Printed print_present(const PersonName& name) const override {
    const std::string before = before_family(with_titles_apart(before_family(name), name.family));
    if ((before + name.family).find(',') != std::string::npos) {
      return Problem{"a part of the name holds a comma, which 'family, given' cannot tell from its own",
                     "take the comma out of the name in the record"};
    }
    return Native(before.empty() ? name.family : name.family + ", " + before);
  }
};

}  // namespace

CodecPtr make_name_parts(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kWords[] = {"title"};
  limit_arguments(specification, 1, "name_parts or name_parts(title)");
  const bool with_title = !specification.arguments.empty();
  if (with_title) word_of(specification.arguments[0], kWords);
  return std::make_shared<NamePartsCodec>(with_title);
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
