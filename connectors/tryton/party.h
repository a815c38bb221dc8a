#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace counterpart::tryton {

inline constexpr const char* kParty = "party.party";

/// A model whose rows belong to a party.
struct ChildModel {
  const char* collection;  ///< its name in the record, and in Tryton
  const char* model;
  const char* mark;                 ///< before its ids in a revision
  std::vector<const char*> fields;  ///< in the record, besides id
  const char* vital;                ///< a row is there only with it; "" if any value will do
};
const std::array<ChildModel, 3>& child_models();

/// One row that a party is made of, and when and by whom it was last written.
struct Part {
  std::string name;   ///< "p" for the party itself, or mark and id: "cm7"
  std::string stamp;  ///< Tryton's own, seconds since 1970 with microseconds
  std::string writer;
};

/// Stamp by part. As text, it is a party's revision: "p:1795225000.123088;cm7:…".
using Stamps = std::map<std::string, std::string>;
Stamps stamps_of(const std::string& revision);

/// A party with all its rows, as read at one moment.
struct Party {
  Record record;
  std::vector<Part> parts;  ///< the party itself first
};

/// What to ask Tryton for: everything in one call, so that it is of one moment.
Native::Array party_fields();

/// Whether a part's stamp tells more than the second: on PostgreSQL it does, on SQLite two writes of one second
/// bear the same stamp.
bool tells_fractions(const Party& party);

/// nullopt where the row is not shaped as asked for.
std::optional<Party> party_of(const Native& row);

/// Whether nobody but `user`, in one transaction, can have made what differs from `before`.
bool only_by(const std::string& user, const Party& party, const Stamps& before,
             const std::vector<std::string>& deleted);

/// An id as JSON number; nullopt for a text that cannot be one.
std::optional<Native> id_number(std::string_view id);

/// Tryton's spelling of a point in time.
Native tagged(Instant instant);

}  // namespace counterpart::tryton
