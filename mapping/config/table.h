#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/config/key_doc.h"
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
  /// In words, for the documentation and for messages: "a duration such as 30s, 5m, 250ms".
  std::string words = {};
  /// The sections in it, for the documentation; empty where there are none. Types made of others pass it on.
  std::function<Inner()> inner = {};
};

Type<std::string> text();  ///< any scalar, as text
Type<std::string> name();  ///< a short id: letters, digits, _ and -
Type<bool> boolean();      ///< true or false
Type<std::int64_t> integer(std::int64_t least, std::int64_t most);
Type<std::chrono::milliseconds> duration();  ///< 250ms, 30s, 5m, 2h, 7d
/// A duration with limits, both included.
Type<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most);
Type<Native> anything();  ///< kept as data
Type<Node> scalar();      ///< any scalar, with its place: for paths, expressions and other small languages
Type<Node> node();        ///< anything, with its place: read later
/// Non-empty text that matches an ECMA pattern (for the schema) and passes `fits`; `words` says what is expected.
Type<std::string> text_like(std::string words, std::string pattern, std::function<bool(std::string_view)> fits);

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
/// A map whose keys are any text, in file order; `key` stands for them in the documentation.
template <class M>
Type<std::vector<std::pair<std::string, M>>> text_map_of(Type<M> item, const std::string& key = "TEXT");
template <class M>
Type<std::optional<M>> maybe(Type<M> item);
/// The same type with the place it was read at kept in M's member `place`.
template <class M>
Type<M> placed(Type<M> type);
/// The same type, read into another one.
template <class To, class M>
Type<To> read_as(Type<M> type, std::function<To(M)> convert);

/// Adds "expected ‹words›, found …" at the node.
void add_unexpected(const Node& node, const std::string& words, Problems& problems, std::string remedy = "");
/// True for a short id.
bool is_name(std::string_view text);
/// "250ms", "30s", ... in the largest unit that keeps it whole.
std::string print_duration(std::chrono::milliseconds duration);

/// The keys of one configuration section: reading it, its JSON Schema and its documentation all
/// follow from this one table. Unknown keys are mistakes, with the nearest known name; so are
/// missing required ones.
template <class T>
class Table {
 public:
  /// `title` names the section in messages ("a system").
  explicit Table(std::string title, std::string doc = "") : title_(std::move(title)), doc_(std::move(doc)) {}

  /// `member` is T's own or inherited.
  template <class M, class Owner>
  Table& required(std::string key, M Owner::* member, Type<M> type, std::string doc);
  /// The default is what a T{} holds.
  template <class M, class Owner>
  Table& optional(std::string key, M Owner::* member, Type<M> type, std::string doc);
  /// A nested section whose keys are kept in the same T.
  Table& section(std::string key, const Table& keys);
  /// A key that is kept by `put`, for keys that are known at run time only. No default is shown.
  template <class M>
  Table& key(std::string key, bool required, Type<M> type, std::function<void(T&, M)> put, std::string doc);
  /// Checked after all keys were read, for rules over several keys; adds its own mistakes.
  Table& check(std::function<void(const T&, const Node&, Problems&)> rule);

  /// The section as a type, for nesting.
  Type<T> type() const;
  /// Reads; mistakes go to `problems`, and what was wrong keeps its default.
  T read(const Node& node, Problems& problems) const;
  Native schema() const;

  /// The documentation of every key, those of sections inside included.
  std::vector<KeyDoc> keys() const;

 private:
  struct Entry {
    std::string key;
    std::string doc;
    bool required = false;
    std::string words;
    std::function<void(const Node&, T&, Problems&)> read;
    std::function<Native()> schema;
    std::function<Inner()> inner;
    Native default_value = {};  ///< null: not shown
  };

  void read_into(const Node& node, T& section, Problems& problems) const;
  const Entry* find(std::string_view key) const;
  void refuse_unknown(const Node::Member& member, Problems& problems) const;
  void refuse_missing(const Node& node, Problems& problems) const;

  std::string title_, doc_;
  std::vector<Entry> entries_;
  std::vector<std::function<void(const T&, const Node&, Problems&)>> checks_;
};

}  // namespace counterpart::config

#include "mapping/config/table_impl.h"
