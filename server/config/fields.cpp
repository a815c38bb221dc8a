#include <algorithm>

#include "mapping/codecs/reference.h"
#include "server/config/resolve.h"

namespace counterpart::drafts {
namespace {

std::string joined(const std::vector<Path>& paths) {
  std::string out;
  for (const Path& path : paths) out += (out.empty() ? "" : " + ") + path.text();
  return out;
}

std::vector<std::string> names_of(const Tables& tables) {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables) names.push_back(name);
  return names;
}

std::string count_of_paths(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " path" : " paths");
}

}  // namespace

bool is_writable(const Path& path) {
  const auto is_every = [](const Path::Step& step) { return std::holds_alternative<Path::Every>(step); };
  return !path.steps().empty() && std::ranges::none_of(path.steps(), is_every);
}

bool writes_to(Direction direction, Side side) {
  if (direction == Direction::both) return true;
  return direction == (side == Side::left ? Direction::to_left : Direction::to_right);
}

std::optional<ResolvedField> FieldReader::read(const Field& field) {
  ResolvedField result;
  bool whole = true;
  for (const Side side : kSides) {
    auto made = read_side(field, side, result.codec[side]);
    if (made) result.rule.side[side] = std::move(*made);
    whole = whole && made.has_value();
  }
  const auto conflict =
      conflict_of(field.conflict.value_or(leading_ ? Conflict::leading : Conflict::manual), field.place);
  const auto initial = initial_of(field.initial, field.place);
  if (!whole || !conflict || !initial || !is_one_reference(field, result.rule)) return std::nullopt;
  result.rule.name = field.name ? field.name->scalar : result.rule.side.left.name;
  result.rule.direction = field.direction;
  result.rule.forbidden = field.against_direction;
  result.rule.conflict = *conflict;
  result.rule.initial = *initial;
  result.rule.empty_never_overwrites = field.empty_never_overwrites;
  return result;
}

/// A record that one side names is one of the same mapping on the other.
bool FieldReader::is_one_reference(const Field& field, const FieldRule& rule) {
  const Reference* left = reference_of(*rule.side.left.codec);
  const Reference* right = reference_of(*rule.side.right.codec);
  const bool same = left == nullptr || right == nullptr ? left == right : left->mapping == right->mapping;
  if (!same) {
    problems_.add(field.as.left ? field.as.left->place : field.place,
                  "the two sides do not name records of the same mapping",
                  "write reference(…) with the same mapping's name on both sides");
  } else if (left != nullptr) {
    references_.emplace_back(field.as.left->place, left->mapping);
  }
  return same;
}

std::optional<FieldSide> FieldReader::read_side(const Field& field, Side side, std::string& specification) {
  const std::vector<Node>& written = side == Side::left ? field.left : field.right;
  FieldSide result;
  bool whole = !written.empty();
  for (const Node& node : written) {
    auto path = read_path(node, problems_);
    whole = whole && path.has_value();
    if (!path) continue;
    if (writes_to(field.direction, side) && !is_writable(*path)) {
      problems_.add(node.place, "the path " + node.shown() + " can be read, but not written",
                    "name one place, or let the field go the other way only");
      whole = false;
    }
    result.paths.push_back(std::move(*path));
  }
  const Place& place = written.empty() ? field.place : written.front().place;
  result.codec = read_codec(field.as[side], place, side, specification);
  if (const auto& clean = field.clean[side]) {
    result.clean = read_cleaning(*clean, problems_);
    whole = whole && result.clean.has_value();
  }
  if (const auto& rules = field.validate[side]; rules && result.codec && writes_to(field.direction, side)) {
    result.validate = read_value_rules(*rules, result.codec->kind(), problems_);
    whole = whole && result.validate != nullptr;
  }
  if (!whole || !result.codec) return std::nullopt;
  if (result.codec->arity() != result.paths.size()) {
    problems_.add(place,
                  specification + " takes " + count_of_paths(result.codec->arity()) + ", found " +
                      std::to_string(result.paths.size()),
                  "write as many paths as the type takes, or another type with 'as'");
    return std::nullopt;
  }
  result.name = joined(result.paths);
  return result;
}

CodecPtr FieldReader::read_codec(const std::optional<Node>& written, const Place& place, Side side,
                                 std::string& specification) {
  specification = written ? written->scalar : "text";
  std::string missing;
  bool unreadable = false;  // a table; that was told
  const TableLookup look_up = [&](std::string_view name) -> const ValueTable* {
    const auto found = tables_.find(name);
    if (found == tables_.end()) {
      missing = name;
      return nullptr;
    }
    used_.insert(found->first);
    unreadable = found->second.rows.empty();
    return &found->second;
  };
  auto made = make_codec(specification, side, look_up);
  if (auto* codec = std::get_if<CodecPtr>(&made)) return std::move(*codec);
  if (unreadable) return nullptr;
  const auto& error = std::get<CodecError>(made);
  const std::string near = missing.empty() ? "" : config::nearest(missing, names_of(tables_));
  std::string remedy = missing.empty() ? "" : "add it to 'tables'";
  if (!near.empty()) remedy = "did you mean '" + near + "'?";
  if (written)
    add_language_mistake("type", *written, error.what, error.column, problems_, remedy);
  else
    problems_.add(place, error.what, remedy);
  return nullptr;
}

std::optional<FieldSide> FieldReader::read_sum(const Sum& sum, Side side, std::string& specification) {
  const std::optional<Node>& path = side == Side::left ? sum.left : sum.right;
  Field field;
  field.place = sum.place;
  (side == Side::left ? field.left : field.right).push_back(*path);
  field.direction = side == Side::left ? Direction::to_right : Direction::to_left;  // read only
  field.as = sum.as;
  if (!field.as[side]) {
    field.as[side] = *path;
    field.as[side]->scalar = "decimal";
  }
  return read_side(field, side, specification);
}

std::optional<RowsRule> FieldReader::read_rules(const ChildRows& rows) {
  RowsRule rule;
  bool whole = true;
  for (const Side side : kSides) {
    const Node& written = side == Side::left ? rows.left : rows.right;
    auto path = read_path(written, problems_);
    if (path && !is_writable(*path)) {
      problems_.add(written.place, "the path " + written.shown() + " names no list of rows", "name one place");
      path.reset();
    }
    whole = whole && path.has_value();
    if (path) rule.side[side].path = std::move(*path);
    rule.side[side].id = rows.id[side] ? rows.id[side]->scalar : "id";
  }
  const auto conflict = conflict_of(rows.conflict.value_or(Conflict::manual), rows.place);
  const auto initial = initial_of(rows.initial, rows.place);
  if (!whole || !conflict || !initial) return std::nullopt;
  rule.name = rows.name ? rows.name->scalar : rule.side.left.path.text();
  rule.direction = rows.direction;
  rule.conflict = *conflict;
  rule.initial = *initial;
  return rule;
}

std::optional<Side> FieldReader::leading_for(const Place& place, const char* key) {
  if (!leading_) {
    problems_.add(place, std::string(key) + ": leading, but the sync names no leading side",
                  "add leading: left or right to the sync");
  }
  return leading_;
}

std::optional<ConflictRule> FieldReader::conflict_of(Conflict written, const Place& place) {
  switch (written) {
    case Conflict::leading: {
      const auto side = leading_for(place, "conflict");
      if (!side) return std::nullopt;
      return *side == Side::left ? ConflictRule::left : ConflictRule::right;
    }
    case Conflict::left:
      return ConflictRule::left;
    case Conflict::right:
      return ConflictRule::right;
    case Conflict::latest:
      return ConflictRule::latest;
    case Conflict::keep_non_blank:
      return ConflictRule::keep_non_blank;
    case Conflict::min:
      return ConflictRule::min;
    case Conflict::max:
      return ConflictRule::max;
    case Conflict::manual:
      break;
  }
  return ConflictRule::manual;
}

std::optional<InitialRule> FieldReader::initial_of(const std::optional<Initial>& written, const Place& place) {
  const Initial otherwise = leading_ ? Initial::leading : Initial::manual;
  switch (written.value_or(otherwise)) {
    case Initial::leading: {
      const auto side = leading_for(place, "initial");
      if (!side) return std::nullopt;
      return *side == Side::left ? InitialRule::left : InitialRule::right;
    }
    case Initial::left:
      return InitialRule::left;
    case Initial::right:
      return InitialRule::right;
    case Initial::manual:
      break;
  }
  return InitialRule::manual;
}

}  // namespace counterpart::drafts
