#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/config/problem.h"
#include "mapping/values/native.h"

namespace counterpart::config {

/// A value in a YAML file, with its place; independent of the YAML library.
class Node {
 public:
  enum class Kind { null, scalar, list, map };
  struct Member;  // key text, the key's place, value

  Kind kind = Kind::null;
  Place place;
  std::string scalar;   ///< as written, after interpolation
  bool quoted = false;  ///< a quoted scalar is text, whatever it looks like
  /// Holds something from `${env:…}` or `${file:…}`: never shown in a message, it may be a secret.
  bool interpolated = false;
  /// What it refers to could not be had, and that was told: anything else said of it would mislead.
  bool unreadable = false;
  /// Where a `${` of another kind was left as it is; only in files that interpolate.
  std::optional<Place> left_reference = {};
  /// Columns from `place` to the scalar's first character; nullopt where it is not literally there on
  /// one line (escapes, folding, block text, interpolation).
  std::optional<int> text_begins;
  std::vector<Node> items;
  std::vector<Member> members;  ///< in file order

  /// The member's value, or nullptr.
  const Node* find(std::string_view key) const;

  /// True where it, or anything in it, is `unreadable`.
  bool holds_unreadable() const;

  /// As native data: unquoted true/false/null and numbers become such, the rest text. (YAML 1.1's
  /// yes/no/on/off stay text: NO is Norway.)
  Native to_native() const;

  /// The place of a byte inside the scalar, for errors of expressions and paths; `place` where it
  /// cannot be told.
  Place place_in(std::size_t offset) const;

  /// For messages: `'text'`, "a list", "a map", "nothing"; never what came from an interpolation.
  std::string shown() const;
};
struct Node::Member {
  std::string key;
  Place place;
  Node value;
};

/// What `${…}` stands for is there, but must not be used: what() says why, remedy() what to do.
class InterpolationError : public std::runtime_error {
 public:
  InterpolationError(const std::string& what, std::string remedy)
      : std::runtime_error(what), remedy_(std::move(remedy)) {}
  const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

/// Gives what `${env:NAME}` and `${file:PATH}` stand for; nullopt if there is none. Throws InterpolationError. Handed
/// in, for the reader knows no environment. `kind` is "env" or "file".
using Interpolate = std::function<std::optional<std::string>(std::string_view kind, std::string_view name)>;

/// Reads one YAML document. Syntax errors, duplicate keys, tabs, aliases over 1,000 nodes, and
/// missing interpolations go to `problems`. Only `${env:` and `${file:` mean anything here; `$${env:` and
/// `$${file:` are a literal `${env:` and `${file:`. Any other `${` is left alone: with `interpolate` it is noted
/// in the node, for whoever knows its key, and `$${` is a literal `${`; without (connector definitions hold
/// expressions) both stay as they are.
Node parse_yaml(std::string_view text, const std::string& file, const Interpolate& interpolate, Problems& problems);

}  // namespace counterpart::config
