#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/config/node.h"
#include "mapping/config/problem.h"
#include "mapping/values/native.h"

namespace counterpart::config {

/// How a value is read from a node, and described in the JSON Schema made from the same table.
template <class M>
struct Type {
  /// The value, or nullopt after a mistake was added to the problems.
  std::function<std::optional<M>(const Node&, Problems&)> read;
  /// Its JSON Schema (draft 2020-12), an object.
  std::function<Native()> schema;
  /// How a default is shown in the schema and the documentation; null: not shown.
  std::function<Native(const M&)> show;
};

Type<std::string> text();              ///< any scalar, as text
Type<std::string> name();              ///< a short id: letters, digits, _ and -
Type<bool> boolean();                  ///< true or false
Type<std::int64_t> integer(std::int64_t least, std::int64_t most);
Type<std::chrono::milliseconds> duration();  ///< 250ms, 30s, 5m, 2h, 7d
Type<Native> anything();               ///< kept as data

/// One of some words.
template <class E>
Type<E> choice(std::vector<std::pair<std::string, E>> words);

template <class M>
Type<std::vector<M>> list_of(Type<M> item);
/// One item, or a list of them.
template <class M>
Type<std::vector<M>> one_or_list_of(Type<M> item);
/// A map with free keys, in file order; keys are short ids.
template <class M>
Type<std::vector<std::pair<std::string, M>>> map_of(Type<M> item);
template <class M>
Type<std::optional<M>> maybe(Type<M> item);

/// The keys of one configuration section: reading it, its JSON Schema and its documentation all
/// follow from this one table. Unknown keys are mistakes, with the nearest known name; so are
/// missing required ones.
template <class T>
class Table {
 public:
  /// `title` names the section in messages ("a system").
  explicit Table(std::string title, std::string doc = "") : title_(std::move(title)), doc_(std::move(doc)) {}

  template <class M>
  Table& required(std::string key, M T::*member, Type<M> type, std::string doc);
  /// The default is what a T{} holds.
  template <class M>
  Table& optional(std::string key, M T::*member, Type<M> type, std::string doc);
  /// Checked after all keys were read, for rules over several keys; adds its own mistakes.
  Table& check(std::function<void(const T&, const Node&, Problems&)> rule);

  /// The section as a type, for nesting.
  Type<T> type() const;
  /// Reads; mistakes go to `problems`, and what was wrong keeps its default.
  T read(const Node& node, Problems& problems) const;
  Native schema() const;

  /// One key's documentation, for the README's reference.
  struct KeyDoc {
    std::string key;
    std::string type;
    std::string default_text;
    std::string doc;
    bool required;
  };
  std::vector<KeyDoc> keys() const;

 private:
  std::string title_, doc_;
};

}  // namespace counterpart::config
