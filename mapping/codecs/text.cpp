#include <charconv>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

class TextCodec final : public Codec {
 public:
  explicit TextCodec(std::optional<std::size_t> length_max) : length_max_(length_max) {}

  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    if (raw.is_number()) return Value(raw.number());
    if (!raw.is_text()) return not_a(raw, "text", "map a field that holds text, or choose another codec");
    if (raw.text().empty()) return Value(Blank{});
    return Value(to_nfc(raw.text()));
  }

  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native();
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return wrong_kind(value, kind());
    const std::size_t length = length_of(*text);
    if (length_max_ && length > *length_max_) {
      return Problem{"the text has " + std::to_string(length) + " characters, and only " +
                         std::to_string(*length_max_) + " are allowed there",
                     "shorten it in the record, or cut it in the mapping with `clean`"};
    }
    return Native(*text);
  }

  std::string_view kind() const override { return "text"; }

 private:
  std::optional<std::size_t> length_max_;
};

}  // namespace

CodecPtr make_text(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 1, "text or text(40)");
  if (specification.arguments.empty()) return std::make_shared<TextCodec>(std::nullopt);
  const Argument& argument = specification.arguments.front();
  std::size_t length_max = 0;
  const char* end = argument.text.data() + argument.text.size();
  const auto [stop, error] = std::from_chars(argument.text.data(), end, length_max);
  if (error != std::errc{} || stop != end || length_max == 0) {
    throw SpecificationError("'" + argument.text + "' is no number of characters: write text(40)", argument.column);
  }
  return std::make_shared<TextCodec>(length_max);
}

}  // namespace counterpart::codecs
