#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "connectors/rest/definition.h"
#include "mapping/values/record.h"

namespace counterpart::rest {

/// A record out of an answer, or what is wrong with it. `headers` of an answer with this one record,
/// else nullptr. A time that is not there, or not of the declared form, stays unknown. `full` false: the
/// item tells of the record, but does not hold its fields.
std::variant<Record, std::string> read_record(const RecordShape& shape, const Native& item, const HttpHeaders* headers,
                                              bool full = true);

/// A text or number as an id; "" for anything else.
std::string id_text(const Native* value);

/// Whether the id can be sent: not empty, no control characters.
bool is_id(std::string_view id);

/// The last segment of a URL or path, or the text itself: "/b/persons/17?x=1" is 17.
std::string last_segment(std::string_view url);

}  // namespace counterpart::rest
