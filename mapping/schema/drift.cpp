#include "mapping/schema/drift.h"

#include <algorithm>

namespace counterpart {
namespace {

using Kind = SchemaChangeKind;

/// "'a', 'b'": those of `options` that `others` lack; "" where there is none.
std::string missing_in(const std::vector<std::string>& others, const std::vector<std::string>& options) {
  std::string text;
  for (const std::string& option : options) {
    if (std::ranges::find(others, option) != others.end()) continue;
    text += (text.empty() ? "'" : ", '") + option + "'";
  }
  return text;
}

std::string length_text(const FieldDescription& field) {
  return field.max_length ? std::to_string(*field.max_length) + " characters" : "any number of characters";
}

std::string added_text(const FieldDescription& field) {
  std::string text = std::string("is a new ") + (field.custom ? "custom " : "") + "field";
  if (!field.type.empty()) text += " (" + field.type + ")";
  return field.required ? text + ", and must be filled" : text;
}

class FieldComparison {
 public:
  FieldComparison(const FieldDescription& before, const FieldDescription& now, std::vector<SchemaChange>& changes)
      : before_(before), now_(now), changes_(changes) {}

  void run() {
    if (before_.type != now_.type) {
      add(Kind::type_changed, "is of type '" + now_.type + "' instead of '" + before_.type + "'");
    }
    compare_lengths();
    compare_options();
    if (now_.required && !before_.required) add(Kind::required, "must be filled now");
    if (!now_.required && before_.required) add(Kind::not_required, "need not be filled any more");
    if (now_.read_only && !before_.read_only) add(Kind::read_only, "cannot be written any more");
    if (!now_.read_only && before_.read_only) add(Kind::writable, "can be written now");
  }

 private:
  void compare_lengths() {
    if (before_.max_length == now_.max_length) return;
    const bool shorter = now_.max_length && (!before_.max_length || *now_.max_length < *before_.max_length);
    add(shorter ? Kind::shortened : Kind::lengthened,
        "holds " + length_text(now_) + " instead of " + length_text(before_));
  }

  void compare_options() {
    if (before_.options.empty() && now_.options.empty()) return;
    const std::string gone = now_.options.empty() ? "" : missing_in(now_.options, before_.options);
    const std::string fresh = missing_in(before_.options, now_.options);
    if (before_.options.empty()) {
      add(Kind::options_removed, "takes the options " + fresh + " only");
    } else if (now_.options.empty()) {
      add(Kind::options_added, "takes any value, not options only");
    } else {
      if (!gone.empty()) add(Kind::options_removed, "has not these options any more: " + gone);
      if (!fresh.empty()) add(Kind::options_added, "has new options: " + fresh);
    }
  }

  void add(Kind kind, std::string what) { changes_.push_back({kind, now_.name, std::move(what)}); }

  const FieldDescription& before_;
  const FieldDescription& now_;
  std::vector<SchemaChange>& changes_;
};

}  // namespace

std::string_view name_of(SchemaChangeKind kind) {
  switch (kind) {
    case Kind::added:
      return "added";
    case Kind::removed:
      return "removed";
    case Kind::type_changed:
      return "type_changed";
    case Kind::shortened:
      return "shortened";
    case Kind::lengthened:
      return "lengthened";
    case Kind::required:
      return "required";
    case Kind::not_required:
      return "not_required";
    case Kind::options_added:
      return "options_added";
    case Kind::options_removed:
      return "options_removed";
    case Kind::read_only:
      return "read_only";
    case Kind::writable:
      return "writable";
  }
  return "";
}

bool narrows(SchemaChangeKind kind) {
  return kind == Kind::removed || kind == Kind::type_changed || kind == Kind::shortened ||
         kind == Kind::options_removed || kind == Kind::read_only;
}

std::vector<SchemaChange> changes_between(const ObjectDescription& before, const ObjectDescription& now) {
  std::vector<SchemaChange> changes;
  if (before.fields.empty() || now.fields.empty()) return changes;
  for (const FieldDescription& field : now.fields) {
    if (const FieldDescription* old = before.find(field.name)) {
      FieldComparison(*old, field, changes).run();
    } else {
      changes.push_back({Kind::added, field.name, added_text(field)});
    }
  }
  for (const FieldDescription& field : before.fields) {
    if (now.find(field.name) == nullptr) changes.push_back({Kind::removed, field.name, "is gone"});
  }
  return changes;
}

std::vector<SchemaChange> narrowings_between(const ObjectDescription& before, const ObjectDescription& now) {
  std::vector<SchemaChange> changes = changes_between(before, now);
  std::erase_if(changes, [](const SchemaChange& change) { return !narrows(change.kind); });
  return changes;
}

ObjectDescription accepted_after(const ObjectDescription& accepted, const ObjectDescription& now) {
  if (now.fields.empty()) return accepted;
  ObjectDescription next = now;
  for (const SchemaChange& change : narrowings_between(accepted, now)) {
    const FieldDescription& before = *accepted.find(change.field);
    const auto field = std::ranges::find(next.fields, change.field, &FieldDescription::name);
    if (field == next.fields.end()) {
      next.fields.push_back(before);
    } else {
      *field = before;
    }
  }
  return next;
}

}  // namespace counterpart
