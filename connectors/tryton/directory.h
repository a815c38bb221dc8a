#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/tryton/session.h"

namespace counterpart::tryton {

/// Where the rows are that people know by a name or code.
struct Lookup {
  enum class Key : std::uint8_t { text, id, decimal };
  const char* model;   ///< "country.country"
  const char* field;   ///< that names its rows: "code"
  const char* what;    ///< a row in a message: "country"
  const char* remedy;  ///< what a person can do where there is none
  Key key = Key::text;
  bool inactive = true;                ///< inactive rows count as well
  std::vector<const char*> also = {};  ///< asked for besides; then rows are not kept, for it may change
};

/// Names by where to look for them.
using Names = std::map<const Lookup*, std::set<std::string>>;

/// The rows that people know by a name or code; asked for once, then kept, where only their ids are asked for.
/// Unknown names are asked for again, since somebody may make them. For one thread.
class Directories {
 public:
  explicit Directories(Session& session) : session_(session) {}

  /// Learns the rows of names it does not know yet: a call a lookup, and none where all are known.
  boost::asio::awaitable<std::optional<Refusal>> learn(Names names);

  /// The rows of a name that was learnt, with `id`, the field and what was asked for besides; maybe none.
  const std::vector<Native>& rows(const Lookup& lookup, const std::string& name) const;

  /// The id of the first of them, a number. Throws Unsuitable where there is none.
  const Native& id(const Lookup& lookup, const std::string& name) const;

 private:
  using Rows = std::map<std::string, std::vector<Native>>;
  boost::asio::awaitable<std::optional<Refusal>> learn(const Lookup* lookup, std::set<std::string> names);

  Session& session_;
  std::map<const Lookup*, Rows> known_;
};

}  // namespace counterpart::tryton
