#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart::sandbox {

inline constexpr std::size_t kLengthMax = 200;  ///< characters of a text

/// How a field is spelled in its CRM's JSON.
enum class Kind {
  text,
  email,           ///< text with an '@'
  option,          ///< one of the field's options
  flag,            ///< true, false
  ja_nein,         ///< "ja", "nein"
  iso_date,        ///< "1980-12-31"
  german_date,     ///< "31.12.1980"
  integer,         ///< 12
  number,          ///< 12.5
  integer_text,    ///< "12"
  german_decimal,  ///< "1.234,56"
  rows,            ///< a list of rows, each with an id of its own; written whole
};
std::string_view name_of(Kind kind);
/// The kind of that name; nullopt where there is none.
std::optional<Kind> kind_of(std::string_view name);

struct Field;

/// What a field of Kind::rows holds.
struct Rows {
  std::string id;           ///< the member of a row that holds its id: "id", "no"
  std::string id_prefix;    ///< "l-"; "" for integer ids
  bool renews_ids = false;  ///< whenever the list is written, all rows get new ids
  std::vector<Field> fields;
};

struct Field {
  std::string path;  ///< "email", "address.street"
  Kind kind = Kind::text;
  bool mandatory = false;
  std::string search_name;  ///< what a search calls it; "": cannot be searched
  std::vector<std::string> options;
  Rows rows = {};
  std::size_t max_length = kLengthMax;  ///< of texts, in characters
  bool custom = false;                  ///< added by the CRM's users
  bool removed = false;                 ///< not there for anybody; what it held comes back with it
};

/// Whether its length is limited.
bool has_length(Kind kind);

/// One object of a CRM: its fields and manners.
struct Schema {
  std::string object;     ///< as in paths: "contacts"
  std::string event;      ///< as in webhooks: "contact"
  std::string id_prefix;  ///< "c-"; "" for integer ids
  std::vector<Field> fields;
  bool trims = false;  ///< texts are stored without blanks around them
  bool search_skips_blanks = false;
  int refusal_status = 400;  ///< for invalid content

  /// The place of the field of that path; fields.size() if there is none.
  std::size_t index_of(std::string_view path) const;

  /// The place of the field that search calls so; fields.size() if there is none.
  std::size_t index_of_search(std::string_view name) const;

  /// How search compares: ASCII lower case, without blanks where the CRM skips them.
  std::string search_key(std::string_view text) const;
};

/// A field's new value: as stored, "" being blank; rows have no new ids yet.
struct Change {
  std::size_t field = 0;
  std::string value;
};

/// What a tree of properties asks to change; nested objects are fields with dots in their paths, a
/// null clears a field or a whole group. Throws Refused for unknown fields and invalid values.
std::vector<Change> read_changes(const Schema& schema, const Native& properties);

/// Throws Refused where a mandatory field is blank.
void check_mandatory(const Schema& schema, const std::vector<std::string>& values);

/// A stored value in its CRM's JSON; null if blank, an empty list if it is rows.
Native show_value(const Field& field, const std::string& stored, bool leave_out_blanks);

/// The fields as a tree, dots making nested objects.
Native show_fields(const Schema& schema, const std::vector<std::string>& values, bool leave_out_blanks);

}  // namespace counterpart::sandbox
