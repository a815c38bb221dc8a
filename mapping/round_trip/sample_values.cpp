#include "mapping/round_trip/sample_values.h"

#include <array>
#include <chrono>
#include <random>
#include <string>
#include <utility>

namespace counterpart {
namespace {

using namespace std::chrono;

constexpr int kGenerated = 24;  ///< of each kind, besides the chosen ones

/// What is drawn follows from the seed alone, on every machine.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  /// From 0 to below `end`.
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }
  std::int64_t between(std::int64_t first, std::int64_t last) { return first + below(last - first + 1); }

  template <class T, std::size_t N>
  const T& of(const std::array<T, N>& choice) {
    return choice.at(static_cast<std::size_t>(below(N)));
  }

  std::string text(std::int64_t pieces) {
    static constexpr std::array<std::string_view, 22> kPieces{"a", "B",  "z",  "ß", "Ä",      "ö", "é", "İ",
                                                              "ı", "中", "👍", " ", "\u00a0", "-", ".", ",",
                                                              "#", "'",  "\"", "0", "7",      "1"};
    std::string drawn;
    for (std::int64_t i = 0; i < pieces; ++i) drawn += of(kPieces);
    return drawn;
  }

  std::string digits(std::int64_t count) {
    std::string drawn;
    for (std::int64_t i = 0; i < count; ++i) drawn += static_cast<char>('0' + below(10));
    return drawn;
  }

 private:
  std::mt19937_64 random_;
};

std::vector<Value> texts(Draw& draw) {
  std::vector<Value> all;
  for (const char* text : {"a",
                           "Wert",
                           "Ada Lovelace",
                           "  spaces around  ",
                           "two  spaces",
                           " ",
                           "\t",
                           "line\nline",
                           "line\r\nline",
                           "007",
                           "0",
                           "-1",
                           "1.50",
                           "1,5",
                           "1e3",
                           "true",
                           "ja",
                           "null",
                           "'quoted'",
                           "a \"word\"",
                           "a;b|c",
                           "#1",
                           "100 %",
                           "Müller-Lüdenscheidt",
                           "STRASSE",
                           "straße",
                           "é",
                           "中文",
                           "👍🏽",
                           "\u200b",
                           "İstanbul",
                           "<b>&amp;</b>",
                           "=1+1",
                           "DE",
                           "Deutschland",
                           "de",
                           "EUR",
                           "€",
                           "2024-02-29",
                           "12345",
                           "A-1"}) {
    all.emplace_back(std::string(text));
  }
  all.emplace_back(std::string(300, 'x'));
  for (int i = 0; i < kGenerated; ++i) all.emplace_back(draw.text(1 + i));
  for (int i = 1; i <= kGenerated / 2; ++i) all.emplace_back(draw.digits(i));
  return all;
}

std::vector<Value> numbers(Draw& draw) {
  std::vector<Value> all;
  const auto add = [&](const std::string& text) {
    if (const auto number = Decimal::parse(text)) all.emplace_back(*number);
  };
  for (const char* text : {"0",
                           "1",
                           "-1",
                           "7",
                           "19",
                           "1.5",
                           "0.1",
                           "0.01",
                           "0.005",
                           "0.125",
                           "-0.125",
                           "2.675",
                           "999.995",
                           "1000",
                           "1234.56",
                           "-1234.56",
                           "1234567.89",
                           "0.0000001",
                           "9007199254740993",
                           "123456789012345678901234567890",
                           "0.1234567890123456789",
                           "-0.5",
                           "100",
                           "12.3456"}) {
    add(text);
  }
  for (int i = 0; i < kGenerated; ++i) {
    add((i % 3 == 0 ? "-" : "") + std::to_string(draw.below(1'000'000)) + "." + draw.digits(i % 5) + "1");
  }
  return all;
}

std::vector<Value> dates(Draw& draw) {
  const auto on = [](int y, unsigned m, unsigned d) { return Value(Date(year(y), month(m), day(d))); };
  std::vector<Value> all{on(2024, 2, 29),  on(1, 1, 1),     on(99, 12, 31),  on(1582, 10, 15), on(1899, 12, 31),
                         on(1900, 1, 1),   on(1900, 2, 28), on(1926, 7, 4),  on(1969, 12, 31), on(1970, 1, 1),
                         on(1999, 12, 31), on(2000, 2, 29), on(2024, 2, 29), on(2024, 12, 30), on(2026, 1, 2),
                         on(2026, 12, 31), on(2038, 1, 19), on(2050, 5, 5),  on(2100, 2, 28),  on(9999, 12, 31)};
  const auto first = sys_days(year(1900) / January / 1).time_since_epoch().count();
  const auto last = sys_days(year(2100) / December / 31).time_since_epoch().count();
  for (int i = 0; i < kGenerated; ++i) all.emplace_back(Date(sys_days(days(draw.between(first, last)))));
  return all;
}

std::vector<Value> instants(Draw& draw) {
  std::vector<Value> all;
  const auto at = [&](sys_days day, microseconds of_day) { all.emplace_back(Instant(day) + of_day); };
  const microseconds last_of_day = hours(24) - microseconds(1);
  for (const microseconds time :
       {microseconds(0), microseconds(1), microseconds(999'999), microseconds(12h + 34min + 56s), last_of_day}) {
    at(year(1970) / January / 1, time);
    at(year(2024) / February / 29, time);
    at(year(1969) / December / 31, time);
  }
  at(year(1) / January / 2, 0h);
  at(year(9999) / December / 30, last_of_day);
  // Around the changes of clocks in Europe, and at other hours, elsewhere.
  for (const sys_days day : {sys_days(year(2026) / March / 29), sys_days(year(2026) / October / 25),
                             sys_days(year(2026) / March / 8), sys_days(year(2026) / November / 1)}) {
    for (int half_hour = -4; half_hour < 22; half_hour += 2) at(day, half_hour * 30min + 15min);
    at(day, 1h - microseconds(1));
  }
  const microseconds whole = Instant(sys_days(year(2100) / January / 1)).time_since_epoch();
  for (int i = 0; i < kGenerated; ++i) all.emplace_back(Instant(microseconds(draw.below(whole.count()))));
  return all;
}

std::vector<Value> names(Draw& draw) {
  std::vector<Value> all{
      Value(PersonName{"Ada", "Lovelace"}),
      Value(PersonName{"Ada", "Lovelace", "Dr."}),
      Value(PersonName{"Johann Wolfgang", "von Goethe"}),
      Value(PersonName{"Ludwig", "Mies van der Rohe"}),
      Value(PersonName{"María", "García López"}),
      Value(PersonName{"Martin Luther", "King Jr.", "Rev."}),
      Value(PersonName{"", "Madonna"}),
      Value(PersonName{"Cher", ""}),
      Value(PersonName{"Dr. Ada", "Lovelace"}),
      Value(PersonName{"Jean-Luc", "de la Fontaine", "Prof. Dr. Dr. h.c."}),
      Value(PersonName{"Anna Maria", "Müller-Lüdenscheidt", "Dipl.-Ing."}),
      Value(PersonName{"Ada", "Lovelace geb. Byron"}),
      Value(PersonName{"Björk", "Guðmundsdóttir"}),
      Value(PersonName{"小明", "王"}),
      Value(PersonName{"Ada, Countess", "Lovelace"}),
      Value(PersonName{"Mary Ann", "O'Neil", "Mrs"}),
  };
  static constexpr std::array<std::string_view, 8> kGiven{"Ada", "Kurt", "José", "Anna Lena",
                                                          "Jan", "Zoë",  "J.",   "X Æ"};
  static constexpr std::array<std::string_view, 8> kFamily{"Berg",    "van Dyk", "Le Roy",    "Li",
                                                           "zu Salm", "Groß",    "Smith Jr.", "da Silva Sá"};
  static constexpr std::array<std::string_view, 4> kTitles{"", "", "Dr.", "Prof. Dr."};
  for (int i = 0; i < kGenerated; ++i) {
    const std::string given(draw.of(kGiven));
    const std::string family(draw.of(kFamily));
    all.emplace_back(PersonName{given, family, std::string(draw.of(kTitles))});
  }
  return all;
}

/// Of currencies with no, two and three digits.
std::vector<Value> sums(Draw& draw) {
  std::vector<Value> all;
  const auto add = [&](const std::string& amount, std::string_view currency) {
    if (const auto number = Decimal::parse(amount)) all.emplace_back(Money{*number, std::string(currency)});
  };
  static constexpr std::array<std::string_view, 7> kCurrencies{"EUR", "USD", "JPY", "KWD", "CHF", "GBP", "SEK"};
  for (const std::string_view currency : kCurrencies) {
    for (const char* amount : {"0", "1", "-1", "500", "1234567", "1234.5", "-19.99", "0.005", "12.345", "0.1234567"}) {
      add(amount, currency);
    }
  }
  for (int i = 0; i < kGenerated; ++i) {
    add(std::to_string(draw.below(100'000)) + "." + draw.digits(i % 4) + "0", draw.of(kCurrencies));
  }
  return all;
}

std::vector<Value> lists(Draw& draw) {
  std::vector<Value> all{Value(TextSet{{"a"}}),      Value(TextSet{{"a", "b"}}),  Value(TextSet{{"a", "A"}}),
                         Value(TextSet{{"a b"}}),    Value(TextSet{{"a;b"}}),     Value(TextSet{{"a,b", "c"}}),
                         Value(TextSet{{"é", "ß"}}), Value(TextSet{{"1", "01"}}), Value(TextSet{{"a|b"}})};
  for (int i = 0; i < kGenerated; ++i) {
    TextSet set;
    for (int item = 0; item <= i % 4; ++item) set.items.insert("Wert " + draw.digits(2));
    all.emplace_back(std::move(set));
  }
  return all;
}

std::vector<Value> addresses(Draw& draw) {
  const std::vector<PostalAddress> places{
      {"Musterstr. 12", "10115", "Berlin", "DE"},
      {"c/o Byron\nMusterstr. 12", "10115", "Berlin", "DE"},
      {"Ring 1", "1010", "Wien", "AT"},
      {"Rue Neuve 1", "1000", "Bruxelles", "BE"},
      {"Bahnhofstrasse 1", "8001", "Zürich", "CH"},
      {"Vestergade 1", "1456", "København", "DK"},
      {"1 rue de Rivoli", "75001", "Paris", "FR"},
      {"10 Downing Street", "SW1A 2AA", "London", "GB"},
      {"Städtle 1", "9490", "Vaduz", "LI"},
      {"Rue Philippe II 1", "2340", "Luxembourg", "LU"},
      {"Damrak 1", "1012 LG", "Amsterdam", "NL"},
      {"1 Main St", "62704", "Springfield", "US", "IL"},
      {"Ulica Długa 1", "00-001", "Warszawa", "PL"},
      {"", "10115", "Berlin", "DE"},
      {"Musterstr. 12", "10115", "Berlin", ""},
      {"Musterstr. 12", "", "Berlin", "DE"},
      {"Main Road 1", "", "Springfield", "US"},
      {"", "", "Berlin", ""},
      {"", "", "", "DE"},
  };
  std::vector<Value> all(places.begin(), places.end());
  for (int i = 0; i < kGenerated; ++i) {
    PostalAddress address = places.at(static_cast<std::size_t>(draw.below(12)));
    address.street = "Weg " + draw.digits(1 + i % 4) + (i % 5 == 0 ? " a" : "");
    all.emplace_back(std::move(address));
  }
  return all;
}

}  // namespace

std::vector<Value> sample_values(std::string_view kind, std::uint64_t seed) {
  Draw draw(seed);
  if (kind == "text") return texts(draw);
  if (kind == "number") return numbers(draw);
  if (kind == "boolean") return {Value(false), Value(true)};
  if (kind == "date") return dates(draw);
  if (kind == "instant") return instants(draw);
  if (kind == "name") return names(draw);
  if (kind == "money") return sums(draw);
  if (kind == "list") return lists(draw);
  if (kind == "address") return addresses(draw);
  return {};
}

}  // namespace counterpart
