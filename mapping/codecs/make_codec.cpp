#include <algorithm>
#include <array>

#include "mapping/codecs/families.h"

namespace counterpart {
namespace {

struct Family {
  std::string_view name;
  CodecPtr (*make)(const codecs::Specification&, const codecs::Surroundings&);
};

constexpr std::array kFamilies{
    Family{"address_block", codecs::make_address_block},
    Family{"address_parts", codecs::make_address_parts},
    Family{"boolean", codecs::make_boolean},
    Family{"code", codecs::make_code},
    Family{"country", codecs::make_country},
    Family{"currency", codecs::make_currency},
    Family{"date", codecs::make_date},
    Family{"datetime", codecs::make_datetime},
    Family{"decimal", codecs::make_decimal},
    Family{"email", codecs::make_email},
    Family{"full_name", codecs::make_full_name},
    Family{"integer", codecs::make_integer},
    Family{"language", codecs::make_language},
    Family{"list", codecs::make_list},
    Family{"money", codecs::make_money},
    Family{"money_parts", codecs::make_money_parts},
    Family{"name_parts", codecs::make_name_parts},
    Family{"number", codecs::make_number},
    Family{"option", codecs::make_option},
    Family{"options", codecs::make_options},
    Family{"percent", codecs::make_percent},
    Family{"phone", codecs::make_phone},
    Family{"reference", codecs::make_reference},
    Family{"registration", codecs::make_registration},
    Family{"text", codecs::make_text},
    Family{"url", codecs::make_url},
    Family{"vat_id", codecs::make_vat_id},
};

const Family& family_of(const codecs::Specification& specification) {
  const auto found = std::ranges::find(kFamilies, specification.name, &Family::name);
  if (found != kFamilies.end()) return *found;
  std::string known;
  for (const Family& family : kFamilies) known += (known.empty() ? "" : ", ") + std::string(family.name);
  throw codecs::SpecificationError("there is no codec '" + specification.name + "': write one of " + known,
                                   specification.column);
}

}  // namespace

std::variant<CodecPtr, CodecError> make_codec(std::string_view specification, Side side, const TableLookup& tables) {
  try {
    const codecs::Specification parsed = codecs::parse_specification(specification);
    return family_of(parsed).make(parsed, codecs::Surroundings{side, tables});
  } catch (const codecs::SpecificationError& error) {
    return CodecError{error.what(), error.column()};
  }
}

}  // namespace counterpart
