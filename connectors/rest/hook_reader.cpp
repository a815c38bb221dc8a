#include "connectors/rest/hook_reader.h"

#include "connectors/rest/record_reader.h"
#include "mapping/values/json.h"

namespace counterpart::rest {
namespace {

constexpr std::size_t kItemsMost = 10'000;

bool fits(std::string_view pattern, std::string_view word) {
  if (!pattern.ends_with('*')) return pattern == word;
  pattern.remove_suffix(1);
  return word.starts_with(pattern);
}

std::string text_at(const std::optional<Path>& path, const Native& item) {
  const Native* value = path ? path->find(item) : nullptr;
  return value != nullptr ? value->plain() : "";
}

/// The declared object an item is about; "" for others.
std::string object_of(const Definition& definition, const Native& item, const HookRequest& request) {
  const HookObject& how = definition.webhooks->object;
  std::string word = text_at(how.path, item);
  if (how.segment) {
    const auto segment = static_cast<std::size_t>(*how.segment);
    word = segment < request.path.size() ? request.path[segment] : "";
  }
  if (word.empty()) {
    const std::string where = how.segment ? "the URL's path" : "'" + how.path->text() + "'";
    throw HookFormatError("nothing at " + where + " says what this is about");
  }
  if (how.map.empty()) return definition.object(word) != nullptr ? word : "";
  for (const auto& [pattern, object] : how.map)
    if (fits(pattern, word)) return object;
  return "";
}

News news_of(const Webhooks& how, std::string object, const Native& item) {
  News news;
  news.object = std::move(object);
  news.id = id_text(how.id.find(item));
  if (!is_id(news.id)) throw HookFormatError("nothing at '" + how.id.text() + "' says which record this is about");
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
    const auto items = how.items->find(body);
    if (!items) throw HookFormatError("there is no list at '" + how.items->list() + "'");
    return *items;
  }
  std::vector<const Native*> items;
  if (!body.is_array()) return {&body};
  for (const Native& item : body.array()) items.push_back(&item);
  return items;
}

Native parse_body(const std::string& body) {
  try {
    return parse_json(body);
  } catch (const JsonError& error) {
    throw HookFormatError(error.what());
  }
}

}  // namespace

std::vector<News> read_hook(const Definition& definition, const HookRequest& request) {
  if (!definition.webhooks) throw HookFormatError("this system sends no webhooks");
  const Native body = parse_body(request.body);
  const std::vector<const Native*> items = items_of(*definition.webhooks, body);
  if (items.size() > kItemsMost) throw HookFormatError("more than " + std::to_string(kItemsMost) + " events at once");
  std::vector<News> news;
  for (const Native* item : items) {
    std::string object = object_of(definition, *item, request);
    if (!object.empty()) news.push_back(news_of(*definition.webhooks, std::move(object), *item));
  }
  return news;
}

}  // namespace counterpart::rest
