#include "server/store/arguments.h"

#include "mapping/values/json.h"
#include "server/store/failure.h"

namespace counterpart::store {

namespace {

void append_element(std::string& literal, std::string_view text) {
  literal += '"';
  for (const char c : text) {
    if (c == '\0') throw Failure(FailureKind::refused, "a text holds the character U+0000, which cannot be stored");
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  literal += '"';
}

}  // namespace

Cell Cell::json(const Native& value) {
  return print_json(value);
}

Cell Cell::json(const std::optional<Native>& value) {
  return value ? json(*value) : Cell(std::nullopt);
}

void Columns::add(std::initializer_list<Cell> row) {
  std::size_t column = 0;
  for (const Cell& cell : row) {
    std::string& literal = literals_.at(column++);
    if (rows_ > 0) literal += ',';
    if (cell.text()) {
      append_element(literal, *cell.text());
    } else {
      literal += "NULL";
    }
  }
  ++rows_;
}

Arguments::Arguments(std::initializer_list<Cell> cells, const Columns& columns) {
  for (const Cell& cell : cells) and_cell(cell);
  and_columns(columns);
}

Arguments& Arguments::and_cell(const Cell& cell) {
  if (cell.text() && cell.text()->find('\0') != std::string::npos) {
    throw Failure(FailureKind::refused, "a text holds the character U+0000, which cannot be stored");
  }
  values_.push_back(cell.text());
  return *this;
}

Arguments& Arguments::and_columns(const Columns& columns) {
  for (std::size_t i = 0; i < columns.count(); ++i) values_.emplace_back(columns.literal(i));
  return *this;
}

std::string array_literal(const std::vector<std::string>& texts) {
  Columns column(1);
  for (const std::string& text : texts) column.add({text});
  return column.literal(0);
}

}  // namespace counterpart::store
