#include "mapping/reconcile/guards.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace counterpart {
namespace {

constexpr std::size_t kHintsMax = 8;

using Steps = std::vector<Path::Step>;

// The fields that a piece of news says were changed: whole trees, or members named by path texts.
class Changes {
 public:
  explicit Changes(const Native::Object& changed) {
    for (const auto& [name, value] : changed) add(name, value);
  }

  // Something at, above or below this place was changed.
  bool touch(const Path& path) const {
    return std::any_of(places_.begin(), places_.end(), [&path](const Steps& place) {
      const std::size_t common = std::min(place.size(), path.steps().size());
      return std::equal(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(common), path.steps().begin());
    });
  }

  // What was put there; nullopt where only a part below it was told.
  std::optional<Native> value_at(const Path& path) const {
    if (is_told_in_part(path)) return std::nullopt;
    const Native* value = path.find(tree_);
    return value == nullptr ? Native{} : *value;
  }

  bool touch_member(std::string_view name) const {
    return std::any_of(places_.begin(), places_.end(), [name](const Steps& place) {
      const auto* top = place.empty() ? nullptr : std::get_if<Path::Name>(&place.front());
      return top == nullptr || top->name == name;
    });
  }

 private:
  void add(const std::string& name, const Native& value) {
    try {
      const Path path = Path::parse(name);
      path.set(tree_, value);
      places_.push_back(path.steps());
    } catch (const PathError&) {  // no path: a name with other characters
      tree_.set(name, value);
      places_.push_back({Path::Name{name}});
    }
  }

  bool is_told_in_part(const Path& path) const {
    return std::any_of(places_.begin(), places_.end(), [&path](const Steps& place) {
      return place.size() > path.steps().size() && std::equal(path.steps().begin(), path.steps().end(), place.begin());
    });
  }

  Native tree_{Native::Object{}};
  std::vector<Steps> places_;
};

bool is_touched(const FieldSide& side, const Changes& changes) {
  return std::any_of(side.paths.begin(), side.paths.end(), [&](const Path& path) { return changes.touch(path); });
}

// The field's raw value after the change; parts that were not told are as in the base.
std::optional<Native> raw_after(const FieldSide& side, const Changes& changes, const Native& base) {
  if (side.paths.size() == 1) return changes.value_at(side.paths.front());
  Native::Array parts = base.is_array() ? base.array() : Native::Array{};
  parts.resize(side.paths.size());
  for (std::size_t i = 0; i < side.paths.size(); ++i) {
    if (!changes.touch(side.paths[i])) continue;
    std::optional<Native> part = changes.value_at(side.paths[i]);
    if (!part) return std::nullopt;
    parts[i] = std::move(*part);
  }
  return parts;
}

bool holds_base(const FieldSide& side, const Changes& changes, const Native& bases) {
  const Native* base = bases.member(side.name);
  if (base == nullptr) return false;
  const std::optional<Native> raw = raw_after(side, changes, *base);
  if (!raw) return false;
  if (*raw == *base) return true;
  const Parsed now = parse_raw(side, *raw);
  const Parsed then = parse_raw(side, *base);
  const Value* l = std::get_if<Value>(&now);
  const Value* r = std::get_if<Value>(&then);
  return l != nullptr && r != nullptr && *l == *r;
}

bool changes_scope(const ObjectMapping& mapping, Side side, const Changes& changes) {
  if (!mapping.where[side]) return false;
  const std::vector<std::string> names = mapping.where[side]->names();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return changes.touch_member(name); });
}

bool is_own_origin(const ObjectMapping& mapping, Side side, const NewsHint& hint, const Native& base,
                   const OwnWrites& own) {
  if (own.user.empty() || hint.actor != own.user) return false;
  if (!hint.changed.is_object() || hint.changed.object().empty()) return false;
  const Changes changes(hint.changed.object());
  if (changes_scope(mapping, side, changes)) return false;
  const auto touches_rows = [&](const RowsRule& rows) { return changes.touch(rows.side[side].path); };
  if (std::any_of(mapping.rows.begin(), mapping.rows.end(), touches_rows)) return false;
  return std::all_of(mapping.fields.begin(), mapping.fields.end(), [&](const FieldRule& rule) {
    const FieldSide& field = rule.side[side];
    return !is_touched(field, changes) || holds_base(field, changes, base);
  });
}

EchoGuard recognise(const ObjectMapping& mapping, Side side, const NewsHint& hint, const Native& base,
                    const OwnWrites& own) {
  if (!own.revision.empty() && hint.revision == own.revision) return EchoGuard::fingerprint;
  return is_own_origin(mapping, side, hint, base, own) ? EchoGuard::origin : EchoGuard::none;
}

bool says_nothing(const NewsHint& hint) {
  return hint.revision.empty() && hint.actor.empty() && hint.changed.is_null();
}

std::string text_of(const Native& object, std::string_view name) {
  const Native* member = object.member(name);
  return member != nullptr && member->is_text() ? member->text() : std::string{};
}

}  // namespace

std::string_view name_of(EchoGuard guard) {
  switch (guard) {
    case EchoGuard::origin:
      return "origin";
    case EchoGuard::fingerprint:
      return "fingerprint";
    case EchoGuard::none:
      break;
  }
  return "none";
}

EchoGuard recognise_echo(const ObjectMapping& mapping, Side side, const std::vector<NewsHint>& news, const Native& base,
                         const OwnWrites& own) {
  EchoGuard last = EchoGuard::none;
  for (const NewsHint& hint : news) {
    last = recognise(mapping, side, hint, base, own);
    if (last == EchoGuard::none) break;
  }
  return last;
}

Native hints_to_native(const std::vector<NewsHint>& hints) {
  if (hints.empty() || hints.size() > kHintsMax || std::any_of(hints.begin(), hints.end(), says_nothing)) return {};
  Native::Array rows;
  for (const NewsHint& hint : hints) {
    Native row{Native::Object{}};
    if (!hint.revision.empty()) row.set("revision", hint.revision);
    if (!hint.actor.empty()) row.set("actor", hint.actor);
    if (!hint.changed.is_null()) row.set("changed", hint.changed);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<NewsHint> hints_from_native(const Native& native) {
  std::vector<NewsHint> hints;
  if (!native.is_array()) return hints;
  for (const Native& row : native.array()) {
    const Native* changed = row.member("changed");
    hints.push_back({text_of(row, "revision"), text_of(row, "actor"), changed == nullptr ? Native{} : *changed});
  }
  return hints;
}

}  // namespace counterpart
