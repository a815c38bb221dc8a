#include "connectors/rest/kind.h"

#include "connectors/rest/definition.h"
#include "connectors/rest/rest_connector.h"

namespace counterpart::rest {
namespace {

class RestKind : public ConnectorKind {
 public:
  explicit RestKind(Definition definition) : definition_(std::make_shared<const Definition>(std::move(definition))) {}

  std::string title() const override { return definition_->title; }

  std::vector<SettingKey> settings() const override {
    std::vector<SettingKey> keys;
    for (const auto& [name, setting] : definition_->settings)
      keys.push_back({name, setting.doc, setting.required, setting.secret, setting.default_text});
    return keys;
  }

  std::unique_ptr<Connector> make(const SystemSettings& settings, const ConnectorPorts& ports) const override {
    return std::make_unique<RestConnector>(definition_, settings, ports);
  }

 private:
  std::shared_ptr<const Definition> definition_;
};

}  // namespace

std::shared_ptr<const ConnectorKind> kind_from_text(std::string_view text, const std::string& file,
                                                    config::Problems& problems) {
  auto definition = read_definition(text, file, problems);
  if (!definition) return nullptr;
  return std::make_shared<const RestKind>(std::move(*definition));
}

}  // namespace counterpart::rest
