#include "mapping/codecs/locale.h"

#include <cstdint>
#include <span>
#include <unicode/locid.h>

namespace counterpart::codecs {

std::string known_locale(const Argument& argument) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale wanted = icu::Locale::forLanguageTag(argument.text, status);
  std::int32_t count = 0;
  const icu::Locale* available = icu::Locale::getAvailableLocales(count);
  for (const icu::Locale& locale : std::span(available, static_cast<std::size_t>(count))) {
    if (U_SUCCESS(status) && locale == wanted) return argument.text;
  }
  throw SpecificationError("there is no locale '" + argument.text + "': write one like de or en-GB", argument.column);
}

}  // namespace counterpart::codecs
