#include "mapping/codecs/address_format.h"

#include <algorithm>
#include <array>

#include "mapping/codecs/postal_code.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

/// The parts that are not empty, with a text between them.
std::string put_together(std::string_view first, std::string_view between, std::string_view second) {
  if (first.empty() || second.empty()) return std::string(first) + std::string(second);
  return std::string(first) + std::string(between) + std::string(second);
}

std::vector<std::string> street_and(const PostalAddress& address, std::initializer_list<std::string> last) {
  std::vector<std::string> lines = lines_of_text(address.street);
  for (const std::string& line : last) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// "10115 Berlin" after the street; "D-10115 Berlin" is read, too.
class CodeBeforeCity final : public AddressFormat {
 public:
  constexpr CodeBeforeCity(std::string_view patterns, std::string_view letters, std::string_view example)
      : patterns_(patterns), letters_(letters), example_(example) {}

  bool read(std::vector<std::string> lines, PostalAddress& address) const override {
    if (lines.empty()) return false;
    std::string_view last = lines.back();
    const std::string prefix = std::string(letters_) + "-";
    if (last.starts_with(prefix)) last.remove_prefix(prefix.size());
    const auto code = leading_postal_code(last, patterns_);
    if (!code || trimmed(last.substr(code->size)).empty()) return false;
    address.postal_code = code->code;
    address.city = trimmed(last.substr(code->size));
    lines.pop_back();
    address.street = text_of_lines(lines);
    return true;
  }

  std::vector<std::string> lines(const PostalAddress& address) const override {
    return street_and(address, {put_together(address.postal_code, " ", address.city)});
  }

  std::string_view example() const override { return example_; }

 private:
  std::string_view patterns_;
  std::string_view letters_;
  std::string_view example_;
};

/// "London" and "SW1A 1AA" in lines of their own; both in one are read, too.
class CityBeforeCode final : public AddressFormat {
 public:
  bool read(std::vector<std::string> lines, PostalAddress& address) const override {
    if (lines.empty() || !take_code(lines, address.postal_code) || lines.empty()) return false;
    address.city = lines.back();
    lines.pop_back();
    address.street = text_of_lines(lines);
    return true;
  }

  std::vector<std::string> lines(const PostalAddress& address) const override {
    return street_and(address, {address.city, address.postal_code});
  }

  std::string_view example() const override { return "London\nSW1A 1AA"; }

 private:
  static bool take_code(std::vector<std::string>& lines, std::string& code) {
    constexpr std::string_view kPatterns = "AA9A 9AA|AA99 9AA|A9A 9AA|AA9 9AA|A99 9AA|A9 9AA";
    std::string& last = lines.back();
    // From the front on, so that the code takes the line's whole end.
    for (std::size_t start = 0; start < last.size(); start = last.find(' ', start) + 1) {
      const auto found = leading_postal_code(std::string_view(last).substr(start), kPatterns);
      if (found && start + found->size == last.size()) {
        code = found->code;
        last = trimmed(std::string_view(last).substr(0, start));
        if (last.empty()) lines.pop_back();
        return true;
      }
      if (last.find(' ', start) == std::string::npos) return false;
    }
    return false;
  }
};

/// "Springfield, IL 62704".
class CityStateCode final : public AddressFormat {
 public:
  bool read(std::vector<std::string> lines, PostalAddress& address) const override {
    if (lines.empty()) return false;
    const std::string last = lines.back();
    const std::size_t comma = last.rfind(',');
    if (comma == std::string::npos) return false;
    const std::string_view city = trimmed(std::string_view(last).substr(0, comma));
    const std::string_view after = trimmed(std::string_view(last).substr(comma + 1));
    const std::string_view state = after.substr(0, after.find(' '));
    const std::string_view zip = trimmed(after.substr(state.size()));
    const auto code = leading_postal_code(zip, "99999-9999|99999");
    if (city.empty() || !is_state(state) || !code || code->size != zip.size()) return false;
    address.city = city;
    address.region = state;
    address.postal_code = code->code;
    lines.pop_back();
    address.street = text_of_lines(lines);
    return true;
  }

  std::vector<std::string> lines(const PostalAddress& address) const override {
    const std::string state_and_code = put_together(address.region, " ", address.postal_code);
    return street_and(address, {put_together(address.city, ", ", state_and_code)});
  }

  std::string_view example() const override { return "Springfield, IL 62704"; }

 private:
  static bool is_state(std::string_view word) {
    constexpr std::string_view kStates =
        " AA AE AK AL AP AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE "
        "NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY ";
    return word.size() == 2 && kStates.find(" " + std::string(word) + " ") != std::string_view::npos;
  }
};

struct CountryFormat {
  std::string_view country;
  const AddressFormat* format;
};

/// As the Universal Postal Union's sheets on the countries' addressing systems have them.
const auto& country_formats() {
  static const CodeBeforeCity kAustria("9999", "A", "1010 Wien");
  static const CodeBeforeCity kBelgium("9999", "B", "1000 Bruxelles");
  static const CodeBeforeCity kSwitzerland("9999", "CH", "8001 Zürich");
  static const CodeBeforeCity kGermany("99999", "D", "10115 Berlin");
  static const CodeBeforeCity kDenmark("9999", "DK", "1050 København K");
  static const CodeBeforeCity kFrance("99999", "F", "75001 Paris");
  static const CityBeforeCode kBritain;
  static const CodeBeforeCity kLiechtenstein("9999", "FL", "9490 Vaduz");
  static const CodeBeforeCity kLuxembourg("9999", "L", "1111 Luxembourg");
  static const CodeBeforeCity kNetherlands("9999 AA", "NL", "1012 JS Amsterdam");
  static const CityStateCode kStates;
  static const std::array<CountryFormat, 11> kFormats{{{"AT", &kAustria},
                                                       {"BE", &kBelgium},
                                                       {"CH", &kSwitzerland},
                                                       {"DE", &kGermany},
                                                       {"DK", &kDenmark},
                                                       {"FR", &kFrance},
                                                       {"GB", &kBritain},
                                                       {"LI", &kLiechtenstein},
                                                       {"LU", &kLuxembourg},
                                                       {"NL", &kNetherlands},
                                                       {"US", &kStates}}};
  return kFormats;
}

}  // namespace

const AddressFormat* address_format(std::string_view country) {
  const auto found = std::ranges::find(country_formats(), country, &CountryFormat::country);
  return found == country_formats().end() ? nullptr : found->format;
}

std::string known_address_countries() {
  std::string all;
  for (const CountryFormat& format : country_formats()) all += (all.empty() ? "" : ", ") + std::string(format.country);
  return all;
}

std::vector<std::string> lines_of_text(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string line = to_nfc(collapsed(text.substr(0, end)));
    if (!line.empty()) lines.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace counterpart::codecs
