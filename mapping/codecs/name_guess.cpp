#include "mapping/codecs/name_guess.h"

#include <algorithm>
#include <optional>

#include "mapping/codecs/name_words.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

/// A name, and what stands after it: " Jr.", ", MBA", " geb. Schmidt". Together they are the text.
struct Tail {
  std::string_view name;
  std::string_view suffix;
};

std::string_view without_comma(std::string_view text) {
  while (text.ends_with(',') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Where " geb. …" begins; the text's size where it does not.
std::size_t start_of_birth_name(std::string_view text) {
  for (std::size_t space = text.find(' '); space != std::string_view::npos; space = text.find(' ', space + 1)) {
    const std::string_view word = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
    if (is_birth_word(word) && !without_comma(text.substr(0, space)).empty()) return space;
  }
  return text.size();
}

Tail tail_of(std::string_view text) {
  std::size_t end = start_of_birth_name(text);
  while (true) {
    const std::size_t space = text.substr(0, end).rfind(' ');
    if (space == std::string_view::npos) break;
    const std::string_view word = without_comma(text.substr(space + 1, end - space - 1));
    if (!is_name_suffix(word) || without_comma(text.substr(0, space)).empty()) break;
    end = space;
  }
  if (end < text.size()) end = without_comma(text.substr(0, end)).size();
  return {text.substr(0, end), text.substr(end)};
}

/// The two sides of a comma that turns the order.
std::optional<std::pair<std::string_view, std::string_view>> turned(std::string_view name) {
  const std::size_t comma = name.find(',');
  if (comma == std::string_view::npos || name.find(',', comma + 1) != std::string_view::npos) return std::nullopt;
  const std::pair sides(trimmed(name.substr(0, comma)), trimmed(name.substr(comma + 1)));
  if (sides.first.empty() || sides.second.empty()) return std::nullopt;
  return sides;
}

bool is_lower_case(std::string_view word) {
  return word[0] < 'A' || word[0] > 'Z';
}

/// Where the family name begins: the last word, and the particles before it. A capitalised particle at the very
/// beginning is a given name: Van Morrison.
std::size_t start_of_family(std::string_view name) {
  std::size_t start = name.rfind(' ') + 1;
  while (start > 0) {
    const std::size_t end = start - 1;
    const std::size_t before = name.substr(0, end).rfind(' ') + 1;
    const std::string_view word = name.substr(before, end - before);
    if (!is_name_particle(word) || (before == 0 && !is_lower_case(word))) break;
    start = before;
  }
  return start;
}

PersonName split_name(std::string_view name) {
  auto [title, rest] = split_titles(name, false);
  const std::size_t start = start_of_family(rest);
  return {std::string(trimmed(std::string_view(rest).substr(0, start))), rest.substr(start), std::move(title)};
}

/// The particles at the end of "Johann Wolfgang von" go to the family name.
void move_particles(PersonName& name) {
  while (!name.given.empty()) {
    const std::size_t start = name.given.rfind(' ') + 1;
    const std::string word = name.given.substr(start);
    if (!is_name_particle(word) || !is_lower_case(word)) return;
    name.family = word + " " + name.family;
    name.given.erase(start == 0 ? 0 : start - 1);
  }
}

/// "Family, Given" or "Given Family, Dr.".
PersonName turned_name(std::string_view before, std::string_view after) {
  auto [title, given] = split_titles(after, true);
  if (given.empty()) {
    PersonName name = split_name(before);
    name.title = collapsed(name.title + " " + title);
    return name;
  }
  auto [first, family] = split_titles(before, false);
  PersonName name{std::move(given), std::move(family), collapsed(first + " " + title)};
  move_particles(name);
  return name;
}

}  // namespace

std::string joined_name(const PersonName& name) {
  return collapsed(name.title + " " + name.given + " " + name.family);
}

std::pair<std::string, std::string> split_titles(std::string_view text, bool all) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::size_t next = std::min(text.find_first_not_of(' ', end), text.size());
    if (!is_name_title(text.substr(start, end - start)) || (next == text.size() && !all)) break;
    start = next;
  }
  return {std::string(trimmed(text.substr(0, start))), std::string(trimmed(text.substr(start)))};
}

PersonName guess_name(const std::string& text) {
  const Tail tail = tail_of(text);
  const auto sides = turned(tail.name);
  PersonName name = sides ? turned_name(sides->first, sides->second) : split_name(tail.name);
  name.family += tail.suffix;
  return name;
}

bool reads_family_first(const std::string& text) {
  return turned(tail_of(text).name).has_value();
}

}  // namespace counterpart::codecs
