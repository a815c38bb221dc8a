#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/webhook/hook.h"
#include "mapping/values/native.h"

namespace counterpart::hook {

/// A webhook's body as a tree. Throws HookFormatError: what is wrong, and where. At most 64 levels, 10,000 form fields.
Native read_body(const BodyFormat& format, std::string_view body);

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// The fields of application/x-www-form-urlencoded text (a body, or a URL's query), decoded, in their order;
/// nullopt where an escape is malformed, or a field holds U+0000 or is not UTF-8.
std::optional<FormFields> form_fields(std::string_view text);

/// Fields as a tree, BodyFormat::Type::form. Throws HookFormatError.
Native form_tree(const FormFields& fields);

/// XML as a tree, BodyFormat::Type::xml. A document type, and with it every entity but the five of XML itself, is
/// refused. Throws HookFormatError.
Native xml_tree(std::string_view text);

}  // namespace counterpart::hook
