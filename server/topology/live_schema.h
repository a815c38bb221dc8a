#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "mapping/schema/description.h"

namespace counterpart {

/// A system's objects as it describes them now, as far as it was asked. Of the io thread.
class LiveSchema {
 public:
  /// nullptr: not known (yet).
  std::shared_ptr<const ObjectDescription> object(std::string_view name) const {
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : found->second;
  }

  /// Something that the system answered lets doubt that its objects are as they were.
  void doubt() const {
    if (on_doubt) on_doubt();
  }

  std::function<void()> on_doubt;  ///< asks again; set by who does

  void learn(const std::string& object, ObjectDescription description) {
    objects_[object] = std::make_shared<const ObjectDescription>(std::move(description));
  }

 private:
  std::map<std::string, std::shared_ptr<const ObjectDescription>, std::less<>> objects_;
};

}  // namespace counterpart
