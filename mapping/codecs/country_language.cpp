#include <unicode/locdspnm.h>
#include <unicode/locid.h>

#include "mapping/codecs/code_list.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/locale.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kCountryUsage = "country, country(alpha3) or country(de) for the name in that language";
constexpr std::string_view kLanguageUsage = "language, language(alpha3) or language(de) for the name in that language";

enum class Listed : std::uint8_t { countries, languages };

/// What ICU calls them in one language.
class Names {
 public:
  Names(Listed listed, const std::string& locale) : listed_(listed) {
    const icu::Locale language(locale.c_str());
    UDisplayContext in_short[] = {UDISPCTX_LENGTH_SHORT};
    full_.reset(icu::LocaleDisplayNames::createInstance(language, nullptr, 0));
    short_.reset(icu::LocaleDisplayNames::createInstance(language, in_short, 1));
  }

  std::string of(const char* code) const { return name_by(*full_, code); }
  std::string in_short(const char* code) const { return name_by(*short_, code); }

 private:
  std::string name_by(const icu::LocaleDisplayNames& names, const char* code) const {
    icu::UnicodeString name;
    listed_ == Listed::countries ? names.regionDisplayName(code, name) : names.languageDisplayName(code, name);
    std::string text;
    name.toUTF8String(text);
    return to_nfc(text);
  }

  Listed listed_;
  std::unique_ptr<icu::LocaleDisplayNames> full_;
  std::unique_ptr<icu::LocaleDisplayNames> short_;
};

/// How a side of such a codec writes: as the code, as the code of three letters, or by name.
struct Form {
  bool alpha3 = false;
  std::optional<std::string> locale;
};

Form form_of(const Specification& specification, std::string_view usage) {
  limit_arguments(specification, 1, usage);
  if (specification.arguments.empty()) return {};
  const Argument& argument = specification.arguments.front();
  if (argument.text == "alpha3") return {true, std::nullopt};
  return {false, known_locale(argument)};
}

std::string alpha3_of(Listed listed, const char* code) {
  return listed == Listed::countries ? icu::Locale("", code).getISO3Country() : icu::Locale(code).getISO3Language();
}

std::vector<Code> codes_of(Listed listed, const Form& form) {
  const Names english(listed, "en");
  const Names german(listed, "de");
  const Names own(listed, form.locale.value_or("en"));
  std::vector<Code> codes;
  const bool countries = listed == Listed::countries;
  for (const auto* code = countries ? icu::Locale::getISOCountries() : icu::Locale::getISOLanguages(); *code != nullptr;
       ++code) {
    const std::string alpha3 = alpha3_of(listed, *code);
    if (alpha3.empty()) continue;  // a language that is "undetermined"
    const std::string printed = form.alpha3 ? alpha3 : form.locale ? own.of(*code) : *code;
    codes.push_back(
        {*code, printed, {alpha3, own.of(*code), english.of(*code), english.in_short(*code), german.of(*code)}});
  }
  return codes;
}

}  // namespace

CodecPtr make_country(const Specification& specification, const Surroundings&) {
  return make_code_list("country", codes_of(Listed::countries, form_of(specification, kCountryUsage)));
}

CodecPtr make_language(const Specification& specification, const Surroundings&) {
  return make_code_list("language", codes_of(Listed::languages, form_of(specification, kLanguageUsage)));
}

}  // namespace counterpart::codecs
