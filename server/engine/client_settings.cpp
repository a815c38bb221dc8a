#include "server/engine/client_settings.h"

namespace counterpart {

http::ClientSettings client_settings(const SystemConfiguration& system) {
  http::ClientSettings settings;
  settings.system = system.name;
  settings.connections = static_cast<std::size_t>(system.connections);
  settings.ca_file = system.ca_file;
  settings.client_certificate = system.client_certificate;
  settings.client_key = system.client_key;
  settings.proxy = system.proxy;
  settings.connect_timeout = system.connect_timeout;
  settings.idle_timeout = system.idle_timeout;
  settings.response_bytes = static_cast<std::size_t>(system.answer_bytes);
  return settings;
}

}  // namespace counterpart
