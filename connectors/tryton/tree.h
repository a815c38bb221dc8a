#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/tryton/objects.h"

namespace counterpart::tryton {

/// One row that a record is made of, and when and by whom it was last written.
struct Part {
  std::string name;   ///< "p" for the record's own row, or mark and id: "cm7"
  std::string stamp;  ///< Tryton's own, seconds since 1970 with microseconds
  std::string writer;
};

/// Stamp by part. As text, it is a record's revision: "p:1795225000.123088;cm7:…".
using Stamps = std::map<std::string, std::string>;
Stamps stamps_of(const std::string& revision);

/// A record with all its rows, as read at one moment.
struct Tree {
  Record record;
  std::vector<Part> parts;  ///< the record's own row first
};

/// What to ask Tryton for: everything in one call, so that it is of one moment.
Native::Array asked_fields(const ObjectModel& model);

/// nullopt where the row is not shaped as asked for.
std::optional<Tree> tree_of(const ObjectModel& model, const Native& row);

/// Whether a part's stamp tells more than the second: on PostgreSQL it does, on SQLite two writes of one second
/// bear the same stamp.
bool tells_fractions(const Tree& tree);

/// Whether nobody but `user`, in one transaction, can have made what differs from `before`.
bool only_by(const std::string& user, const Tree& tree, const Stamps& before, const std::vector<std::string>& deleted);

/// "party.contact_mechanism,9" of part "cm9"; the record's own row where it is "p".
std::string resource(const ObjectModel& model, const std::string& part, const std::string& id);

}  // namespace counterpart::tryton
