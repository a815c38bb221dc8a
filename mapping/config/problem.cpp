#include "mapping/config/problem.h"

#include <algorithm>
#include <tuple>

namespace counterpart::config {
namespace {

auto order_of(const Mistake& mistake) {
  const Place& place = mistake.place;
  return std::tie(place.file, place.line, place.column, mistake.what, mistake.remedy);
}

void print_place(const Place& place, std::string& out) {
  out += place.file;
  if (place.line > 0) out += ":" + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) out += ":" + std::to_string(place.column);
  if (!place.file.empty() || place.line > 0) out += ": ";
}

std::vector<Mistake> in_order(std::vector<Mistake> result) {
  const auto less = [](const Mistake& a, const Mistake& b) { return order_of(a) < order_of(b); };
  const auto same = [](const Mistake& a, const Mistake& b) { return order_of(a) == order_of(b); };
  std::sort(result.begin(), result.end(), less);
  // An anchor's content is read once for each alias: one mistake, told once.
  result.erase(std::unique(result.begin(), result.end(), same), result.end());
  return result;
}

std::string print_all(const std::vector<Mistake>& mistakes, const char* kind) {
  std::string out;
  for (const Mistake& mistake : mistakes) {
    print_place(mistake.place, out);
    out += kind + mistake.what;
    if (!mistake.remedy.empty()) out += "; " + mistake.remedy;
    out += '\n';
  }
  return out;
}

/// Edit distance where two swapped neighbours count as one edit.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

void Problems::add(Place place, std::string what, std::string remedy) {
  mistakes_.push_back({std::move(place), std::move(what), std::move(remedy)});
}

void Problems::note(Place place, std::string what, std::string remedy) {
  notes_.push_back({std::move(place), std::move(what), std::move(remedy)});
}

std::vector<Mistake> Problems::sorted() const {
  return in_order(mistakes_);
}

std::string Problems::print() const {
  return print_all(sorted(), "");
}

std::string Problems::print_notes() const {
  return print_all(in_order(notes_), "note: ");
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t apart = distance(name, candidate);
    if (apart < best_distance && apart < candidate.size()) {
      best = &candidate;
      best_distance = apart;
    }
  }
  return best == nullptr ? "" : *best;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace counterpart::config
