#include "connectors/connector.h"

namespace counterpart {

std::string_view name_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::retry:
      return "retry";
    case Failure::Kind::system_down:
      return "system_down";
    case Failure::Kind::in_doubt:
      return "in_doubt";
    case Failure::Kind::conflict:
      return "conflict";
    case Failure::Kind::rejected:
      return "rejected";
    case Failure::Kind::credentials:
      return "credentials";
    case Failure::Kind::not_found:
      return "not_found";
    case Failure::Kind::not_sent:
      return "not_sent";
  }
  return "retry";
}

}  // namespace counterpart
