#include "server/simulation/values.h"

#include <algorithm>

namespace counterpart::simulation {
namespace {

using namespace std::chrono;

std::string padded(int number, std::size_t width) {
  std::string digits = std::to_string(number);
  digits.insert(0, width - std::min(width, digits.size()), '0');
  return digits;
}

/// Comes back as it went, on that side.
bool comes_back(const FieldSide& side, const Value& value) {
  Native fields{Native::Object()};
  if (write_field(side, value, fields)) return false;
  Record record;
  record.fields = std::move(fields);
  record.absent_is_blank = true;
  const Parsed back = read_field(side, record);
  return std::holds_alternative<Value>(back) && std::get<Value>(back) == narrowed(side, value);
}

}  // namespace

FieldValues::FieldValues(const FieldRule& rule, std::optional<KeyKind> key) : rule_(rule), key_(key.has_value()) {
  few_ = rule.side.left.codec->values();
  if (few_.empty()) few_ = rule.side.right.codec->values();
  std::erase_if(few_, [&](const Value& value) {
    return !comes_back(rule.side.left, value) || !comes_back(rule.side.right, value);
  });
  std::vector<Kind> kinds{Kind::text, Kind::email,   Kind::phone, Kind::vat_id, Kind::url,  Kind::number,
                          Kind::date, Kind::instant, Kind::name,  Kind::money,  Kind::list, Kind::address};
  if (key) kinds = {*key == KeyKind::email ? Kind::email : *key == KeyKind::vat_id ? Kind::vat_id : Kind::text};
  if (!few_.empty()) kinds = {Kind::few};
  const auto found = std::ranges::find_if(kinds, [&](Kind kind) { return holds(kind); });
  if (found != kinds.end()) kind_ = *found;
}

bool FieldValues::holds(Kind kind) const {
  for (const int number : {1, 77, 4321}) {
    const Value value = make(kind, number);
    if (!comes_back(rule_.side.left, value) || !comes_back(rule_.side.right, value)) return false;
    if (!equal(rule_, narrowed(rule_.side.left, value), narrowed(rule_.side.right, value))) return false;
  }
  return true;
}

AllValues values_of(const Configuration& configuration) {
  AllValues values;
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
        const auto key = std::ranges::find(mapping.match, i, &MatchKey::field);
        const bool found = key != mapping.match.end();
        values.try_emplace(&mapping.fields[i], mapping.fields[i], found ? std::optional(key->kind) : std::nullopt);
      }
      for (const RowsRule& rows : mapping.rows) {
        for (const FieldRule& field : rows.fields) values.try_emplace(&field, field, std::nullopt);
      }
    }
  }
  return values;
}

Value FieldValues::make(int number) const {
  return make(kind_, number);
}

Value FieldValues::make(Kind kind, int number) const {
  switch (kind) {
    case Kind::none:
      break;
    case Kind::few:
      return few_[static_cast<std::size_t>(number) % few_.size()];
    case Kind::text:
      return Value("Wert " + std::to_string(number));
    case Kind::email:
      return Value("person" + std::to_string(number) + "@example.org");
    case Kind::phone:
      return Value("+493012" + padded(number, 5));
    case Kind::vat_id:
      return Value("LU" + padded(number, 6) + padded(number % 89, 2));  // with its check digits
    case Kind::url:
      return Value("https://example.org/" + std::to_string(number));
    case Kind::number:
      return Value(Decimal(1'000 + number));
    case Kind::date:
      return Value(Date(sys_days(year{1950} / January / 1) + days(number)));
    case Kind::instant:
      return Value(Instant(sys_days(year{2020} / January / 1) + hours(number)));
    case Kind::name:
      return Value(PersonName{"Vera" + std::to_string(number), "Muster" + std::to_string(number)});
    case Kind::money:
      return Value(Money{Decimal(1'000 + number), "EUR"});
    case Kind::list:
      return Value(TextSet{{"Wert " + std::to_string(number), "alle"}});
    case Kind::address:
      return Value(PostalAddress{"Weg " + std::to_string(number), "10115", "Berlin", "DE"});
  }
  return Value(Blank{});
}

}  // namespace counterpart::simulation
