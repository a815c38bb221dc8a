#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "mapping/schema/drift.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// Asks each system for the fields of the objects that take part: at the start, every `schema.every`, and after it has
/// refused a write. What it tells is there for validation (System::schema), and is compared with what was stored: what
/// has changed since is kept in the database and an alert "schema" about system/object/field. A field that is gone, or
/// narrower than it was accepted, is stopped in the mappings that need it, until it is back, or a person accepts it.
/// Several daemons may watch: the one that keeps a change first reports it.
class SchemaWatch {
 public:
  SchemaWatch(boost::asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock,
              Metrics& metrics);

  /// Looks at the system now and then until stop(). Ends at once where it tells no fields.
  boost::asio::awaitable<void> watch(System& system);

  /// Looks at all its objects now. Whether it tells the fields of any, or may tell them later.
  boost::asio::awaitable<bool> look(System& system);

  /// Nothing more is asked.
  void stop() { stopping_ = true; }

 private:
  struct Seen;  // an object as it was, and is
  /// What an object needs that is not there, by its accepted description.
  struct Narrowed {
    ObjectDescription accepted;
    std::vector<SchemaChange> changes;
  };
  using ObjectOfSystem = std::pair<const System*, std::string>;

  void listen(System& system);
  boost::asio::awaitable<void> look_again(System& system);
  boost::asio::awaitable<bool> learn(System& system, std::string object);
  boost::asio::awaitable<std::optional<Seen>> keep(System& system, std::string object, ObjectDescription now);
  boost::asio::awaitable<void> tell(const System& system, std::string object, const Seen* seen);
  boost::asio::awaitable<void> raise(const System& system, std::string object, SchemaChange change);
  boost::asio::awaitable<void> stop_fields(const System& system, std::string object);
  boost::asio::awaitable<void> list_anew(Participation part);

  boost::asio::any_io_executor executor_;
  Topology& topology_;
  store::Store& store_;
  Clock& clock_;
  Metrics& metrics_;
  std::map<ObjectOfSystem, Narrowed> narrowed_;
  std::map<std::pair<const Sync*, std::string>, std::set<std::string>> stopped_;  ///< fields, by mapping
  std::map<const System*, std::chrono::microseconds> doubted_;                    ///< by Clock::uptime()
  std::set<const System*> looking_;
  bool stopping_ = false;
};

}  // namespace counterpart
