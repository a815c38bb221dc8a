#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "connectors/rest/exchange.h"

namespace counterpart::rest {

/// Several records to be created or updated by one request.
struct BatchJob {
  const Object* object = nullptr;
  const Batch* batch = nullptr;
  Returns returns = Returns::none;
  std::optional<Path> id_path;  ///< of a new id in a result
  Manner manner;
  std::vector<Native> items;     ///< the rendered elements of ${items}
  std::vector<std::string> ids;  ///< of the records updated; empty for creates
};

/// Items [begin, end) of a job, as a job.
BatchJob part_of(const BatchJob& job, std::size_t begin, std::size_t end);

/// Sends the items, and gives one result an item. A refusal of the whole request changed nothing and
/// may be one item's fault: then each half is tried by itself.
boost::asio::awaitable<std::vector<WriteResult>> write_batch(const Exchange* exchange, BatchJob job);

/// The outcome of a write from the value that holds its record or id. `expected`: the id written to, "" for
/// a create.
WriteResult written(const Exchange& exchange, const Manner& manner, const RecordShape& shape, const Native* record,
                    const std::string& id, const std::string& expected, const HttpHeaders* headers);

}  // namespace counterpart::rest
