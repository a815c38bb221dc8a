#pragma once

#include <map>
#include <string>
#include <string_view>

namespace counterpart::store {

/// Our statements by name, as written in sql/*.sql: each after a line `-- name: …`.
const std::map<std::string, std::string, std::less<>>& statements();

/// Splits such a file into `into`. Throws std::logic_error for SQL before the first name, or a name used twice.
void split_statements(std::string_view file, std::string_view text,
                      std::map<std::string, std::string, std::less<>>& into);

/// The SQL of that name. Throws std::logic_error if there is none.
const std::string& statement(std::string_view name);

}  // namespace counterpart::store
