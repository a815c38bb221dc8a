#include "server/topology/identity.h"

#include "server/store/keys.h"

namespace counterpart {

std::vector<std::pair<store::RecordKey, std::vector<KeyValue>>> identity_of(const ObjectMapping& mapping, Side side,
                                                                            const std::vector<Record>& records) {
  std::vector<std::pair<store::RecordKey, std::vector<KeyValue>>> identity;
  for (const Record& record : records) {
    if (store::fault_of_id(record.id)) continue;
    auto keys = match_keys(mapping, side, record);
    if (!keys.empty()) identity.emplace_back(store::RecordKey{mapping.name, side, record.id}, std::move(keys));
  }
  return identity;
}

}  // namespace counterpart
