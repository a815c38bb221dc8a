#include "server/store/reports.h"

#include "server/store/stored_json.h"

namespace counterpart::store {

Native read_status(Transaction& transaction) {
  Native status{Native::Object{}};
  status.set("syncs", parse_stored(transaction.exec("status").view(0, 0)));
  return status;
}

Native read_parked(Transaction& transaction, const std::optional<std::string>& sync,
                   std::optional<std::int64_t> parked_id) {
  const Arguments arguments{Cell(sync), Cell(parked_id)};
  Native parked{Native::Object{}};
  parked.set("parked", parse_stored(transaction.exec("parked", arguments).view(0, 0)));
  return parked;
}

Native read_stories(Transaction& transaction, const std::vector<Store::Subject>& subjects) {
  Native::Array records;
  for (const Store::Subject& subject : subjects) {
    const Arguments arguments{subject.sync, subject.sync_name, subject.key.mapping, static_cast<int>(subject.key.side),
                              subject.key.id};
    records.push_back(parse_stored(transaction.exec("explain", arguments).view(0, 0)));
  }
  Native stories{Native::Object{}};
  stories.set("records", std::move(records));
  return stories;
}

}  // namespace counterpart::store
