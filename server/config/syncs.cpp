#include <algorithm>
#include <tuple>

#include "server/config/resolve.h"

namespace counterpart::drafts {
namespace {

struct ResolvedObject {
  ObjectMapping mapping;
  ObjectCodecs codecs;
  WrittenFields written;
};

/// What is resolved of several fields beside their rules.
struct FieldsBeside {
  std::vector<Both<std::string>>& codecs;
  std::vector<WrittenField>& written;
};

/// One object mapping, from what is written; counts and reports everything that is wrong with it.
class ObjectReader {
 public:
  ObjectReader(FieldReader& fields, Problems& problems) : fields_(fields), problems_(problems) {}

  ResolvedObject read(const Object& object) {
    ResolvedObject result;
    ObjectMapping& mapping = result.mapping;
    mapping.name = object.name ? object.name->scalar : object.left;
    mapping.object = {object.left, object.right};
    mapping.on_create = object.on_create;
    mapping.on_delete = {object.on_delete.left, object.on_delete.right};
    mapping.fields = read_fields(object.fields, {result.codecs.fields, result.written.fields});
    for (const ChildRows& rows : object.rows) read_rows(rows, result);
    for (const Side side : kSides) {
      if (object.where[side]) mapping.where[side] = read_expression(*object.where[side], problems_);
      if (object.final_when[side]) mapping.final_when[side] = read_expression(*object.final_when[side], problems_);
      if (object.becomes[side]) mapping.becomes[side] = read_becomes(*object.becomes[side]);
      if (object.on_create_set[side])
        mapping.on_create_set[side] = read_values(*object.on_create_set[side], side, mapping.fields);
    }
    unreadable_ = unreadable_ || object.fields.empty();  // which was told, or is a sheet's mistake
    for (const Node& name : object.match) read_match(name, result);
    return result;
  }

 private:
  std::optional<Becoming> read_becomes(const Becomes& becomes) {
    auto when = read_expression(*becomes.when, problems_);
    std::vector<Heir> heirs;
    for (const Into& into : becomes.into) {
      if (auto path = read_path(into.id, problems_)) heirs.push_back({into.mapping.scalar, std::move(*path)});
    }
    if (!when) return std::nullopt;
    return Becoming{std::move(*when), std::move(heirs)};
  }

  /// Names of fields that could not be read are known all the same: `match` may name them.
  std::vector<FieldRule> read_fields(const std::vector<Field>& fields, const FieldsBeside& beside) {
    std::vector<FieldRule> rules;
    for (const Field& field : fields) {
      auto resolved = fields_.read(field);
      if (!resolved) {
        unreadable_ = true;
        continue;
      }
      refuse_same(resolved->rule, field, rules);
      rules.push_back(std::move(resolved->rule));
      beside.codecs.push_back(std::move(resolved->codec));
      beside.written.push_back({field.place, field.lossy});
    }
    return rules;
  }

  void read_rows(const ChildRows& rows, ResolvedObject& result) {
    RowCodecs codecs;
    auto rule = fields_.read_rules(rows);
    std::vector<WrittenField> written;
    auto fields = read_fields(rows.fields, {codecs.fields, written});
    if (!rule) return;
    rule->fields = std::move(fields);
    for (const Node& name : rows.key) {
      if (const auto field = row_field(name, "be a key", *rule)) rule->key.push_back(*field);
    }
    if (rows.totals) rule->totals = read_totals(*rows.totals, *rule, codecs);
    for (const Side side : kSides) {
      refuse_mapped_rows(*rule, side, side == Side::left ? rows.left : rows.right, result.mapping);
      if (rows.on_create_set[side])
        rule->side[side].on_create_set = read_values(*rows.on_create_set[side], side, rule->fields);
    }
    result.mapping.rows.push_back(std::move(*rule));
    result.codecs.rows.push_back(std::move(codecs));
    result.written.rows.push_back(std::move(written));
  }

  std::optional<std::size_t> row_field(const Node& name, const std::string& purpose, const RowsRule& rule) {
    const auto found = std::ranges::find(rule.fields, name.scalar, &FieldRule::name);
    if (found != rule.fields.end()) return static_cast<std::size_t>(found - rule.fields.begin());
    if (!unreadable_) refuse_name(name, purpose, rule.fields, "write the name of a field of these rows");
    return std::nullopt;
  }

  /// A field that is a number on both sides.
  std::optional<std::size_t> number_field(const std::optional<Node>& name, const RowsRule& rule) {
    if (!name) return std::nullopt;
    const auto field = row_field(*name, "be added up", rule);
    if (!field) return std::nullopt;
    for (const Side side : kSides) {
      if (rule.fields[*field].side[side].codec->kind() == "number") continue;
      problems_.add(name->place, "the field '" + name->scalar + "' is no number on the " + std::string(name_of(side)),
                    "give it the type number, decimal, integer or percent with 'as'");
      return std::nullopt;
    }
    return field;
  }

  std::optional<TotalsRule> read_totals(const Totals& totals, const RowsRule& rule, RowCodecs& codecs) {
    TotalsRule result;
    const auto price = number_field(totals.price, rule);
    result.price = price.value_or(0);
    result.quantity = number_field(totals.quantity, rule);
    result.tax = number_field(totals.tax, rule);
    if (totals.discount && totals.discount_amount) {
      problems_.add(totals.discount_amount->place, "a discount in percent and one as an amount", "keep one of them");
    }
    result.discount_is = totals.discount ? DiscountIs::percent : DiscountIs::amount;
    result.discount = number_field(totals.discount ? totals.discount : totals.discount_amount, rule);
    result.round = totals.round;
    result.digits = static_cast<unsigned>(totals.digits);
    read_sum(totals.net, SumOf::net, result, codecs);
    read_sum(totals.discount_sum, SumOf::discount, result, codecs);
    read_sum(totals.tax_sum, SumOf::tax, result, codecs);
    read_sum(totals.gross, SumOf::gross, result, codecs);
    return price ? std::optional(std::move(result)) : std::nullopt;
  }

  void read_sum(const std::optional<Sum>& sum, SumOf which, TotalsRule& totals, RowCodecs& codecs) {
    if (!sum) return;
    for (const Side side : kSides) {
      if (!(side == Side::left ? sum->left : sum->right)) continue;
      std::string specification;
      auto field = fields_.read_sum(*sum, side, specification);
      if (!field) continue;
      if (field->codec->kind() != "number") {
        problems_.add(sum->place, specification + " is no number's type", "write decimal, number or percent");
        continue;
      }
      totals.told[side].push_back({which, std::move(*field)});
      codecs.sums[side].push_back(std::move(specification));
    }
  }

  /// What rows hold is no field's of the record, nor of other rows.
  void refuse_mapped_rows(const RowsRule& rule, Side side, const Node& written, const ObjectMapping& mapping) {
    const auto& steps = rule.side[side].path.steps();
    const auto is_inside = [&](const Path& path) {
      const std::size_t common = std::min(steps.size(), path.steps().size());
      return std::equal(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(common), path.steps().begin());
    };
    const auto refuse = [&](const std::string& other) {
      problems_.add(written.place, "the rows " + written.shown() + " are mapped by " + other + " as well",
                    "keep one of them");
    };
    for (const FieldRule& field : mapping.fields) {
      if (std::ranges::any_of(field.side[side].paths, is_inside)) refuse("the field '" + field.name + "'");
    }
    for (const RowsRule& before : mapping.rows) {
      if (is_inside(before.side[side].path)) refuse("the rows '" + before.name + "'");
    }
  }

  void refuse_same(const FieldRule& rule, const Field& field, const std::vector<FieldRule>& fields) {
    for (const FieldRule& before : fields) {
      if (before.name == rule.name && rule.side.left.name != before.side.left.name) {
        problems_.add(field.place, "two fields are called '" + rule.name + "'", "give one of them another 'name'");
      }
      for (const Side side : kSides)
        refuse_same_path(rule, before, side, side == Side::left ? field.left : field.right);
    }
  }

  void refuse_same_path(const FieldRule& rule, const FieldRule& before, Side side, const std::vector<Node>& written) {
    for (std::size_t i = 0; i < rule.side[side].paths.size(); ++i) {
      const bool twice =
          std::ranges::find(before.side[side].paths, rule.side[side].paths[i]) != before.side[side].paths.end();
      if (!twice) continue;
      problems_.add(written[i].place,
                    "the " + std::string(name_of(side)) + " path " + written[i].shown() + " is mapped twice",
                    "keep one field for it; the other is '" + before.name + "'");
    }
  }

  Native read_values(const Node& node, Side side, const std::vector<FieldRule>& fields) {
    Native values{Native::Object{}};
    Native record{Native::Object{}};
    for (const Node::Member& member : node.members) {
      Node key;
      key.kind = Node::Kind::scalar;
      key.place = member.place;
      key.scalar = member.key;
      const auto path = read_path(key, problems_);
      if (!path) continue;
      if (!is_writable(*path)) {
        problems_.add(key.place, "the path " + key.shown() + " cannot be set in a new record",
                      "name one place, as in [0] or [type=email]");
        continue;
      }
      refuse_mapped(*path, key, side, fields);
      try {
        path->set(record, member.value.to_native());
        values.set(member.key, member.value.to_native());
      } catch (const PathError&) {
        problems_.add(key.place, "the path " + key.shown() + " cannot be set in a new record",
                      "a path before it puts a plain value where this one needs a section");
      }
    }
    for (const FieldRule& rule : fields) {
      if (writes_to(rule.direction, side)) refuse_excluding(rule, side, record, node);
    }
    return values;
  }

  /// At a create the fields are set after these values, in the same record.
  void refuse_excluding(const FieldRule& rule, Side side, const Native& values, const Node& node) {
    for (const Path& path : rule.side[side].paths) {
      const bool told = node.find(path.text()) != nullptr;  // by refuse_mapped()
      if (told || !excludes(path, values)) continue;
      problems_.add(node.place,
                    "the field '" + rule.name + "' (" + path.text() + ") and these values exclude each other",
                    "one puts a plain value where the other needs a section: remove that value");
    }
  }

  /// True where a value cannot be set beside these, or hides one of them.
  static bool excludes(const Path& path, const Native& values) {
    Native record = values;
    try {
      const Native* before = path.find(values);
      path.set(record, Native("a value"));
      return before != nullptr && (before->is_object() || before->is_array());
    } catch (const PathError&) {
      return true;
    }
  }

  void refuse_mapped(const Path& path, const Node& key, Side side, const std::vector<FieldRule>& fields) {
    for (const FieldRule& rule : fields) {
      const auto& paths = rule.side[side].paths;
      if (!writes_to(rule.direction, side) || std::ranges::find(paths, path) == paths.end()) continue;
      problems_.add(key.place, "the path " + key.shown() + " is set at the create, and written by a field as well",
                    "keep one of them");
    }
  }

  void read_match(const Node& name, ResolvedObject& result) {
    const auto& fields = result.mapping.fields;
    const auto found = std::ranges::find(fields, name.scalar, &FieldRule::name);
    if (found == fields.end()) {
      if (!unreadable_) refuse_name(name, "match by", fields, "write the name of a field of this mapping");
      return;
    }
    const auto index = static_cast<std::size_t>(found - fields.begin());
    const std::string left = codec_name(result.codecs.fields[index].left);
    const auto kind = key_kind(left);
    if (!kind || left != codec_name(result.codecs.fields[index].right)) {
      problems_.add(name.place, "the field " + name.shown() + " cannot tell who a record is",
                    "give it the type email, vat_id or code on both sides (as: email), or match by another field");
      return;
    }
    result.mapping.match.push_back({*kind, index});
  }

  void refuse_name(const Node& name, const std::string& purpose, const std::vector<FieldRule>& fields,
                   const std::string& remedy) {
    std::vector<std::string> known;
    for (const FieldRule& rule : fields) known.push_back(rule.name);
    const std::string near = config::nearest(name.scalar, known);
    problems_.add(name.place, "there is no field " + name.shown() + " to " + purpose,
                  near.empty() ? remedy : "did you mean '" + near + "'?");
  }

  static std::string codec_name(std::string_view specification) {
    const std::size_t first = std::min(specification.find_first_not_of(' '), specification.size());
    const std::size_t end = std::min(specification.find_first_of(" (", first), specification.size());
    return std::string(specification.substr(first, end - first));
  }

  static std::optional<KeyKind> key_kind(std::string_view codec) {
    for (const KeyKind kind : {KeyKind::email, KeyKind::vat_id, KeyKind::code}) {
      if (codec == name_of(kind)) return kind;
    }
    return std::nullopt;
  }

  FieldReader& fields_;
  Problems& problems_;
  bool unreadable_ = false;
};

/// What a sync keeps in step: a pair of (system, object), whichever is left.
using Endpoint = std::pair<std::string, std::string>;
using EndpointPair = std::pair<Endpoint, Endpoint>;

EndpointPair endpoints_of(const SyncConfiguration& sync, const ObjectMapping& mapping) {
  EndpointPair pair{{sync.between.left, mapping.object.left}, {sync.between.right, mapping.object.right}};
  if (pair.second < pair.first) std::swap(pair.first, pair.second);
  return pair;
}

class SyncReader {
 public:
  SyncReader(const Tables& tables, const std::vector<std::string>& systems, Problems& problems)
      : tables_(tables), systems_(systems), problems_(problems) {}

  SyncConfiguration read(const std::string& name, const Sync& sync) {
    SyncConfiguration result;
    result.name = name;
    result.between = {sync.between.left.scalar, sync.between.right.scalar};
    result.leading = sync.leading.value_or(Side::left);
    check_between(sync.between);
    FieldReader fields(tables_, sync.leading, problems_);
    std::vector<ObjectCodecs> codecs;
    for (const Object& object : sync.objects) {
      const std::size_t told_before = problems_.size();
      ResolvedObject resolved = ObjectReader(fields, problems_).read(object);
      refuse_same_name(resolved.mapping, object, result);
      refuse_same_objects(resolved.mapping, object, result);
      result.mappings.push_back(std::move(resolved.mapping));
      result.places.push_back(object.place);
      result.whole.push_back(object.whole && problems_.size() == told_before);
      result.written.push_back(std::move(resolved.written));
      codecs.push_back(std::move(resolved.codecs));
    }
    refuse_unknown_mappings(fields, sync.objects, result);
    result.version = fingerprint(result, codecs, used(fields));
    remember(result);
    return result;
  }

 private:
  void refuse_unknown_mappings(const FieldReader& fields, const std::vector<Object>& objects,
                               const SyncConfiguration& sync) {
    std::vector<std::string> known;
    for (const ObjectMapping& mapping : sync.mappings) known.push_back(mapping.name);
    auto named = fields.references();
    for (const Object& object : objects) {
      for (const Side side : kSides) {
        if (!object.becomes[side]) continue;
        for (const Into& into : object.becomes[side]->into) named.emplace_back(into.mapping.place, into.mapping.scalar);
      }
    }
    for (const auto& [place, mapping] : named) {
      if (std::ranges::find(known, mapping) != known.end()) continue;
      const std::string near = config::nearest(mapping, known);
      problems_.add(place, "there is no object mapping '" + mapping + "' in this sync to refer to",
                    near.empty() ? "name one of: " + config::listed(known) : "did you mean '" + near + "'?");
    }
  }

  void check_between(const Between& between) {
    for (const Node* system : {&between.left, &between.right}) {
      const bool missing = system->kind != Node::Kind::scalar;
      if (missing || std::ranges::find(systems_, system->scalar) != systems_.end()) continue;
      const std::string near = config::nearest(system->scalar, systems_);
      problems_.add(system->place, "there is no system " + system->shown(),
                    near.empty() ? "add it to 'systems'" : "did you mean '" + near + "'?");
    }
    const bool same = between.left.kind == Node::Kind::scalar && between.left.scalar == between.right.scalar;
    if (same) problems_.add(between.right.place, "both sides are the same system", "name two different systems");
  }

  void refuse_same_name(const ObjectMapping& mapping, const Object& object, const SyncConfiguration& sync) {
    if (std::ranges::find(sync.mappings, mapping.name, &ObjectMapping::name) == sync.mappings.end()) return;
    problems_.add(object.name ? object.name->place : object.place,
                  "two object mappings are called '" + mapping.name + "'", "give one of them another 'name'");
  }

  /// Within one sync the same pair of objects may stand twice, for different records.
  void refuse_same_objects(const ObjectMapping& mapping, const Object& object, const SyncConfiguration& sync) {
    const auto elsewhere = taken_.find(endpoints_of(sync, mapping));
    if (elsewhere != taken_.end()) {
      problems_.add(object.place,
                    "the sync '" + elsewhere->second + "' maps '" + mapping.object.left + "' and '" +
                        mapping.object.right + "' of these systems already",
                    "keep them in one sync");
    }
    const auto unscoped = [](const ObjectMapping& m) { return !m.where.left && !m.where.right; };
    for (const ObjectMapping& before : sync.mappings) {
      if (before.object != mapping.object || (!unscoped(before) && !unscoped(mapping))) continue;
      problems_.add(object.place, "'" + mapping.object.left + "' and '" + mapping.object.right + "' are mapped twice",
                    "say with 'where' which records each mapping is for, or keep one");
    }
  }

  void remember(const SyncConfiguration& sync) {
    for (const ObjectMapping& mapping : sync.mappings) taken_.emplace(endpoints_of(sync, mapping), sync.name);
  }

  Tables used(const FieldReader& fields) const {
    Tables result;
    for (const std::string& name : fields.used_tables()) result.emplace(name, tables_.at(name));
    return result;
  }

  const Tables& tables_;
  const std::vector<std::string>& systems_;
  Problems& problems_;
  std::map<EndpointPair, std::string> taken_;
};

}  // namespace

std::vector<SyncConfiguration> resolve_syncs(const std::vector<std::pair<std::string, Sync>>& syncs,
                                             const Tables& tables, const std::vector<std::string>& systems,
                                             Problems& problems) {
  std::vector<SyncConfiguration> result;
  SyncReader reader(tables, systems, problems);
  for (const auto& [name, sync] : syncs) result.push_back(reader.read(name, sync));
  return result;
}

}  // namespace counterpart::drafts
