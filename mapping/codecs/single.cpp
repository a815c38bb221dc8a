#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

std::string_view kind_of(const Value& value) {
  struct Name {
    std::string_view operator()(const Unknown&) const { return "unknown"; }
    std::string_view operator()(const Blank&) const { return "blank"; }
    std::string_view operator()(const std::string&) const { return "text"; }
    std::string_view operator()(const Decimal&) const { return "number"; }
    std::string_view operator()(bool) const { return "boolean"; }
    std::string_view operator()(const Date&) const { return "date"; }
    std::string_view operator()(const Instant&) const { return "instant"; }
    std::string_view operator()(const PersonName&) const { return "name"; }
    std::string_view operator()(const Money&) const { return "money"; }
    std::string_view operator()(const TextSet&) const { return "list"; }
    std::string_view operator()(const PostalAddress&) const { return "address"; }
  };
  return std::visit(Name{}, value);
}

}  // namespace

std::string shown(const Native& raw) {
  constexpr std::size_t kShownMax = 60;
  std::string text = raw.plain();
  if (length_of(text) > kShownMax) {
    std::size_t end = kShownMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end) + "…";
  }
  return "'" + text + "'";
}

Problem not_a(const Native& raw, std::string_view expected, std::string remedy) {
  if (remedy.empty()) remedy = "correct it in the record, or change the field's codec in the mapping";
  return {shown(raw) + " is no " + std::string(expected), std::move(remedy)};
}

Problem wrong_kind(const Value& value, std::string_view kind) {
  return {"a value of the kind " + std::string(kind_of(value)) + " cannot be written as one of the kind " +
              std::string(kind),
          "give both sides of the field codecs of the same kind in the mapping"};
}

}  // namespace counterpart::codecs
