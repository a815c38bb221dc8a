#include "mapping/codecs/vat_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "mapping/codecs/digits.h"

namespace counterpart::codecs {
namespace {

int digit(std::string_view text, std::size_t at) {
  return text[at] - '0';
}
std::int64_t number(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

/// Σ weight · digit over as many as there are weights.
int weighted(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * digit(digits, i);
  return sum;
}
template <std::size_t N>
int weighted(std::string_view digits, const int (&weights)[N]) {
  return weighted(digits, std::span<const int>(weights));
}

/// Luhn's sum is a multiple of ten.
bool luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int doubled = digit(digits, digits.size() - 1 - i) * (i % 2 == 0 ? 1 : 2);
    sum += doubled / 10 + doubled % 10;
  }
  return sum % 10 == 0;
}

/// ISO 7064, MOD 11,10.
bool mod_11_10(std::string_view digits) {
  int check = 5;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    check = ((check == 0 ? 10 : check) * 2 % 11 + digit(digits, i)) % 10;
  }
  return check == 1;
}

/// Letters count as 10 to 35, as in an IBAN.
int mod_97(std::string_view text) {
  int rest = 0;
  for (const char c : text) {
    const int value = is_digit(c) ? c - '0' : c - 'A' + 10;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

bool at(std::string_view at_one) {
  const std::string_view n = at_one.substr(1);
  int sum = 4;
  for (std::size_t i = 0; i < 7; ++i) {
    const int value = digit(n, i) * (i % 2 == 0 ? 1 : 2);
    sum += value / 10 + value % 10;
  }
  return (10 - sum % 10) % 10 == digit(n, 7);
}

bool be(std::string_view n) {
  return number(n) > 0 && (number(n.substr(0, 8)) + number(n.substr(8))) % 97 == 0;
}

bool bg_legal(std::string_view n) {
  int check = weighted(n, {1, 2, 3, 4, 5, 6, 7, 8}) % 11;
  if (check == 10) check = weighted(n, {3, 4, 5, 6, 7, 8, 9, 10}) % 11;
  return check % 10 == digit(n, 8);
}

/// A number of a person born here, of a foreigner, or of anybody else.
bool bg_other(std::string_view n) {
  const int born = weighted(n, {2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10;
  const int foreigner = weighted(n, {21, 19, 17, 13, 11, 9, 7, 3, 1}) % 10;
  const int other = (11 - weighted(n, {4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  const int check = digit(n, 9);
  return check == born || check == foreigner || check == other;
}
bool bg(std::string_view n) {
  return n.size() == 9 ? bg_legal(n) : bg_other(n);
}

bool ch(std::string_view che) {
  const std::string_view n = che.substr(1);
  return (11 - weighted(n, {5, 4, 3, 2, 7, 6, 5, 4}) % 11) % 11 == digit(n, 8);
}

bool cy(std::string_view n) {
  constexpr int kOdd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += i % 2 == 0 ? kOdd[digit(n, i)] : digit(n, i);
  return !n.starts_with("12") && static_cast<char>('A' + sum % 26) == n[8];
}

bool cz_legal(std::string_view n) {
  const int check = (11 - weighted(n, {8, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  return n[0] != '9' && (check == 0 ? 1 : check % 10) == digit(n, 7);
}

bool cz_special(std::string_view n) {
  const int check = weighted(n.substr(1), {8, 7, 6, 5, 4, 3, 2}) % 11;
  return (18 - (10 - check) % 11) % 10 == digit(n, 8);
}

/// The birth number of a person: months of women count from 51, of late ones from 21 or 71.
bool cz_person(std::string_view n) {
  const std::int64_t month = number(n.substr(2, 2)) % 50 % 20;
  const std::int64_t day = number(n.substr(4, 2));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (n.size() == 9) return number(n.substr(0, 2)) <= 53;
  return number(n.substr(0, 9)) % 11 % 10 == digit(n, 9);
}
bool cz(std::string_view n) {
  if (n.size() == 8) return cz_legal(n);
  return n.size() == 9 && n[0] == '6' ? cz_special(n) : cz_person(n);
}

bool de(std::string_view n) {
  return n[0] != '0' && mod_11_10(n);
}
bool dk(std::string_view n) {
  return n[0] != '0' && weighted(n, {2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}
bool ee(std::string_view n) {
  return weighted(n, {3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0;
}
bool el(std::string_view n) {
  return weighted(n, {256, 128, 64, 32, 16, 8, 4, 2}) % 11 % 10 == digit(n, 8);
}

constexpr std::string_view kDni = "TRWAGMYFPDXBNJZSQVHLCKE";

bool es_person(std::string_view n) {
  std::string digits(n.substr(0, 8));
  const std::size_t foreign = std::string_view("XYZ").find(n[0]);
  if (foreign != std::string_view::npos) digits[0] = static_cast<char>('0' + foreign);
  if (digits[0] == 'K' || digits[0] == 'L' || digits[0] == 'M') digits[0] = '0';
  return kDni[static_cast<std::size_t>(number(digits) % 23)] == n[8];
}

/// A company's check is a digit or a letter; sources differ on which kind has which.
bool es_company(std::string_view n) {
  int sum = 0;
  for (std::size_t i = 1; i < 8; ++i) {
    const int value = digit(n, i) * (i % 2 == 0 ? 1 : 2);
    sum += value / 10 + value % 10;
  }
  const auto check = static_cast<std::size_t>((10 - sum % 10) % 10);
  const bool as_digit = n[8] == static_cast<char>('0' + check);
  const bool as_letter = n[8] == std::string_view("JABCDEFGHI")[check];
  return as_digit || as_letter;
}
bool es(std::string_view n) {
  const auto are_digits = [&](std::size_t from) { return std::ranges::all_of(n.substr(from, 8 - from), is_digit); };
  if (!are_digits(1)) return false;
  if (is_digit(n[0]) || std::string_view("KLMXYZ").find(n[0]) != std::string_view::npos) return es_person(n);
  return std::string_view("ABCDEFGHJNPQRSUVW").find(n[0]) != std::string_view::npos && es_company(n);
}

bool fi(std::string_view n) {
  return weighted(n, {7, 9, 10, 5, 8, 4, 2, 1}) % 11 == 0;
}

/// The key is two digits, or has letters but I and O; Monaco's numbers (000…) have no check of their own.
bool fr(std::string_view n) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const std::string_view siren = n.substr(2);
  if (!std::ranges::all_of(siren, is_digit) || (!siren.starts_with("000") && !luhn(siren))) return false;
  if (is_digit(n[0]) && is_digit(n[1])) return number(n.substr(0, 2)) == number(std::string(siren) + "12") % 97;
  const std::size_t first = kAlphabet.find(n[0]);
  const std::size_t second = kAlphabet.find(n[1]);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  const auto key = static_cast<std::int64_t>(is_digit(n[0]) ? first * 24 + second - 10 : first * 34 + second - 100);
  return (number(siren) + 1 + key / 11) % 11 == key % 11;
}

bool gb(std::string_view n) {
  if (n.starts_with("GD")) return number(n.substr(2)) < 500;
  if (n.starts_with("HA")) return number(n.substr(2)) >= 500;
  if (!std::ranges::all_of(n, is_digit)) return false;
  const auto rest = (weighted(n, {8, 7, 6, 5, 4, 3, 2}) + number(n.substr(7, 2))) % 97;
  return rest == 0 || (number(n.substr(0, 3)) >= 100 && (rest == 42 || rest == 55));
}

bool hr(std::string_view n) {
  return mod_11_10(n);
}
bool hu(std::string_view n) {
  return weighted(n, {9, 7, 3, 1, 9, 7, 3, 1}) % 10 == 0;
}

/// Seven digits and one or two letters, or the older form with a letter, + or * in the second place.
bool ie(std::string_view n) {
  constexpr std::string_view kLetters = "WABCDEFGHIJKLMNOPQRSTUV";
  std::string digits(n.substr(0, 7));
  int more = 0;
  if (!is_digit(n[1])) {
    digits = "0" + std::string(n.substr(2, 5)) + n[0];
  } else if (n.size() == 9) {
    const std::size_t second = kLetters.find(n[8]);
    if (second == std::string_view::npos) return false;
    more = 9 * static_cast<int>(second);
  }
  if (!std::ranges::all_of(digits, is_digit) || !is_capital(n[7])) return false;
  return kLetters[static_cast<std::size_t>((weighted(digits, {8, 7, 6, 5, 4, 3, 2}) + more) % 23)] == n[7];
}

bool it(std::string_view n) {
  const std::int64_t office = number(n.substr(7, 3));
  const bool known = (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
  return known && !n.starts_with("0000000") && luhn(n);
}

bool lt(std::string_view n) {
  const std::size_t before = n.size() - 1;
  if (n[before - 1] != '1' && n.size() == 9) return false;
  if (n.size() == 12 && n[10] != '1') return false;
  int sum = 0;
  for (std::size_t i = 0; i < before; ++i) sum += digit(n, i) * static_cast<int>(1 + i % 9);
  int check = sum % 11;
  if (check == 10) {
    sum = 0;
    for (std::size_t i = 0; i < before; ++i) sum += digit(n, i) * static_cast<int>(1 + (i + 2) % 9);
    check = sum % 11;
  }
  return check % 10 == digit(n, before);
}

bool lu(std::string_view n) {
  return number(n.substr(0, 6)) % 89 == number(n.substr(6));
}

/// Of a company; of a person: with the date of birth, or a number of 32… that has none.
bool lv(std::string_view n) {
  if (n[0] > '3') return weighted(n, {9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1}) % 11 == 3;
  if (n.starts_with("32")) return true;
  const std::int64_t day = number(n.substr(0, 2));
  const std::int64_t month = number(n.substr(2, 2));
  if (day < 1 || day > 31 || month < 1 || month > 12) return false;
  return (1 + weighted(n, {10, 5, 8, 4, 2, 1, 6, 3, 7, 9})) % 11 % 10 == digit(n, 10);
}

bool mt(std::string_view n) {
  return n[0] != '0' && weighted(n, {3, 4, 6, 7, 8, 9, 10, 1}) % 37 == 0;
}

/// Of a company (a citizen's number), or since 2020 of a person in business.
bool nl(std::string_view n) {
  const bool as_citizen = number(n.substr(0, 9)) > 0 && (weighted(n, {9, 8, 7, 6, 5, 4, 3, 2}) - digit(n, 8)) % 11 == 0;
  return n.substr(10) != "00" && (as_citizen || mod_97("NL" + std::string(n)) == 1);
}

bool no(std::string_view n) {
  return weighted(n, {3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}
bool pl(std::string_view n) {
  return (weighted(n, {6, 5, 7, 2, 3, 4, 5, 6, 7}) - digit(n, 9)) % 11 == 0;
}
bool pt(std::string_view n) {
  return n[0] != '0' && (11 - weighted(n, {9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 11 % 10 == digit(n, 8);
}

bool ro(std::string_view n) {
  if (n[0] == '0') return false;
  if (n.size() == 13) {
    const int check = weighted(n, {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
    return (check == 10 ? 1 : check) == digit(n, 12);
  }
  const std::string padded = std::string(10 - n.size(), '0') + std::string(n);
  return 10 * weighted(padded, {7, 5, 3, 2, 1, 7, 5, 3, 2}) % 11 % 10 == digit(padded, 9);
}

bool se(std::string_view n) {
  return n.substr(10) != "00" && luhn(n.substr(0, 10));
}
bool si(std::string_view n) {
  const int check = 11 - weighted(n, {8, 7, 6, 5, 4, 3, 2}) % 11;
  return n[0] != '0' && check != 11 && check % 10 == digit(n, 7);
}
/// A firm's, or the birth number of a person, which both halves of Czechoslovakia kept.
bool sk(std::string_view n) {
  const bool of_a_firm = std::string_view("234789").find(n[2]) != std::string_view::npos;
  return (n[0] != '0' && of_a_firm && number(n) % 11 == 0) || cz_person(n);
}

/// One form of a country's ids, after its two letters: 9 is a digit, ? a letter or digit (or + or *), others are
/// themselves.
struct Rule {
  std::string_view country;
  std::string_view form;
  bool (*is_right)(std::string_view);
};

constexpr Rule kRules[] = {
    {"AT", "U99999999", at},    {"BE", "9999999999", be},   {"BG", "999999999", bg},    {"BG", "9999999999", bg},
    {"CH", "E999999999", ch},   {"CY", "99999999?", cy},    {"CZ", "99999999", cz},     {"CZ", "999999999", cz},
    {"CZ", "9999999999", cz},   {"DE", "999999999", de},    {"DK", "99999999", dk},     {"EE", "999999999", ee},
    {"EL", "999999999", el},    {"ES", "?9999999?", es},    {"FI", "99999999", fi},     {"FR", "??999999999", fr},
    {"GB", "999999999", gb},    {"GB", "999999999999", gb}, {"GB", "GD999", gb},        {"GB", "HA999", gb},
    {"HR", "99999999999", hr},  {"HU", "99999999", hu},     {"IE", "9?99999?", ie},     {"IE", "9999999??", ie},
    {"IT", "99999999999", it},  {"LT", "999999999", lt},    {"LT", "999999999999", lt}, {"LU", "99999999", lu},
    {"LV", "99999999999", lv},  {"MT", "99999999", mt},     {"NL", "999999999B99", nl}, {"NO", "999999999", no},
    {"PL", "9999999999", pl},   {"PT", "999999999", pt},    {"RO", "99", ro},           {"RO", "999", ro},
    {"RO", "9999", ro},         {"RO", "99999", ro},        {"RO", "999999", ro},       {"RO", "9999999", ro},
    {"RO", "99999999", ro},     {"RO", "999999999", ro},    {"RO", "9999999999", ro},   {"RO", "9999999999999", ro},
    {"SE", "999999999999", se}, {"SI", "99999999", si},     {"SK", "9999999999", sk},   {"XI", "999999999", gb},
    {"XI", "999999999999", gb}, {"XI", "GD999", gb},        {"XI", "HA999", gb},
};

bool has_form(std::string_view id, std::string_view form) {
  if (id.size() != form.size()) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool fits = form[i] == '9' ? is_digit(id[i]) : form[i] == '?' || form[i] == id[i];
    if (!fits) return false;
  }
  return true;
}

}  // namespace

VatCheck check_vat_id(std::string_view normal) {
  const std::string_view country = normal.substr(0, 2);
  const std::string_view id = normal.substr(2);
  VatCheck result = VatCheck::no_rule;
  for (const Rule& rule : kRules) {
    if (rule.country != country) continue;
    if (result == VatCheck::no_rule) result = VatCheck::bad_form;
    if (!has_form(id, rule.form)) continue;
    if (rule.is_right(id)) return VatCheck::right;
    result = VatCheck::bad_digits;
  }
  return result;
}

}  // namespace counterpart::codecs
