#pragma once

#include <cstdint>
#include <string>

#include "connectors/sandbox/schema.h"
#include "mapping/values/native.h"

namespace counterpart::sandbox {

/// How many rows a record may hold in one field.
inline constexpr std::size_t kRowsMax = 500;

/// The rows that a request asks for, as JSON text for number_rows(); "" where there are none. Each is checked as a
/// record is, and may name its id. Throws Refused with the place of the mistake: "lines[2].quantity".
std::string read_rows(const Schema& schema, const Field& field, const Native& value);

/// The rows asked for, as stored in the place of those held: each with an id, new ones from `next_id` on. Throws
/// Refused where a row names an id that no row held has, or that another one named, unless all get new ids anyway.
std::string number_rows(const Schema& schema, const Field& field, const std::string& asked, const std::string& held,
                        std::int64_t& next_id);

/// Stored rows in their CRM's JSON; an empty list for "".
Native show_rows(const std::string& stored, bool leave_out_blanks);

}  // namespace counterpart::sandbox
