#include <algorithm>
#include <array>
#include <vector>

#include "mapping/codecs/digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kRegistrationUsage =
    "registration, or registration(number) where the system holds the number without its court";
constexpr std::string_view kCourt = "Amtsgericht ";
constexpr std::size_t kSuffixMax = 3;

// Departments of German registers: companies, partnerships, cooperatives, associations, foundations.
constexpr std::array<std::string_view, 7> kDepartments{"HRA", "HRB", "GnR", "GsR", "PR", "VR", "StR"};
constexpr std::array<std::string_view, 14> kNoise{
    "amtsgericht", "ag",    "hr",   "handelsregister", "registergericht", "register", "nr", "nr.", "nummer",
    "no.",         "unter", "beim", "eingetragen",     "registernummer"};
// In names of courts: Frankfurt am Main.
constexpr std::array<std::string_view, 10> kSmallWords{"am", "an", "der", "auf", "bei", "im", "in", "ob", "vor", "a."};

bool is_letter_in_any_case(char c) {
  return is_capital(c) || (c >= 'a' && c <= 'z');
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const char c : collapsed(text) + " ") {
    const bool ends = c == ' ' || c == ',' || c == ';' || c == ':' || c == '(' || c == ')';
    if (ends) words.emplace_back();
    if (!ends && words.empty()) words.emplace_back();
    if (!ends) words.back() += c;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

/// The department that a word is, or begins with before a digit ("HRB123"); nullptr where it is none.
const std::string_view* department_of(const std::string& word) {
  const auto found = std::ranges::find_if(kDepartments, [&](std::string_view department) {
    if (ascii_lower(word.substr(0, department.size())) != ascii_lower(department)) return false;
    return word.size() == department.size() || is_digit(word[department.size()]);
  });
  return found == kDepartments.end() ? nullptr : &*found;
}

/// An entry of a German register: HRB 12345 B, Amtsgericht Charlottenburg.
struct Entry {
  std::string court;
  std::string number;  ///< "HRB 12345 B"
};

bool is_noise(std::string_view word) {
  return std::ranges::find(kNoise, folded(word)) != kNoise.end();
}

std::string name_of_court(const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) {
    if (is_noise(word)) continue;
    const std::string lower = folded(word);
    const bool small = !name.empty() && std::ranges::find(kSmallWords, lower) != kSmallWords.end();
    name += (name.empty() ? "" : " ") + (small ? lower : title_case(word));
  }
  return name;
}

/// A letter, or some capitals: B, HL.
bool is_suffix(std::string_view word) {
  if (is_noise(word)) return false;
  return word.size() == 1 ? is_letter_in_any_case(word[0])
                          : word.size() <= kSuffixMax && std::ranges::all_of(word, is_capital);
}

/// After the department: digits, dots and blanks among them left out, and letters that belong to the number (B, HL).
std::string take_number(std::vector<std::string>& words, std::size_t at, std::string_view department) {
  std::string rest = words[at].substr(department.size());
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  std::string digits;
  std::string letters;
  const auto take = [&](std::string_view word) {
    for (const char c : word) {
      if (is_digit(c) && letters.empty()) digits += c;
      if (is_letter_in_any_case(c)) letters += c;
    }
  };
  const auto is_number = [](std::string_view word) {
    const bool begins = !word.empty() && is_digit(word[0]);
    return begins &&
           std::ranges::all_of(word, [](char c) { return is_digit(c) || is_letter_in_any_case(c) || c == '.'; });
  };
  take(rest);
  while (digits.empty() && at < words.size() && is_noise(words[at])) {
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  while (letters.empty() && at < words.size() && is_number(words[at])) {
    take(words[at]);
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (letters.empty() && !digits.empty() && at < words.size() && is_suffix(words[at])) {
    letters = words[at];
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (is_noise(letters)) letters.clear();
  if (digits.empty() || letters.size() > kSuffixMax) return "";
  std::ranges::transform(letters, letters.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return std::string(department) + " " + digits.substr(first) + (letters.empty() ? "" : " " + letters);
}

std::optional<Entry> read_entry(std::string_view text) {
  std::vector<std::string> words = words_of(to_nfc(text));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view* department = department_of(words[i]);
    if (department == nullptr) continue;
    Entry entry;
    entry.number = take_number(words, i, *department);
    if (entry.number.empty()) return std::nullopt;
    entry.court = name_of_court(words);
    return entry;
  }
  return std::nullopt;
}

std::string spelled(const Entry& entry) {
  return entry.court.empty() ? entry.number : std::string(kCourt) + entry.court + " " + entry.number;
}

std::optional<std::string> read_once(std::string_view text) {
  if (const auto entry = read_entry(text)) return spelled(*entry);
  std::string other = upper_case(collapsed(text));
  const bool has_digit = std::ranges::any_of(other, is_digit);
  return has_digit ? std::optional(std::move(other)) : std::nullopt;
}

/// A register's entry in one spelling; numbers of other countries' registers in upper case. What is read as something
/// else a second time, two entries in one text, is none.
std::optional<std::string> normal_registration(std::string_view text) {
  auto normal = read_once(text);
  return normal && read_once(*normal) == normal ? std::move(normal) : std::nullopt;
}

class RegistrationCodec final : public SingleCodec<std::string> {
 public:
  explicit RegistrationCodec(bool number_only) : number_only_(number_only) {}

  std::string_view kind() const override { return "text"; }

  std::vector<Native> samples() const override {
    return {"Amtsgericht Charlottenburg HRB 12345 B", "HRB12345B, AG Charlottenburg", "HRB 12345",  "hra 00123",
            "Amtsgericht Frankfurt am Main HRB 7",    "VR 4711 Amtsgericht Köln",     "FN 123456a", "CHE-107.787.577"};
  }

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    if (!number_only_ || text == nullptr) return value;
    const auto entry = read_entry(*text);
    return entry ? Value(entry->number) : value;
  }

  /// Whoever edits the number says nothing of its court.
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    auto normal = raw.is_text() || raw.is_number() ? normal_registration(raw.plain()) : std::nullopt;
    if (!normal) return not_a_number(raw);
    return narrow(Value(*std::move(normal)));
  }

  Printed print_present(const std::string& value) const override {
    auto normal = normal_registration(value);
    if (!normal) return not_a_number(Native(value));
    return Native(std::get<std::string>(narrow(Value(*std::move(normal)))));
  }

  static Problem not_a_number(const Native& raw) {
    return not_a(raw, "registration number", "write it like Amtsgericht Charlottenburg HRB 12345 B");
  }

  bool number_only_;
};

}  // namespace

CodecPtr make_registration(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kWords[] = {"number"};
  limit_arguments(specification, 1, kRegistrationUsage);
  for (const Argument& argument : specification.arguments) word_of(argument, kWords);
  return std::make_shared<RegistrationCodec>(!specification.arguments.empty());
}

}  // namespace counterpart::codecs
