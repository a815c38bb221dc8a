#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "connectors/tryton/session.h"

namespace counterpart::tryton {

/// The ids of rows that people know by a name or code; asked for once, then kept. Unknown names are
/// asked for again, since somebody may make them.
class Directory {
 public:
  Directory(Session& session, std::string model, std::string field)
      : session_(session), model_(std::move(model)), field_(std::move(field)) {}

  /// Learns the ids of the names it does not know yet.
  boost::asio::awaitable<std::optional<Refusal>> learn(std::set<std::string> names);

  /// The id as a number, or nullptr where Tryton has no such row.
  const Native* id(const std::string& name) const;

 private:
  Session& session_;
  std::string model_;
  std::string field_;
  std::map<std::string, Native> ids_;
};

}  // namespace counterpart::tryton
