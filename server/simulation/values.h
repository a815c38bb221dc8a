#pragma once

#include <map>
#include <optional>
#include <vector>

#include "mapping/reconcile/rules.h"
#include "server/config/configuration.h"

namespace counterpart::simulation {

/// What people enter in one field: values that both its sides can hold.
class FieldValues {
 public:
  /// `key`: the field says who a record is. `rule` outlives this.
  FieldValues(const FieldRule& rule, std::optional<KeyKind> key);

  bool is_key() const { return key_; }

  /// False where nothing was found that both sides can hold: nobody enters anything there then.
  bool any() const { return kind_ != Kind::none; }
  /// It takes any text, of any case.
  bool free_text() const { return kind_ == Kind::text; }
  /// Each number gives a value of its own, that is of no other field of the mapping.
  bool distinct() const { return kind_ != Kind::none && kind_ != Kind::few; }

  Value make(int number) const;

 private:
  enum class Kind { none, few, text, email, phone, vat_id, url, number, date, instant, name, money, list, address };
  Value make(Kind kind, int number) const;
  bool holds(Kind kind) const;

  const FieldRule& rule_;
  bool key_;
  std::vector<Value> few_;
  Kind kind_ = Kind::none;
};

/// Of each field of the configuration's mappings, and of their rows.
using AllValues = std::map<const FieldRule*, FieldValues>;
AllValues values_of(const Configuration& configuration);

}  // namespace counterpart::simulation
