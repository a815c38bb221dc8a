#include <algorithm>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// The number that people know a product, a customer or a document by.
class CodeCodec final : public SingleCodec<std::string> {
 public:
  std::string_view kind() const override { return "text"; }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text() && !raw.is_number()) return not_a(raw, "number or code", "write it as a text");
    return Value(collapsed(to_nfc(raw.plain())));
  }

  Printed print_present(const std::string& value) const override { return Native(collapsed(to_nfc(value))); }
};

}  // namespace

CodecPtr make_code(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 0, "code");
  return std::make_shared<CodeCodec>();
}

}  // namespace counterpart::codecs
