#include "connectors/tryton/party.h"

#include <algorithm>
#include <charconv>

namespace counterpart::tryton {
namespace {

constexpr std::string_view kStamp = "_timestamp";

Native copy_of(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr ? *value : Native();
}

std::string text_of(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr ? value->plain() : "";
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "1795225000.123088"
std::optional<Instant> instant_of(std::string_view stamp) {
  constexpr std::size_t kMicroseconds = 6;
  const std::size_t dot = std::min(stamp.find('.'), stamp.size());
  std::string fraction(stamp.substr(std::min(dot + 1, stamp.size())));
  fraction.resize(kMicroseconds, '0');
  const auto seconds = integer(stamp.substr(0, dot));
  const auto rest = integer(fraction);
  if (!seconds || !rest) return std::nullopt;
  return Instant(std::chrono::seconds(*seconds) + std::chrono::microseconds(*rest));
}

/// {"__class__": "datetime", "year": …}, UTC
std::optional<Instant> instant_of(const Native& tagged) {
  const auto part = [&](std::string_view name) { return integer(text_of(tagged, name)).value_or(0); };
  if (text_of(tagged, "__class__") != "datetime") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(part("year"))),
                                         std::chrono::month(static_cast<unsigned>(part("month"))),
                                         std::chrono::day(static_cast<unsigned>(part("day")))};
  if (!date.ok()) return std::nullopt;
  return Instant(std::chrono::sys_days(date)) + std::chrono::hours(part("hour")) +
         std::chrono::minutes(part("minute")) + std::chrono::seconds(part("second")) +
         std::chrono::microseconds(part("microsecond"));
}

/// Of a row that was never written, the writer is who created it.
Part part_of(const Native& row, std::string name) {
  const std::string writer = text_of(row, "write_uid");
  return {std::move(name), text_of(row, kStamp), writer.empty() ? text_of(row, "create_uid") : writer};
}

/// A value of a child row; a country by its ISO code.
Native child_value(const Native& row, std::string_view field) {
  if (field != "country") return copy_of(row, field);
  const Native* country = row.member("country.");
  return country != nullptr ? copy_of(*country, "code") : Native();
}

bool add_children(const Native& row, const ChildModel& model, Party& party) {
  const Native* rows = row.member(std::string(model.collection) + ".");
  if (rows == nullptr || !rows->is_array()) return false;
  Native::Array children;
  for (const Native& each : rows->array()) {
    Native child;
    child.set("id", copy_of(each, "id"));
    for (const char* field : model.fields) child.set(field, child_value(each, field));
    party.parts.push_back(part_of(each, model.mark + text_of(each, "id")));
    children.push_back(std::move(child));
  }
  party.record.fields.set(model.collection, std::move(children));
  return true;
}

bool add_categories(const Native& row, Party& party) {
  const Native* categories = row.member("categories.");
  if (categories == nullptr || !categories->is_array()) return false;
  std::vector<std::string> names;
  for (const Native& category : categories->array()) names.push_back(text_of(category, "name"));
  std::sort(names.begin(), names.end());
  party.record.fields.set("categories", Native::Array(names.begin(), names.end()));
  return true;
}

/// Revision, last change and its author: of the newest part.
void sum_up(Party& party) {
  Record& record = party.record;
  for (const Part& part : party.parts) {
    record.revision += (record.revision.empty() ? "" : ";") + part.name + ":" + part.stamp;
    const auto written = instant_of(std::string_view(part.stamp));
    if (!written || (record.modified && *written <= *record.modified)) continue;
    record.modified = written;
    record.modified_by = part.writer;
  }
}

}  // namespace

const std::array<ChildModel, 3>& child_models() {
  static const std::array<ChildModel, 3> models = {
      ChildModel{"contact_mechanisms", "party.contact_mechanism", "cm", {"type", "value"}, "value"},
      ChildModel{"identifiers", "party.identifier", "id", {"type", "code"}, "code"},
      ChildModel{"addresses", "party.address", "ad", {"street", "postal_code", "city", "country"}, ""}};
  return models;
}

Stamps stamps_of(const std::string& revision) {
  Stamps stamps;
  for (std::size_t begin = 0; begin < revision.size();) {
    const std::size_t end = std::min(revision.find(';', begin), revision.size());
    const std::string part = revision.substr(begin, end - begin);
    const std::size_t colon = part.find(':');
    if (colon != std::string::npos) stamps[part.substr(0, colon)] = part.substr(colon + 1);
    begin = end + 1;
  }
  return stamps;
}

Native::Array party_fields() {
  Native::Array fields = {"name", "code",        "active",     "categories.name",
                          kStamp, "create_date", "create_uid", "write_uid"};
  for (const ChildModel& model : child_models()) {
    const std::string prefix = std::string(model.collection) + ".";
    for (const std::string_view field : model.fields)
      fields.emplace_back(prefix + (field == "country" ? "country.code" : std::string(field)));
    for (const std::string_view field : {kStamp, std::string_view("create_uid"), std::string_view("write_uid")})
      fields.emplace_back(prefix + std::string(field));
  }
  return fields;
}

std::optional<Party> party_of(const Native& row) {
  const Native* id = row.member("id");
  if (id == nullptr || !id->is_number()) return std::nullopt;
  Party party;
  party.record.id = id->number();
  for (const char* field : {"name", "code", "active"}) party.record.fields.set(field, copy_of(row, field));
  party.record.created = instant_of(copy_of(row, "create_date"));
  party.record.created_by = text_of(row, "create_uid");
  party.parts.push_back(part_of(row, "p"));
  if (!add_categories(row, party)) return std::nullopt;
  for (const ChildModel& model : child_models())
    if (!add_children(row, model, party)) return std::nullopt;
  sum_up(party);
  return party;
}

bool tells_fractions(const Party& party) {
  return std::any_of(party.parts.begin(), party.parts.end(), [](const Part& part) {
    const std::size_t dot = part.stamp.find('.');
    return dot != std::string::npos && part.stamp.find_first_not_of('0', dot + 1) != std::string::npos;
  });
}

bool only_by(const std::string& user, const Party& party, const Stamps& before,
             const std::vector<std::string>& deleted) {
  const Part& whole = party.parts.front();
  Stamps expected = before;
  expected.erase(whole.name);
  for (const std::string& name : deleted) expected.erase(name);
  for (const Part& part : party.parts) {
    const auto known = expected.find(part.name);
    const bool untouched = known != expected.end() && known->second == part.stamp;
    if (known != expected.end()) expected.erase(known);
    if (!untouched && (part.writer != user || part.stamp != whole.stamp)) return false;
  }
  return expected.empty();
}

std::optional<Native> id_number(std::string_view id) {
  const auto value = integer(id);
  if (!value || *value <= 0) return std::nullopt;
  return Native::integer(*value);
}

Native tagged(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<std::chrono::microseconds> time(instant - day);
  Native value;
  value.set("__class__", "datetime");
  value.set("year", Native::integer(static_cast<int>(date.year())));
  value.set("month", Native::integer(static_cast<unsigned>(date.month())));
  value.set("day", Native::integer(static_cast<unsigned>(date.day())));
  value.set("hour", Native::integer(time.hours().count()));
  value.set("minute", Native::integer(time.minutes().count()));
  value.set("second", Native::integer(time.seconds().count()));
  value.set("microsecond", Native::integer(time.subseconds().count()));
  return value;
}

}  // namespace counterpart::tryton
