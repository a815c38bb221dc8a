#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/value.h"

namespace counterpart::codecs {

/// How a country writes street, postal code, city and region in lines.
class AddressFormat {
 public:
  virtual ~AddressFormat() = default;

  /// The address, without its country, of lines that are not blank; false where they are not written so.
  virtual bool read(std::vector<std::string> lines, PostalAddress& address) const = 0;

  /// The lines of an address, without its country. Parts that are missing leave no trace.
  virtual std::vector<std::string> lines(const PostalAddress& address) const = 0;

  /// The lines after the street for a person to see: "10115 Berlin".
  virtual std::string_view example() const = 0;
};

/// That of a country, ISO 3166; nullptr where it is not known.
const AddressFormat* address_format(std::string_view country);

/// The countries whose formats are known, for messages: "AT, BE, …".
std::string known_address_countries();

/// The lines of a text, with single spaces, without the blank ones.
std::vector<std::string> lines_of_text(std::string_view text);

/// The lines as one text.
std::string text_of_lines(const std::vector<std::string>& lines);

}  // namespace counterpart::codecs
