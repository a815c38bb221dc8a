#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace counterpart {

class Path;

/// One field as its system describes it.
struct FieldDescription {
  std::string name;  ///< path text: "email", "address.city"; of a field of child rows "lines.price"
  std::string type;
  bool required = false;
  bool read_only = false;
  std::vector<std::string> options;       ///< the values it takes, as they are written; empty: any
  std::optional<std::size_t> max_length;  ///< characters; nullopt: not told
  bool custom = false;                    ///< added by the system's own users
  std::string label = {};                 ///< as people there see it; "" where it does not tell
  bool operator==(const FieldDescription&) const = default;
};

/// An object as its system describes it. Without fields: the system does not tell.
struct ObjectDescription {
  std::vector<FieldDescription> fields;
  std::optional<bool> users_add_fields = {};  ///< whether its users can; nullopt: not told
  bool operator==(const ObjectDescription&) const = default;

  /// The field of exactly that name; nullptr where there is none.
  const FieldDescription* find(std::string_view name) const;

  /// The field at that place of a record; nullptr where none is described by itself.
  const FieldDescription* field_at(const Path& path) const;

  /// So too, or else the field that holds the place: "addresses" for addresses[0].city.
  const FieldDescription* field_around(const Path& path) const;

  /// The field at a place in one of the rows of the list at `rows`; nullptr where rows are not described.
  const FieldDescription* row_field_at(const Path& rows, const Path& path) const;
};

}  // namespace counterpart
