#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace counterpart::sandbox {

/// Percent-decodes; with `plus`, '+' is a blank (queries). nullopt where malformed.
std::optional<std::string> decode(std::string_view text, bool plus);

/// The non-empty segments of a path, decoded; nullopt where malformed.
std::optional<std::vector<std::string>> split_path(std::string_view path);

/// The parameters of a query.
class Query {
 public:
  /// Throws Refused (400) where it is malformed.
  explicit Query(std::string_view text);

  /// The first parameter of that name, or nullptr.
  const std::string* find(std::string_view name) const;

  /// A whole number within [least, most]; `otherwise` where not given. Throws Refused with `status`.
  std::uint64_t number(std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise,
                       int status) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// Digits only, at most 18 of them.
std::optional<std::int64_t> parse_digits(std::string_view text);

}  // namespace counterpart::sandbox
