#pragma once

#include <string>
#include <string_view>

#include "mapping/codecs/codec.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {

/// A native value as a message shows it: quoted, shortened where it is long.
std::string shown(const Native& raw);

/// "'x' is no `expected`", with the remedy, or where there is none the usual one.
Problem not_a(const Native& raw, std::string_view expected, std::string remedy = "");

/// A value of another kind than the codec prints.
Problem wrong_kind(const Value& value, std::string_view kind);

/// True for null, "" and white space only.
inline bool is_blank_spelling(const Native& raw) {
  return raw.is_null() || (raw.is_text() && trimmed(raw.text()).empty());
}

/// A codec of one value of the canonical type T: blanks and foreign kinds are dealt with here.
template <class T>
class SingleCodec : public Codec {
 public:
  Parsed parse(const Native& raw) const final {
    if (is_blank_spelling(raw)) return Value(Blank{});
    return parse_present(raw);
  }

  Printed print(const Value& value) const final {
    if (is_blank(value)) return Native();
    if (const T* present = std::get_if<T>(&value)) return print_present(*present);
    return wrong_kind(value, kind());
  }

 private:
  virtual Parsed parse_present(const Native& raw) const = 0;
  virtual Printed print_present(const T& value) const = 0;
};

}  // namespace counterpart::codecs
