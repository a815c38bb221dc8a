#include "mapping/codecs/vat_id.h"

#include <algorithm>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_body(char c) {
  return is_letter(c) || is_digit(c) || c == '+' || c == '*';
}

class VatIdCodec final : public SingleCodec<std::string> {
 public:
  std::string_view kind() const override { return "text"; }

 private:
  Parsed parse_present(const Native& raw) const override {
    auto normal = raw.is_text() ? normal_vat_id(raw.text()) : std::nullopt;
    if (!normal) return not_a(raw, "VAT id", "write it with its country first, e.g. DE123456789");
    return Value(*std::move(normal));
  }

  Printed print_present(const std::string& value) const override {
    auto normal = normal_vat_id(value);
    if (!normal) return not_a(Native(value), "VAT id", "write it with its country first, e.g. DE123456789");
    return Native(*std::move(normal));
  }
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
  if (normal.size() < kLengthMin || normal.size() > kLengthMax) return std::nullopt;
  if (!is_letter(normal[0]) || !is_letter(normal[1]) || !std::ranges::all_of(normal, is_body)) return std::nullopt;
  // "none" and "keine" would have the form, and make one company of all that say so.
  if (std::ranges::none_of(normal, is_digit)) return std::nullopt;
  return normal;
}

CodecPtr make_vat_id(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 0, "vat_id");
  return std::make_shared<VatIdCodec>();
}

}  // namespace counterpart::codecs
