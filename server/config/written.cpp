#include "server/config/written.h"

#include <functional>

namespace counterpart {
namespace {

constexpr std::size_t kPlacesShown = 20;

std::size_t fingerprint_of(const config::Node& node) {
  const std::string kind = std::to_string(static_cast<int>(node.kind)) + (node.quoted ? "q" : "");
  return std::hash<std::string>()(kind + ' ' + node.scalar);
}

void print_list(std::string& text, const char* what, const std::vector<std::string>& places) {
  if (places.empty()) return;
  text += (text.empty() ? "" : "; ") + std::string(what) + ": ";
  for (std::size_t i = 0; i < places.size() && i < kPlacesShown; ++i) text += (i == 0 ? "" : ", ") + places[i];
  if (places.size() > kPlacesShown) text += " and " + std::to_string(places.size() - kPlacesShown) + " more";
}

}  // namespace

void add_written(const config::Node& node, const std::string& prefix, WrittenPlaces& written) {
  const std::string dot = prefix.empty() || prefix.ends_with(": ") ? "" : ".";
  for (const config::Node::Member& member : node.members) add_written(member.value, prefix + dot + member.key, written);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    add_written(node.items[i], prefix + '[' + std::to_string(i) + ']', written);
  }
  if (node.members.empty() && node.items.empty()) written[prefix] = fingerprint_of(node);
}

ConfigurationChanges changes_between(const WrittenPlaces& before, const WrittenPlaces& after) {
  ConfigurationChanges changes;
  for (const auto& [place, value] : before) {
    const auto found = after.find(place);
    if (found == after.end()) {
      changes.removed.push_back(place);
    } else if (found->second != value) {
      changes.changed.push_back(place);
    }
  }
  for (const auto& [place, value] : after) {
    if (!before.contains(place)) changes.added.push_back(place);
  }
  return changes;
}

std::string ConfigurationChanges::print() const {
  if (none()) return "nothing";
  std::string text;
  print_list(text, "changed", changed);
  print_list(text, "added", added);
  print_list(text, "removed", removed);
  return text;
}

}  // namespace counterpart
