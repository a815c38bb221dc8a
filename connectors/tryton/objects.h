#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/tryton/directory.h"

namespace counterpart::tryton {

/// How a field's value is spelled in a record, and in Tryton.
enum class Spelling : std::uint8_t {
  plain,      ///< as JSON has it
  number,     ///< a JSON number; a text with one is sent as one
  decimal,    ///< a text with a plain number
  date,       ///< ISO 8601
  row,        ///< a row's id
  reference,  ///< a row's name or code, by Field::lookup
  names,      ///< those of several rows, sorted
  rates,      ///< the rates of taxes, "0.19 + 0.07"; "fixed" of one that has none
};

/// Who may write a field.
enum class Writing : std::uint8_t {
  usual,
  ruled,     ///< ObjectModel's or ChildModel's rules send it
  computed,  ///< Tryton alone
};

/// One field of a record, or of a row of it.
struct Field {
  std::string name;  ///< in the record
  Spelling spelling = Spelling::plain;
  std::string source = name;       ///< Tryton's field
  std::string sent = source;       ///< the one that is written
  std::string instead = {};        ///< the one that is read where there is no value; "" for none
  const Lookup* lookup = nullptr;  ///< where its rows are found
  Writing writing = Writing::usual;
  bool shared = false;    ///< it stands in ObjectModel::base
  bool given = false;     ///< Tryton gives it a value where none is written, though it calls it required
  std::string born = {};  ///< of a computed one: what it is at first, and may be said to be
};

/// Adds what follows from a change to what is sent; `before` is nullptr for what is new. Throws Unsuitable.
using Rules = void (*)(const Native* before, const Native& after, const Directories& directories, Native& values);

/// A model whose rows belong to a record.
struct ChildModel {
  std::string collection;  ///< its name in the record, and in Tryton
  std::string model;
  std::string mark;           ///< before its ids in a revision
  std::vector<Field> fields;  ///< in the record, besides id
  std::string vital = {};     ///< a row is there only with it; "" if any value will do
  std::string only = {};      ///< the type of the rows that are ours; the others are left alone. "": all
  Rules rules = nullptr;
};

/// A row that a record is kept in together with others, and through which it is written: a product's template.
struct Base {
  std::string field;  ///< that names it
  std::string model;
  std::string children;  ///< its field with our rows
  std::string mark;      ///< before its id in a revision
};

/// A path that records can be searched by.
struct SearchPath {
  std::string text;
  std::string model;  ///< whose rows hold the value
  std::string owner;  ///< their field with the record's id
  std::string type;   ///< of those rows; "" where they have none
  std::string field;
  bool loose = false;  ///< spaces and punctuation in it mean nothing: phone numbers, VAT ids
};

/// One kind of record: a row of a model, and the rows that belong to it.
struct ObjectModel {
  std::string name;   ///< "party"
  std::string model;  ///< "party.party"
  std::vector<Field> fields = {};
  std::vector<ChildModel> children = {};
  std::vector<SearchPath> searches = {};
  std::size_t read_batch = 1;
  std::size_t write_batch = 1;
  bool archives = false;  ///< it has inactive rows
  std::optional<Base> base = {};
  Rules rules = nullptr;
};

/// The objects there are.
const ObjectModel& party_model();
const ObjectModel& product_model();
const ObjectModel& sale_model();

const std::vector<const ObjectModel*>& object_models();

/// nullptr where there is none of that name.
const ObjectModel* object_model(std::string_view name);

/// "party, product and sale".
std::string object_names();

/// Whether `after` holds a value of that name that `before` (nullptr: a new record) does not. What is not in `after`
/// at all was left alone.
bool is_changed(const std::string& name, const Native* before, const Native& after);

/// nullptr where records cannot be searched by that path.
const SearchPath* search_path(const ObjectModel& model, std::string_view text);

}  // namespace counterpart::tryton
