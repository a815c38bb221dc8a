#include "mapping/codecs/domain.h"

#include <memory>
#include <stdexcept>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

namespace counterpart::codecs {

std::string domain_in_ascii(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (domain.ends_with('.')) return "";
  UErrorCode status = U_ZERO_ERROR;
  constexpr std::uint32_t kOptions =
      UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ;
  const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(kOptions, status));
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no IDNA: " + std::string(u_errorName(status)));
  std::string labels;
  icu::StringByteSink<std::string> sink(&labels);
  icu::IDNAInfo info;
  idna->nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<std::int32_t>(domain.size())), sink, info, status);
  // Mail and the web work with hosts whose hyphens the registries would not allow.
  constexpr std::uint32_t kForgiven = UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
  if (U_FAILURE(status) || (info.getErrors() & ~kForgiven) != 0) return "";
  return labels;
}

}  // namespace counterpart::codecs
