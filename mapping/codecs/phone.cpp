#include <algorithm>
#include <phonenumbers/phonenumberutil.h>

#include "mapping/codecs/digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

const PhoneNumberUtil& phones() {
  return *PhoneNumberUtil::GetInstance();
}

/// E.164, which has no extensions, and ";ext=" where there is one.
std::string normal_form(const PhoneNumber& number) {
  std::string text;
  phones().Format(number, PhoneNumberUtil::E164, &text);
  if (number.has_extension() && !number.extension().empty()) text += ";ext=" + number.extension();
  return text;
}

std::optional<PhoneNumber> read_number(const std::string& text, const std::string& region) {
  PhoneNumber number;
  if (phones().Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  if (!phones().IsValidNumber(number)) return std::nullopt;
  return number;
}

/// A JSON number can only be a phone number where it is digits.
bool is_digits(const Native& raw) {
  return raw.is_number() && std::ranges::all_of(raw.number(), is_digit);
}

class PhoneCodec final : public SingleCodec<std::string> {
 public:
  enum class Form : std::uint8_t { e164, national, international };

  PhoneCodec(std::string region, Form form)
      : region_(std::move(region)), country_code_(phones().GetCountryCodeForRegion(region_)), form_(form) {}

  std::string_view kind() const override { return "text"; }

  /// The region's own numbers, as they are dialled there, and those of others.
  std::vector<Native> samples() const override {
    std::vector<Native> all{"+4930901820",           "0049 30 901820",   "030 901820",
                            "(030) 90 18-20",        "+43 1 234567890",  "+1 650-253-0000",
                            "+41446681800",          "+39 06 6982",      "+44 20 7031 3000 ext. 12",
                            "tel:+33-1-42-68-53-00", "+49 151 23456789", "110"};
    for (const auto type : {PhoneNumberUtil::FIXED_LINE, PhoneNumberUtil::MOBILE}) {
      PhoneNumber number;
      if (!phones().GetExampleNumberForType(region_, type, &number)) continue;
      std::string dialled;
      phones().Format(number, PhoneNumberUtil::NATIONAL, &dialled);
      all.emplace_back(dialled);
      all.emplace_back(dialled + " ext. 3");
    }
    return all;
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text() && !is_digits(raw)) return not_valid(raw);
    const auto number = read_number(raw.plain(), region_);
    if (!number) return not_valid(raw);
    return Value(normal_form(*number));
  }

  Printed print_present(const std::string& value) const override {
    const auto number = read_number(value, region_);
    if (!number) return not_valid(Native(value));
    std::string spelled = normal_form(*number);
    if (form_ == Form::e164) return Native(std::move(spelled));
    const bool foreign = number->country_code() != country_code_;
    const bool national = form_ == Form::national && !foreign;
    std::string formatted;
    phones().Format(*number, national ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &formatted);
    const auto reread = read_number(formatted, region_);
    return Native(reread && normal_form(*reread) == spelled ? formatted : spelled);
  }

  Problem not_valid(const Native& raw) const {
    return not_a(raw, "valid phone number (region " + region_ + ")",
                 "correct the number in the record, with + and the country for a foreign one");
  }

  std::string region_;
  int country_code_;
  Form form_;
};

}  // namespace

CodecPtr make_phone(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kUsage = "phone(DE), phone(DE, national) or phone(DE, international)";
  constexpr std::string_view kForms[] = {"national", "international"};
  limit_arguments(specification, 2, kUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the region is missing: write " + std::string(kUsage), specification.column);
  }
  if (phones().GetCountryCodeForRegion(arguments[0].text) == 0) {
    throw SpecificationError("'" + arguments[0].text + "' is no region: write two capitals, e.g. DE",
                             arguments[0].column);
  }
  auto form = PhoneCodec::Form::e164;
  if (arguments.size() == 2) {
    const bool national = word_of(arguments[1], kForms) == 0;
    form = national ? PhoneCodec::Form::national : PhoneCodec::Form::international;
  }
  return std::make_shared<PhoneCodec>(arguments[0].text, form);
}

}  // namespace counterpart::codecs
