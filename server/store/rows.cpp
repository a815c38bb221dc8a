#include "server/store/rows.h"

namespace counterpart::store {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::written:
      return "written";
    case Outcome::unchanged:
      return "unchanged";
    case Outcome::echo:
      return "echo";
    case Outcome::excluded:
      return "excluded";
    case Outcome::waiting:
      return "waiting";
    case Outcome::frozen:
      return "frozen";
    case Outcome::parked:
      return "parked";
    case Outcome::retry:
      return "retry";
    case Outcome::erased:
      return "erased";
    case Outcome::gone:
      return "gone";
    case Outcome::linked:
      return "linked";
  }
  return "unknown";
}

}  // namespace counterpart::store
