#pragma once

#include "connectors/sandbox/schema.h"
#include "mapping/values/native.h"

namespace counterpart::sandbox {

/// Changes the fields of an object as its administrators might, on request:
///   {"add_field": {"name": "score", "type": "text", "max_length": 40, "options": [], "required": false}}   a custom
///   one
///   {"change_field": {"name": "notes", "max_length": 20}}   any of these but the type; a field that was removed is
///                                                           there again with all it held
///   {"remove_field": "notes"}
/// Throws Refused (400) for anything else, and for fields that are not there, or there already.
void edit_schema(Schema& schema, const Native& request);

}  // namespace counterpart::sandbox
