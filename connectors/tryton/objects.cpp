#include "connectors/tryton/objects.h"

#include <algorithm>

namespace counterpart::tryton {

const std::vector<const ObjectModel*>& object_models() {
  static const std::vector<const ObjectModel*> models = {&party_model()};
  return models;
}

const ObjectModel* object_model(std::string_view name) {
  const auto& models = object_models();
  const auto found = std::find_if(models.begin(), models.end(), [&](const auto* model) { return model->name == name; });
  return found != models.end() ? *found : nullptr;
}

std::string object_names() {
  std::string names;
  for (const ObjectModel* model : object_models()) names += (names.empty() ? "" : ", ") + model->name;
  return names;
}

const SearchPath* search_path(const ObjectModel& model, std::string_view text) {
  const auto& paths = model.searches;
  const auto found =
      std::find_if(paths.begin(), paths.end(), [&](const SearchPath& path) { return path.text == text; });
  return found != paths.end() ? &*found : nullptr;
}

}  // namespace counterpart::tryton
