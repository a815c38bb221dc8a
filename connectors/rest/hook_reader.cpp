#include "connectors/rest/hook_reader.h"

#include "connectors/rest/record_reader.h"
#include "connectors/webhook/body.h"
#include "mapping/values/json.h"

namespace counterpart::rest {
namespace {

constexpr std::size_t kItemsMost = 10'000;

bool fits(std::string_view pattern, std::string_view word) {
  if (!pattern.ends_with('*')) return pattern == word;
  pattern.remove_suffix(1);
  return word.starts_with(pattern);
}

/// What the request says an item is about, and where it says so.
std::pair<std::string, std::string> word_of(const HookObject& how, const Native& item, const HookRequest& request) {
  if (how.segment) {
    const auto segment = static_cast<std::size_t>(*how.segment);
    return {segment < request.path.size() ? request.path[segment] : "", "the URL's path"};
  }
  if (how.header) {
    const std::string* header = find_header(request.headers, *how.header);
    return {header != nullptr ? *header : "", "header " + *how.header};
  }
  return {text_at(how.path, item), "'" + how.path->text() + "'"};
}

/// The declared object an item is about; "" for others.
std::string object_of(const Definition& definition, const Native& item, const HookRequest& request) {
  const HookObject& how = definition.webhooks->object;
  const auto [word, where] = word_of(how, item, request);
  if (word.empty()) throw HookFormatError("nothing at " + where + " says what this is about");
  if (how.map.empty()) return definition.object(word) != nullptr ? word : "";
  for (const auto& [pattern, object] : how.map)
    if (fits(pattern, word)) return object;
  return "";
}

/// The records an item is about: one, or a list of them.
std::vector<std::string> ids_of(const Webhooks& how, const Native& item) {
  std::vector<std::string> ids;
  const Native* found = how.id.find(item);
  if (found != nullptr && found->is_array()) {
    for (const Native& id : found->array()) ids.push_back(id_text(&id));
  } else {
    ids.push_back(id_text(found));
  }
  for (const std::string& id : ids)
    if (!is_id(id)) throw HookFormatError("nothing at '" + how.id.text() + "' says which record this is about");
  return ids;
}

News news_of(const Webhooks& how, std::string object, std::string id, const Native& item) {
  News news;
  news.object = std::move(object);
  news.id = std::move(id);
  news.event_id = text_at(how.event_id, item);
  news.event_id_unique = how.event_id_unique && !news.event_id.empty();
  news.hint.revision = text_at(how.revision, item);
  news.hint.actor = text_at(how.actor, item);
  const Native* changed = how.changed ? how.changed->find(item) : nullptr;
  if (changed != nullptr && changed->is_object()) news.hint.changed = *changed;
  news.hinted = !(news.hint == NewsHint{});
  const Native* at = how.at ? how.at->path.find(item) : nullptr;
  if (at != nullptr) news.at = how.at->format.parse(*at);
  return news;
}

std::vector<const Native*> items_of(const Webhooks& how, const Native& body) {
  if (how.items) {
    auto items = how.items->find_or_one(body);
    if (!items) throw HookFormatError("there is no list at '" + how.items->list() + "'");
    return *std::move(items);
  }
  std::vector<const Native*> items;
  if (!body.is_array()) return {&body};
  for (const Native& item : body.array()) items.push_back(&item);
  return items;
}

/// Removes what stands at the steps from `step` on.
void erase(Native& tree, const std::vector<Path::Step>& steps, std::size_t step) {
  if (tree.is_array()) {
    const auto* index = std::get_if<Path::Index>(&steps[step]);
    const bool element = index != nullptr || !std::holds_alternative<Path::Name>(steps[step]);
    // Of rows chosen by what they hold all are meant: better one secret too few kept than one too many.
    for (std::size_t i = 0; i < tree.array().size(); ++i) {
      if (index != nullptr && index->index != i) continue;
      if (element && step + 1 == steps.size()) {
        tree.array()[i] = Native();
      } else {
        erase(tree.array()[i], steps, element ? step + 1 : step);
      }
    }
    return;
  }
  const auto* name = std::get_if<Path::Name>(&steps[step]);
  if (name == nullptr) return;
  if (step + 1 == steps.size()) {
    tree.remove(name->name);
  } else if (Native* member = tree.member(name->name)) {
    erase(*member, steps, step + 1);
  }
}

}  // namespace

std::vector<News> read_hook(const Definition& definition, const HookRequest& request) {
  if (!definition.webhooks) throw HookFormatError("this system sends no webhooks");
  const Webhooks& how = *definition.webhooks;
  const Native body = hook::read_body(how.body, request.body);
  const std::vector<const Native*> items = items_of(how, body);
  if (items.size() > kItemsMost) throw HookFormatError("more than " + std::to_string(kItemsMost) + " events at once");
  std::vector<News> news;
  for (const Native* item : items) {
    std::string object = object_of(definition, *item, request);
    if (object.empty()) continue;
    for (std::string& id : ids_of(how, *item)) news.push_back(news_of(how, object, std::move(id), *item));
    if (news.size() > kItemsMost) throw HookFormatError("more than " + std::to_string(kItemsMost) + " records at once");
  }
  return news;
}

std::optional<std::string> filtered_hook(const Definition& definition, const HookRequest& request) {
  if (!definition.webhooks || definition.webhooks->filter.empty()) return std::nullopt;
  Native body = hook::read_body(definition.webhooks->body, request.body);
  for (const Path& path : definition.webhooks->filter) {
    if (!path.steps().empty()) erase(body, path.steps(), 0);
  }
  return print_json(body);
}

}  // namespace counterpart::rest
