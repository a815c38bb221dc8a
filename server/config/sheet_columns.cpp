#include "server/config/sheet_columns.h"

#include <algorithm>

#include "mapping/codecs/unicode.h"

namespace counterpart::drafts {
namespace {

struct Headings {
  SheetColumn column;
  std::string english;
  std::string german;
  std::vector<std::string> others;  ///< other words for the same
};

const std::vector<Headings>& headings() {
  using enum SheetColumn;
  static const std::vector<Headings> all = {
      {sync, "sync", "Abgleich", {}},
      {object, "object", "Objekt", {}},
      {left_field, "left field", "linkes Feld", {"left", "Feld links"}},
      {direction, "direction", "Richtung", {}},
      {right_field, "right field", "rechtes Feld", {"right", "Feld rechts"}},
      {left_type, "left type", "linker Typ", {"type left", "Typ links"}},
      {right_type, "right type", "rechter Typ", {"type right", "Typ rechts"}},
      {table, "table", "Tabelle", {}},
      {max_length, "max length", "Höchstlänge", {"maximum length", "maximale Länge"}},
      {left_cleaning, "cleaning left", "Bereinigung links", {"left cleaning", "linke Bereinigung"}},
      {right_cleaning, "cleaning right", "Bereinigung rechts", {"right cleaning", "rechte Bereinigung"}},
      {left_rules, "validate left", "Prüfung links", {"left validate", "linke Prüfung"}},
      {right_rules, "validate right", "Prüfung rechts", {"right validate", "rechte Prüfung"}},
      {conflict, "conflict", "Konflikt", {}},
      {initial, "initial", "Erstabgleich", {"erster Abgleich"}},
      {against_direction, "against direction", "gegen die Richtung", {}},
      {lossy, "lossy", "verlustbehaftet", {}},
      {empty_never_overwrites, "empty never overwrites", "leer überschreibt nie", {}},
      {name, "name", "Name", {}},
      {note, "note", "Bemerkung", {"notes"}},
      {left_example, "example left", "Beispiel links", {"left example", "linkes Beispiel"}},
      {right_example, "example right", "Beispiel rechts", {"right example", "rechtes Beispiel"}},
  };
  return all;
}

/// "Left_Field " and "left field" are one heading.
std::string comparable_heading(std::string_view heading) {
  std::string text = codecs::folded(heading);
  std::ranges::replace_if(text, [](char c) { return c == '_' || c == '-'; }, ' ');
  return codecs::collapsed(text);
}

}  // namespace

const std::vector<SheetColumn>& printed_columns() {
  static const std::vector<SheetColumn> printed = [] {
    std::vector<SheetColumn> columns;
    for (const Headings& one : headings()) {
      const bool shorthand = one.column == SheetColumn::table || one.column == SheetColumn::max_length;
      if (!shorthand) columns.push_back(one.column);
    }
    return columns;
  }();
  return printed;
}

const std::string& heading_of(SheetColumn column) {
  return std::ranges::find(headings(), column, &Headings::column)->english;
}

std::optional<SheetColumn> column_with(std::string_view heading) {
  const std::string wanted = comparable_heading(heading);
  const auto is_it = [&](const std::string& word) { return comparable_heading(word) == wanted; };
  for (const Headings& one : headings()) {
    if (is_it(one.english) || is_it(one.german) || std::ranges::any_of(one.others, is_it)) return one.column;
  }
  return std::nullopt;
}

std::vector<std::string> known_headings() {
  std::vector<std::string> known;
  for (const Headings& one : headings()) {
    known.push_back(one.english);
    if (comparable_heading(one.german) != comparable_heading(one.english)) known.push_back(one.german);
  }
  return known;
}

}  // namespace counterpart::drafts
