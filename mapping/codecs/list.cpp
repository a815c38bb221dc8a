#include <span>

#include "mapping/codecs/list_text.h"
#include "mapping/codecs/option_table.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kListKind = "list";
constexpr std::string_view kListUsage = "list for a JSON array, or list(';') for one text";
constexpr std::string_view kOptionsUsage =
    "options(table) for a JSON array, options(table, ';') for one text; with number, default='…' or pass as option has";

Value set_or_blank(std::set<std::string> items) {
  if (items.empty()) return Blank{};
  return TextSet{std::move(items)};
}

Problem no_list(const Native& raw) {
  if (raw.is_text()) return not_a(raw, "JSON array", "name the separator in the mapping, as in list(';')");
  return not_a(raw, "list of texts", "map a field that holds several texts");
}

/// Each text alone, each with the one after it, and all of them, as far as they can be spelled so.
template <class Texts>
std::vector<Native> lists_of(const Texts& texts, const ListSpelling& spelling) {
  std::vector<Native> lists;
  const auto add = [&](Native::Array items) {
    Printed list = spelling.join(std::move(items));
    if (auto* spelled = std::get_if<Native>(&list)) lists.push_back(std::move(*spelled));
  };
  Native::Array all;
  for (const auto& text : texts) {
    if (!all.empty()) add({all.back(), Native(text)});
    add({Native(text)});
    all.emplace_back(text);
  }
  add(std::move(all));
  return lists;
}

/// Several texts, of which nothing is known.
class ListCodec final : public SingleCodec<TextSet> {
 public:
  explicit ListCodec(ListSpelling spelling) : spelling_(std::move(spelling)) {}

  std::string_view kind() const override { return kListKind; }

  std::vector<Native> samples() const override {
    constexpr std::string_view kTexts[] = {"a", " b ", "a b", "é", "e\u0301", "7", "a;b", "a,b", "a|b", ""};
    return lists_of(kTexts, spelling_);
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto items = spelling_.split(raw);
    if (!items) return no_list(raw);
    std::set<std::string> texts;
    for (const Native& item : *items) {
      if (!item.is_text() && !item.is_number()) return not_a(item, "text in a list");
      texts.insert(item.plain());
    }
    return set_or_blank(std::move(texts));
  }

  Printed print_present(const TextSet& set) const override {
    Native::Array items;
    for (const std::string& item : set.items) items.emplace_back(item);
    return spelling_.join(std::move(items));
  }

  ListSpelling spelling_;
};

/// Several of a table's options.
class OptionsCodec final : public SingleCodec<TextSet> {
 public:
  OptionsCodec(OptionTable table, ListSpelling spelling) : table_(std::move(table)), spelling_(std::move(spelling)) {}

  Value narrow(const Value& value) const override {
    const auto* set = std::get_if<TextSet>(&value);
    if (set == nullptr) return value;
    TextSet narrowed;
    for (const std::string& item : set->items) {
      std::string held = table_.narrow(item);
      if (!trimmed(held).empty()) narrowed.items.insert(std::move(held));
    }
    return set_or_blank(std::move(narrowed.items));
  }

  /// What was not edited stays as the other side knows it: several options that this side writes alike.
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    const auto* rich = std::get_if<TextSet>(&old);
    const auto* edited = std::get_if<TextSet>(&poor);
    if (rich == nullptr || edited == nullptr) return poor;
    TextSet result;
    std::set<std::string> kept;
    for (const std::string& item : rich->items) {
      const std::string held = table_.narrow(item);
      if (!edited->items.contains(held)) continue;
      result.items.insert(item);
      kept.insert(held);
    }
    for (const std::string& item : edited->items) {
      if (!kept.contains(item)) result.items.insert(item);
    }
    return result;
  }

  std::string_view kind() const override { return kListKind; }

  std::vector<Value> values() const override {
    constexpr std::size_t kFew = 6;
    std::vector<Value> all;
    if (table_.passes()) return all;
    const std::vector<std::string> options = table_.canonicals();
    for (std::size_t chosen = 1; options.size() <= kFew && chosen < std::size_t{1} << options.size(); ++chosen) {
      TextSet set;
      for (std::size_t i = 0; i < options.size(); ++i) {
        if ((chosen >> i & 1) != 0) set.items.insert(options[i]);
      }
      all.emplace_back(std::move(set));
    }
    return all;
  }

  bool names_values() const override { return true; }

  std::vector<Native> samples() const override { return lists_of(table_.spellings(), spelling_); }

 private:
  Parsed parse_present(const Native& raw) const override {
    const auto items = spelling_.split(raw);
    if (!items) return no_list(raw);
    std::set<std::string> options;
    for (const Native& item : *items) {
      auto read = table_.read(item);
      if (auto* problem = std::get_if<Problem>(&read)) return std::move(*problem);
      options.insert(std::get<std::string>(std::move(read)));
    }
    return set_or_blank(std::move(options));
  }

  Printed print_present(const TextSet& set) const override {
    Native::Array items;
    const Value held = narrow(set);
    if (is_blank(held)) return Native();
    for (const std::string& item : std::get<TextSet>(held).items) {
      Printed printed = table_.print(item);
      if (std::holds_alternative<Problem>(printed)) return printed;
      items.push_back(std::get<Native>(std::move(printed)));
    }
    return spelling_.join(std::move(items));
  }

  OptionTable table_;
  ListSpelling spelling_;
};

void require_holdable(const OptionTable& table, const ListSpelling& spelling, const Argument& name) {
  for (const std::string& option : table.spellings()) {
    if (spelling.can_hold(option)) continue;
    throw SpecificationError("'" + option + "' in the table '" + name.text +
                                 "' cannot be one of a list: take the white space around it away, or the separator "
                                 "out of it",
                             name.column);
  }
}

}  // namespace

CodecPtr make_list(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 1, kListUsage);
  if (specification.arguments.empty()) return std::make_shared<ListCodec>(ListSpelling());
  return std::make_shared<ListCodec>(ListSpelling(specification.arguments[0]));
}

CodecPtr make_options(const Specification& specification, const Surroundings& around) {
  constexpr std::size_t kMostArguments = 4;
  limit_arguments(specification, kMostArguments, kOptionsUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the table is missing: write " + std::string(kOptionsUsage), specification.column);
  }
  OptionTable table(arguments[0], around);
  ListSpelling spelling;
  for (const Argument& argument : std::span(arguments).subspan(1)) {
    if (table.take(argument)) continue;
    if (!ListSpelling::is_separator(argument)) word_of(argument, OptionTable::words());  // throws
    spelling = ListSpelling(argument);
  }
  require_holdable(table, spelling, arguments[0]);
  return std::make_shared<OptionsCodec>(std::move(table), std::move(spelling));
}

}  // namespace counterpart::codecs
