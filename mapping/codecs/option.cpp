#include <span>

#include "mapping/codecs/option_table.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// One of a table's options.
class OptionCodec final : public SingleCodec<std::string> {
 public:
  explicit OptionCodec(OptionTable table) : table_(std::move(table)) {}

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return value;
    std::string held = table_.narrow(*text);
    if (table_.passes() && trimmed(held).empty()) return Blank{};
    return Value(std::move(held));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

  std::string_view kind() const override { return "text"; }

  std::vector<Value> values() const override {
    std::vector<Value> all;
    if (table_.passes()) return all;
    for (const std::string& canonical : table_.canonicals()) all.emplace_back(canonical);
    return all;
  }

  bool names_values() const override { return true; }

 private:
  Parsed parse_present(const Native& raw) const override {
    auto read = table_.read(raw);
    if (auto* problem = std::get_if<Problem>(&read)) return std::move(*problem);
    return Value(std::get<std::string>(std::move(read)));
  }

  Printed print_present(const std::string& value) const override { return table_.print(value); }

  OptionTable table_;
};

}  // namespace

CodecPtr make_option(const Specification& specification, const Surroundings& around) {
  constexpr std::string_view kUsage = "option(table), with number, default='…' or pass behind the table";
  limit_arguments(specification, 3, kUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the table is missing: write " + std::string(kUsage), specification.column);
  }
  OptionTable table(arguments[0], around);
  for (const Argument& argument : std::span(arguments).subspan(1)) {
    if (!table.take(argument)) word_of(argument, OptionTable::words());  // throws
  }
  return std::make_shared<OptionCodec>(std::move(table));
}

}  // namespace counterpart::codecs
