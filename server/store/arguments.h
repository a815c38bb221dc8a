#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart::store {

/// One value on its way into a statement, in PostgreSQL's text form; nothing is SQL's null.
class Cell {
 public:
  Cell(std::nullopt_t) {}
  Cell(std::string text) : text_(std::move(text)) {}
  Cell(std::string_view text) : text_(std::string(text)) {}
  Cell(const char* text) : text_(std::string(text)) {}
  Cell(bool value) : text_(value ? "t" : "f") {}
  Cell(std::int64_t value) : text_(std::to_string(value)) {}
  Cell(int value) : text_(std::to_string(value)) {}
  template <class T>
  Cell(const std::optional<T>& value) {
    if (value) text_ = Cell(*value).text_;
  }

  /// A value of a JSON column.
  static Cell json(const Native& value);
  static Cell json(const std::optional<Native>& value);

  const std::optional<std::string>& text() const { return text_; }

 private:
  std::optional<std::string> text_;
};

/// Rows that a statement unnests: one array literal a column.
class Columns {
 public:
  explicit Columns(std::size_t count) : literals_(count, "{") {}

  /// As many cells as there are columns. Throws Failure (refused) for a text with a U+0000, which
  /// PostgreSQL cannot hold.
  void add(std::initializer_list<Cell> row);
  bool empty() const { return rows_ == 0; }
  std::size_t size() const { return rows_; }

  /// The literal of a column, ready to be sent.
  std::string literal(std::size_t column) const { return literals_[column] + "}"; }
  std::size_t count() const { return literals_.size(); }

 private:
  std::vector<std::string> literals_;
  std::size_t rows_ = 0;
};

/// The parameters of a statement, in order.
class Arguments {
 public:
  Arguments() = default;
  Arguments(std::initializer_list<Cell> cells) : Arguments(cells, Columns(0)) {}
  Arguments(std::initializer_list<Cell> cells, const Columns& columns);
  explicit Arguments(const Columns& columns) : Arguments({}, columns) {}

  /// A further value after the ones given.
  Arguments& and_cell(const Cell& cell);
  /// Further columns after the ones given.
  Arguments& and_columns(const Columns& columns);

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

/// Texts as one array literal: for `any($1::text[])` and text[] columns.
std::string array_literal(const std::vector<std::string>& texts);

}  // namespace counterpart::store
