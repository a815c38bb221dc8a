#pragma once

#include "mapping/codecs/codec.h"
#include "mapping/codecs/specification.h"

namespace counterpart::codecs {

/// What a codec's maker may look at besides the specification.
struct Surroundings {
  Side side;
  const TableLookup& tables;
};

// One maker a codec name, each in its family's file. They throw SpecificationError.
CodecPtr make_text(const Specification& specification, const Surroundings& around);
CodecPtr make_code(const Specification& specification, const Surroundings& around);
CodecPtr make_email(const Specification& specification, const Surroundings& around);
CodecPtr make_phone(const Specification& specification, const Surroundings& around);
CodecPtr make_integer(const Specification& specification, const Surroundings& around);
CodecPtr make_decimal(const Specification& specification, const Surroundings& around);
CodecPtr make_number(const Specification& specification, const Surroundings& around);
CodecPtr make_boolean(const Specification& specification, const Surroundings& around);
CodecPtr make_date(const Specification& specification, const Surroundings& around);
CodecPtr make_datetime(const Specification& specification, const Surroundings& around);
CodecPtr make_percent(const Specification& specification, const Surroundings& around);
CodecPtr make_country(const Specification& specification, const Surroundings& around);
CodecPtr make_language(const Specification& specification, const Surroundings& around);
CodecPtr make_currency(const Specification& specification, const Surroundings& around);
CodecPtr make_url(const Specification& specification, const Surroundings& around);
CodecPtr make_option(const Specification& specification, const Surroundings& around);
CodecPtr make_vat_id(const Specification& specification, const Surroundings& around);
CodecPtr make_reference(const Specification& specification, const Surroundings& around);
CodecPtr make_registration(const Specification& specification, const Surroundings& around);
CodecPtr make_options(const Specification& specification, const Surroundings& around);
CodecPtr make_list(const Specification& specification, const Surroundings& around);
CodecPtr make_money(const Specification& specification, const Surroundings& around);
CodecPtr make_money_parts(const Specification& specification, const Surroundings& around);
CodecPtr make_name_parts(const Specification& specification, const Surroundings& around);
CodecPtr make_full_name(const Specification& specification, const Surroundings& around);
CodecPtr make_address_parts(const Specification& specification, const Surroundings& around);
CodecPtr make_address_block(const Specification& specification, const Surroundings& around);

}  // namespace counterpart::codecs
