#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/ports/clock.h"
#include "connectors/ports/http_client.h"
#include "connectors/ports/random.h"
#include "connectors/ports/secret.h"
#include "mapping/config/problem.h"

namespace counterpart {

/// A configuration key that a kind of connector adds to its systems' sections.
struct SettingKey {
  std::string name;
  std::string doc;
  bool required = false;
  bool secret = false;
  std::string default_text;  ///< "" and not required: absent
};

/// A system's settings as its connector gets them.
struct SystemSettings {
  std::string name;                          ///< the system's short id
  std::map<std::string, std::string> plain;  ///< `url` and the kind's own keys
  std::map<std::string, Secret> secret;      ///< `password`, `token`, ...
  std::chrono::milliseconds timeout{std::chrono::seconds(30)};
};

/// What a connector is given to work with.
struct ConnectorPorts {
  HttpClient* http = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
};

/// A kind of system: compiled in, or declared in a YAML file.
class ConnectorKind {
 public:
  virtual ~ConnectorKind() = default;
  virtual std::string title() const = 0;
  virtual std::vector<SettingKey> settings() const = 0;
  /// `ports` outlive the connector.
  virtual std::unique_ptr<Connector> make(const SystemSettings& settings, const ConnectorPorts& ports) const = 0;
};

/// Names of the kinds that ship: compiled in, or as YAML definitions embedded in the binary.
std::vector<std::string> known_connectors();

/// The kind of that name, or declared in that file (a name with a '/' or ending in .yaml, relative
/// to `folder`). Mistakes in a definition, an unknown name (with the nearest known one), an
/// unreadable file go to `problems`; then nullptr. `place`: where the name stands, for messages.
std::shared_ptr<const ConnectorKind> find_connector(const std::string& name, const std::filesystem::path& folder,
                                                    const config::Place& place, config::Problems& problems);

}  // namespace counterpart
