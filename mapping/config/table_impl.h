#pragma once

// The templates of table.h; included by it.

#include <algorithm>
#include <type_traits>

#include "mapping/config/table.h"

namespace counterpart::config {

namespace detail {

/// "'a', 'b' or 'c'".
std::string one_of(const std::vector<std::string>& words);
std::string plain_default(const Native& value);
Native object_schema(const std::string& doc, Native::Object properties, Native::Array required);
Native described(Native schema, const std::string& doc, const Native& default_value);
bool is_true_map(const Node& node, const std::string& words, Problems& problems);
void add_unknown_key(const Node::Member& member, const std::string& title, const std::vector<std::string>& known,
                     Problems& problems);
void add_empty_key(const Node::Member& member, const std::string& title, const std::string& doc, Problems& problems);
void add_missing_key(const Node& node, const std::string& title, const std::string& key, const std::string& doc,
                     Problems& problems);
void add_bad_name(const Node::Member& member, Problems& problems);
void add_unknown_word(const Node& node, const std::vector<std::string>& words, Problems& problems);
Native free_map_schema(Native item, bool names);

template <class M>
std::optional<std::vector<M>> read_items(const Type<M>& item, const std::vector<Node>& nodes, Problems& problems) {
  std::vector<M> result;
  bool whole = true;
  for (const Node& node : nodes) {
    std::optional<M> value = node.unreadable ? std::nullopt : item.read(node, problems);
    if (value) result.push_back(std::move(*value));
    whole = whole && value.has_value();
  }
  if (!whole) return std::nullopt;
  return result;
}

template <class M>
Native show_items(const Type<M>& item, const std::vector<M>& values) {
  Native::Array shown;
  for (const M& value : values) {
    Native one = item.show ? item.show(value) : Native();
    if (one.is_null()) return Native();
    shown.push_back(std::move(one));
  }
  return shown.empty() ? Native() : Native(std::move(shown));
}

/// The same sections, one step further away.
template <class M>
std::function<Inner()> inner_behind(const std::string& way, const Type<M>& item) {
  if (!item.inner) return {};
  return [way, inside = item.inner] {
    Inner inner = inside();
    inner.way.insert(0, way);
    return inner;
  };
}

template <class M>
Type<std::vector<std::pair<std::string, M>>> free_map_of(Type<M> item, bool names, const std::string& key) {
  using Rows = std::vector<std::pair<std::string, M>>;
  const std::string words = "a map";
  Type<Rows> type;
  type.words = words;
  type.inner = inner_behind("." + key, item);
  type.schema = [item, names] { return free_map_schema(item.schema(), names); };
  type.show = [](const Rows&) { return Native(); };
  type.read = [item, names, words](const Node& node, Problems& problems) -> std::optional<Rows> {
    if (!is_true_map(node, words, problems)) return std::nullopt;
    Rows rows;
    for (const Node::Member& member : node.members) {
      const bool good_key = !names || is_name(member.key);
      if (!good_key) add_bad_name(member, problems);
      std::optional<M> value = member.value.unreadable ? std::nullopt : item.read(member.value, problems);
      if (good_key && value) rows.emplace_back(member.key, std::move(*value));
    }
    return rows;
  };
  return type;
}

}  // namespace detail

template <class E>
Type<E> choice(std::vector<std::pair<std::string, E>> words) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.push_back(word);
  Type<E> type;
  type.words = detail::one_of(names);
  type.schema = [names] {
    Native::Array words_array(names.begin(), names.end());
    return Native(Native::Object{{"type", "string"}, {"enum", std::move(words_array)}});
  };
  type.show = [words](const E& value) {
    for (const auto& [word, meaning] : words) {
      if (meaning == value) return Native(word);
    }
    return Native();
  };
  type.read = [words, names](const Node& node, Problems& problems) -> std::optional<E> {
    for (const auto& [word, value] : words) {
      if (node.kind == Node::Kind::scalar && node.scalar == word) return value;
    }
    detail::add_unknown_word(node, names, problems);
    return std::nullopt;
  };
  return type;
}

template <class M>
Type<std::vector<M>> list_of(Type<M> item) {
  Type<std::vector<M>> type;
  type.words = item.words.empty() ? "a list" : "a list, each " + item.words;
  type.inner = detail::inner_behind("[]", item);
  type.schema = [item] { return Native(Native::Object{{"type", "array"}, {"items", item.schema()}}); };
  type.show = [item](const std::vector<M>& values) { return detail::show_items(item, values); };
  type.read = [item](const Node& node, Problems& problems) -> std::optional<std::vector<M>> {
    if (node.kind != Node::Kind::list) {
      add_unexpected(node, "a list", problems, "write [first, second], or lines that begin with -");
      return std::nullopt;
    }
    return detail::read_items(item, node.items, problems);
  };
  return type;
}

template <class M>
Type<std::vector<M>> one_or_list_of(Type<M> item) {
  Type<std::vector<M>> type = list_of(item);
  type.words = item.words.empty() ? "one, or a list" : item.words + ", or a list of such";
  type.schema = [item] {
    Native list(Native::Object{{"type", "array"}, {"items", item.schema()}, {"minItems", Native::integer(1)}});
    return Native(Native::Object{{"anyOf", Native(Native::Array{item.schema(), std::move(list)})}});
  };
  type.read = [item](const Node& node, Problems& problems) -> std::optional<std::vector<M>> {
    if (node.kind == Node::Kind::list && node.items.empty()) {
      add_unexpected(node, "at least one item", problems, "fill the list, or remove the key");
      return std::nullopt;
    }
    if (node.kind == Node::Kind::list) return detail::read_items(item, node.items, problems);
    return detail::read_items(item, {node}, problems);
  };
  return type;
}

template <class M>
Type<std::vector<std::pair<std::string, M>>> map_of(Type<M> item) {
  return detail::free_map_of(std::move(item), true, "NAME");
}

template <class M>
Type<std::vector<std::pair<std::string, M>>> text_map_of(Type<M> item, const std::string& key) {
  return detail::free_map_of(std::move(item), false, key);
}

template <class M>
Type<std::optional<M>> maybe(Type<M> item) {
  Type<std::optional<M>> type;
  type.words = item.words;
  type.inner = item.inner;
  type.schema = item.schema;
  type.show = [item](const std::optional<M>& value) { return value && item.show ? item.show(*value) : Native(); };
  type.read = [item](const Node& node, Problems& problems) -> std::optional<std::optional<M>> {
    std::optional<M> value = item.read(node, problems);
    if (!value) return std::nullopt;
    return std::optional<std::optional<M>>(std::in_place, std::move(value));
  };
  return type;
}

template <class To, class M>
Type<To> read_as(Type<M> type, std::function<To(M)> convert) {
  Type<To> result;
  result.words = type.words;
  result.inner = type.inner;
  result.schema = type.schema;
  result.show = [](const To&) { return Native(); };
  result.read = [read = std::move(type.read), convert = std::move(convert)](const Node& node,
                                                                            Problems& problems) -> std::optional<To> {
    std::optional<M> value = read(node, problems);
    if (!value) return std::nullopt;
    return convert(std::move(*value));
  };
  return result;
}

template <class M>
Type<M> placed(Type<M> type) {
  type.read = [read = std::move(type.read)](const Node& node, Problems& problems) {
    std::optional<M> value = read(node, problems);
    if (value) value->place = node.place;
    return value;
  };
  return type;
}

template <class T>
template <class M, class Owner>
Table<T>& Table<T>::required(std::string key, M Owner::* member, Type<M> type, std::string doc) {
  static_assert(std::is_base_of_v<Owner, T>);
  return this->key<M>(
      std::move(key), true, std::move(type), [member](T& section, M value) { section.*member = std::move(value); },
      std::move(doc));
}

template <class T>
template <class M, class Owner>
Table<T>& Table<T>::optional(std::string key, M Owner::* member, Type<M> type, std::string doc) {
  static_assert(std::is_base_of_v<Owner, T>);
  Native default_value = type.show ? type.show(T{}.*member) : Native();
  this->key<M>(
      std::move(key), false, std::move(type), [member](T& section, M value) { section.*member = std::move(value); },
      std::move(doc));
  entries_.back().default_value = std::move(default_value);
  return *this;
}

template <class T>
Table<T>& Table<T>::section(std::string key, const Table& keys) {
  const auto table = std::make_shared<const Table>(keys);
  Entry entry;
  entry.key = std::move(key);
  entry.doc = keys.doc_;
  entry.words = "a map";
  entry.schema = [table] { return table->schema(); };
  entry.read = [table](const Node& node, T& section, Problems& problems) { table->read_into(node, section, problems); };
  entry.inner = [table] { return Inner{"", table->keys()}; };
  entries_.push_back(std::move(entry));
  return *this;
}

template <class T>
template <class M>
Table<T>& Table<T>::key(std::string key, bool required, Type<M> type, std::function<void(T&, M)> put, std::string doc) {
  Entry entry;
  entry.key = std::move(key);
  entry.doc = std::move(doc);
  entry.required = required;
  entry.words = type.words;
  entry.inner = type.inner;
  entry.schema = type.schema;
  entry.read = [read = std::move(type.read), put = std::move(put)](const Node& node, T& section, Problems& problems) {
    std::optional<M> value = read(node, problems);
    if (value) put(section, std::move(*value));
  };
  entries_.push_back(std::move(entry));
  return *this;
}

template <class T>
Table<T>& Table<T>::check(std::function<void(const T&, const Node&, Problems&)> rule) {
  checks_.push_back(std::move(rule));
  return *this;
}

template <class T>
Type<T> Table<T>::type() const {
  const auto table = std::make_shared<const Table>(*this);
  Type<T> type;
  type.words = "a map";
  type.inner = [table] { return Inner{"", table->keys()}; };
  type.schema = [table] { return table->schema(); };
  type.show = [](const T&) { return Native(); };
  type.read = [table](const Node& node, Problems& problems) -> std::optional<T> {
    if (!detail::is_true_map(node, "a map (" + table->title_ + ")", problems)) return std::nullopt;
    return table->read(node, problems);
  };
  return type;
}

template <class T>
T Table<T>::read(const Node& node, Problems& problems) const {
  T section{};
  read_into(node, section, problems);
  return section;
}

template <class T>
void Table<T>::read_into(const Node& node, T& section, Problems& problems) const {
  if (!detail::is_true_map(node, "a map (" + title_ + ")", problems)) return;
  for (const Node::Member& member : node.members) {
    const Entry* entry = find(member.key);
    if (entry == nullptr) {
      refuse_unknown(member, problems);
    } else if (entry->required && member.value.kind == Node::Kind::null) {
      detail::add_empty_key(member, title_, entry->doc, problems);
    } else if (!member.value.unreadable) {
      entry->read(member.value, section, problems);
    }
  }
  refuse_missing(node, problems);
  for (const auto& rule : checks_) rule(section, node, problems);
}

template <class T>
Native Table<T>::schema() const {
  Native::Object properties;
  Native::Array required;
  for (const Entry& entry : entries_) {
    properties.emplace_back(entry.key, detail::described(entry.schema(), entry.doc, entry.default_value));
    if (entry.required) required.emplace_back(entry.key);
  }
  return detail::object_schema(doc_, std::move(properties), std::move(required));
}

template <class T>
std::vector<KeyDoc> Table<T>::keys() const {
  std::vector<KeyDoc> docs;
  for (const Entry& entry : entries_) {
    KeyDoc doc{entry.key, entry.words, detail::plain_default(entry.default_value), entry.doc, entry.required};
    Inner inner = entry.inner ? entry.inner() : Inner();
    doc.way = std::move(inner.way);
    doc.inner = std::move(inner.keys);
    docs.push_back(std::move(doc));
  }
  return docs;
}

template <class T>
const typename Table<T>::Entry* Table<T>::find(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

template <class T>
void Table<T>::refuse_unknown(const Node::Member& member, Problems& problems) const {
  std::vector<std::string> known;
  for (const Entry& entry : entries_) known.push_back(entry.key);
  detail::add_unknown_key(member, title_, known, problems);
}

template <class T>
void Table<T>::refuse_missing(const Node& node, Problems& problems) const {
  for (const Entry& entry : entries_) {
    const bool missing = entry.required && node.find(entry.key) == nullptr;
    if (missing) detail::add_missing_key(node, title_, entry.key, entry.doc, problems);
  }
}

}  // namespace counterpart::config
