#include "mapping/codecs/vat_id.h"

#include <algorithm>
#include <span>

#include "mapping/codecs/digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"
#include "mapping/codecs/vat_check.h"

namespace counterpart::codecs {
namespace {

bool is_body(char c) {
  return is_capital(c) || is_digit(c) || c == '+' || c == '*';
}

/// What a country's ids may end in, which says nothing of whose they are.
std::string_view without_suffix(std::string_view normal) {
  constexpr std::string_view kSwiss[] = {"MWST", "TVA", "IVA", "TPV"};
  constexpr std::string_view kNorwegian[] = {"MVA"};
  const auto cut = [normal](std::span<const std::string_view> suffixes) {
    for (const std::string_view suffix : suffixes) {
      if (normal.ends_with(suffix)) return normal.substr(0, normal.size() - suffix.size());
    }
    return normal;
  };
  if (normal.starts_with("CHE")) return cut(kSwiss);
  return normal.starts_with("NO") ? cut(kNorwegian) : normal;
}

class VatIdCodec final : public SingleCodec<std::string> {
 public:
  explicit VatIdCodec(bool checked) : checked_(checked) {}

  std::string_view kind() const override { return "text"; }

  std::vector<Native> samples() const override {
    return {"DE136695976",          "de 136 695 976", "ATU13585627", "FR 40 303 265 045",
            "NL004495445B01",       "GR094259216",    "EL094259216", "LU15027442",
            "CHE-107.787.577 MWST", "NO995567636MVA", "GB980780684", "IE1234567FA",
            "ESA28015865",          "PL8567346215",   "US123456789", "DE000000000"};
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    auto normal = raw.is_text() ? normal_vat_id(raw.text()) : std::nullopt;
    if (!normal) return not_a(raw, "VAT id", "write it with its country first, e.g. DE123456789");
    if (auto wrong = fault_of(*normal)) return *std::move(wrong);
    return Value(*std::move(normal));
  }

  Printed print_present(const std::string& value) const override {
    auto normal = normal_vat_id(value);
    if (!normal) return not_a(Native(value), "VAT id", "write it with its country first, e.g. DE123456789");
    if (auto wrong = fault_of(*normal)) return *std::move(wrong);
    return Native(*std::move(normal));
  }

  std::optional<Problem> fault_of(const std::string& normal) const {
    constexpr const char* kRemedy = "correct it in the record, or let any pass with vat_id(unchecked) in the mapping";
    switch (checked_ ? check_vat_id(normal) : VatCheck::no_rule) {
      case VatCheck::bad_form:
        return Problem{shown(Native(normal)) + " has not the form of a VAT id of " + normal.substr(0, 2), kRemedy};
      case VatCheck::bad_digits:
        return Problem{shown(Native(normal)) + " is no VAT id: its check digits are wrong", kRemedy};
      case VatCheck::right:
      case VatCheck::no_rule:
        break;
    }
    return std::nullopt;
  }

  bool checked_;
};

}  // namespace

std::optional<std::string> normal_vat_id(std::string_view text) {
  constexpr std::size_t kLengthMin = 4;
  constexpr std::size_t kLengthMax = 15;
  std::string normal;
  for (const char c : collapsed(text)) {
    if (c == ' ' || c == '.' || c == '-' || c == '/') continue;
    normal += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (normal.starts_with("GR")) normal.replace(0, 2, "EL");  // as the EU writes Greece
  normal = without_suffix(normal);
  if (normal.size() < kLengthMin || normal.size() > kLengthMax) return std::nullopt;
  if (!is_capital(normal[0]) || !is_capital(normal[1]) || !std::ranges::all_of(normal, is_body)) return std::nullopt;
  // "none" and "keine" would have the form, and make one company of all that say so.
  if (std::ranges::none_of(normal, is_digit)) return std::nullopt;
  return normal;
}

CodecPtr make_vat_id(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kWords[] = {"unchecked"};
  limit_arguments(specification, 1, "vat_id or vat_id(unchecked)");
  for (const Argument& argument : specification.arguments) word_of(argument, kWords);
  return std::make_shared<VatIdCodec>(specification.arguments.empty());
}

}  // namespace counterpart::codecs
