#include "connectors/tryton/objects.h"

#include <algorithm>

#include "connectors/tryton/spelling.h"

namespace counterpart::tryton {

const std::vector<const ObjectModel*>& object_models() {
  static const std::vector<const ObjectModel*> models = {&party_model(), &product_model(), &sale_model()};
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

bool is_changed(const std::string& name, const Native* before, const Native& after) {
  const Native* now = after.member(name);
  if (now == nullptr) return false;
  const Native* then = before != nullptr ? before->member(name) : nullptr;
  return then == nullptr ? !is_blank(now) : !(*then == *now);
}

const SearchPath* search_path(const ObjectModel& model, std::string_view text) {
  const auto& paths = model.searches;
  const auto found =
      std::find_if(paths.begin(), paths.end(), [&](const SearchPath& path) { return path.text == text; });
  return found != paths.end() ? &*found : nullptr;
}

}  // namespace counterpart::tryton
