#include "mapping/codecs/email.h"

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

class EmailCodec final : public SingleCodec<std::string> {
 public:
  std::string_view kind() const override { return "text"; }

  std::vector<Native> samples() const override {
    return {"ada@example.org", "Ada.Lovelace@EXAMPLE.org", "o'hara+news@sub.example.co.uk", "müller@bücher.example",
            "a@b.cd",          "mu\u0308ller@example.org"};
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text()) return not_an_address(raw);
    const std::string address = to_nfc(raw.text());
    const auto at_sign = at_sign_of(address);
    if (!at_sign) return not_an_address(raw);
    return Value(address.substr(0, *at_sign) + ascii_lower(address.substr(*at_sign)));
  }

  Printed print_present(const std::string& value) const override {
    if (!at_sign_of(value)) return not_an_address(Native(value));
    return Native(value);
  }

  static Problem not_an_address(const Native& raw) {
    return not_a(raw, "e-mail address", "correct the address in the record, or clean it in the mapping");
  }
};

}  // namespace

std::optional<std::size_t> at_sign_of(std::string_view address) {
  const std::size_t at_sign = address.find('@');
  const bool one = at_sign != std::string_view::npos && address.find('@', at_sign + 1) == std::string_view::npos;
  if (!one || at_sign == 0 || at_sign + 1 == address.size()) return std::nullopt;
  if (has_space_or_control(address)) return std::nullopt;
  return at_sign;
}

CodecPtr make_email(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 0, "email");
  return std::make_shared<EmailCodec>();
}

}  // namespace counterpart::codecs
