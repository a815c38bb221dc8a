#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mapping/values/native.h"
#include "mapping/values/side.h"
#include "mapping/values/value.h"

namespace counterpart {

/// Why a value cannot be read or held, for a person: what is wrong, and what to do.
struct Problem {
  std::string what;    ///< names the offending part, e.g. "'31.02.2026' is no date of the form dd.MM.yyyy"
  std::string remedy;  ///< e.g. "correct the date in the record, or change the pattern in the mapping"
  bool operator==(const Problem&) const = default;
};

using Parsed = std::variant<Value, Problem>;
using Printed = std::variant<Native, Problem>;

/// One side's spelling of a field. Laws, tested with generated values:
/// parse(print(v)) == v for every v the codec accepts (with narrow(v) == v), print(parse(s)) is
/// stable, and narrow(put(old, poor)) == poor. Immutable and shared between coroutines.
class Codec {
 public:
  virtual ~Codec() = default;

  /// The canonical value of what the system holds. `raw` is never null (absent is decided before);
  /// JSON null, "" and (where the codec says so) white space are Blank. A side of several paths
  /// passes an array with one element a path, null where one is absent.
  virtual Parsed parse(const Native& raw) const = 0;

  /// The system's spelling of a value; Blank prints as null unless the codec says otherwise.
  virtual Printed print(const Value& value) const = 0;

  /// What this side would hold of the value; the value itself unless the codec is narrowing.
  virtual Value narrow(const Value& value) const { return value; }

  /// A person's edit `poor`, made on this narrowing side, put into the other side's richer `old`
  /// without destroying what this side cannot see; nullopt: not decidable, the field freezes.
  virtual std::optional<Value> put(const Value& old, const Value& poor) const {
    (void)old;
    return poor;
  }

  /// How many paths a side with this codec names.
  virtual std::size_t arity() const { return 1; }

  /// The kind of value it reads and prints: text, number, boolean, date, instant, name, money, list, address
  /// or reference; "" where it does not tell. Two sides of one field with different kinds never agree.
  virtual std::string_view kind() const { return ""; }

  /// Every value there is, where they are few enough to be gone through: of a boolean, an option. Else none.
  virtual std::vector<Value> values() const { return {}; }

  /// Whether the mapping itself names these values one by one, as a table does: then the other side must spell each.
  virtual bool names_values() const { return false; }

  /// Spellings worth trying, as people and systems write such values: usual ones, odd ones, and those at this codec's
  /// own limits; some may be none that it reads. What every codec of a kind has in common need not be among them.
  virtual std::vector<Native> samples() const { return {}; }
};

using CodecPtr = std::shared_ptr<const Codec>;

/// A mapping table: pairs of (left spelling, right spelling), compared as plain text: 1 and "1" are the same.
struct ValueTable {
  std::vector<std::pair<std::string, std::string>> rows;
};
/// Looks a table up by name; nullptr where there is none.
using TableLookup = std::function<const ValueTable*(std::string_view name)>;

/// What a codec's specification was refused for: text and 0-based column.
struct CodecError {
  std::string what;
  std::size_t column = 0;
};

/// A codec from its specification, `name` or `name(argument, ...)`, arguments bare words or quoted
/// (with ' or ", the quote itself doubled), or `word=` before one of these:
///   text            NFC; no trimming (cleaning does that); white space only is a text
///   text(40), text(40, bytes)       longer ones cannot be printed; text(40, truncate): they are cut (narrowing)
///   text(40, '[A-Za-z0-9 -]')       other characters (an ICU UnicodeSet) cannot be printed
///   email           normal form: the domain in lower case; folding the rest is the *match key's* business
///   code            what people know a product or a document by (A-4711): white space at the ends left out, inside one
///                   space; a number is read, too
///   phone(DE)       libphonenumber, E.164 (";ext=" kept); region for national numbers
///   phone(DE, national), phone(DE, international)   as phone(DE), printed for people
///   integer, integer(text)          printed as a JSON number, or as text
///   decimal, decimal(de)            text 1234.56 / "1.234,56"; decimal(en) "1,234.56"; a JSON number is read by all
///   decimal(de, grouped)            printed with grouping, too
///   decimal(2), decimal(de, 2)      printed with two digits after the decimal mark; more cannot be printed, but are
///                   rounded with decimal(2, half_up) or decimal(2, half_even) (narrowing); all are read
///   number, number(de)              as decimal, printed as a JSON number; number(2), number(2, half_up): so too
///   money           an amount and its currency, "1234.56 EUR"; money(de) "1.234,56 €", money(en) "€1,234.56";
///                   money(de, code) or name: the currency is printed so; all codes, names and clear symbols are read.
///                   Printed with the currency's digits (money(de, 4): with four); more cannot be printed, but are
///                   rounded with money(de, half_up) or half_even (narrowing)
///   money_parts     two paths, [amount, currency], a JSON number and a code; without an amount it is Blank;
///                   money_parts(text), money_parts(de) the amount as text; other arguments as those of money
///   percent         19 percent is 19, as a JSON number; percent(text) "19"; percent(sign) "19 %";
///                   percent(fraction) 0.19, percent(fraction, text) "0.19"; all with de or en last; a % is read by all
///   boolean, boolean('ja','nein')   JSON true and false, or two words (read in any case), of which one may be ''
///   date, date('dd.MM.yyyy')        ISO 8601, or an ICU pattern
///   date('d. MMMM yyyy', de)        with the locale of the names in the pattern; en where there is none
///   datetime, datetime(seconds)     ISO 8601 with offset, to microseconds or seconds (narrowing)
///   datetime(epoch_s), datetime(epoch_ms)   since 1970, a JSON number (narrowing)
///   datetime('dd.MM.yyyy HH:mm', 'Europe/Berlin'[, locale])   pattern and zone (narrowing to what the pattern
///                   shows). A time skipped by the zone's clock is a Problem; one shown twice is the earlier.
///   option(table)   spelled by its side's column of the table; option(table, number) printed as a JSON number.
///                   One right spelling for several left ones narrows: it is read as the first of them.
///   option(table, default='EUR')    what is not in the table is read as the row with the left spelling EUR, and is
///                   written so (narrowing); option(table, pass): it is read and written as it is, as text
///   options(table)  several of them, in a JSON array; options(table, number) of numbers; options(table, ';') in one
///                   text, between ; or , or | (with a space where one is written: '; '). Their order tells nothing.
///   list, list(';') several texts, in a JSON array or in one text
///   country, country(alpha3), country(de)       ISO 3166; all read codes and English, German and their own names
///   language, language(alpha3), language(de)    ISO 639; so too
///   currency, currency(symbol, de), currency(name, de)   ISO 4217; so too, and symbols
///   url, url(bare)  normal form; bare: printed without https:// (narrowing)
///   vat_id          upper case, without white space and . - / ; country prefix required
///                   Of the EU, CH, GB and NO with their check digits; vat_id(unchecked) looks at the form only
///   reference(companies)   the id of a record of that object mapping (mapping/codecs/reference.h): its counterpart's
///   id
///                   is written; reference(companies, number) as a JSON number; reference(companies, required): no
///                   record is created here without it; reference(companies, placeholder='0'): where there is no
///                   counterpart, that id is written (narrowing)
///   registration    Amtsgericht Charlottenburg HRB 12345 B, in any order; other countries' in upper case;
///                   registration(number)  without the court (narrowing)
///   name_parts      two paths, [given, family] (narrowing: without a title, which put() keeps); raw and printed are an
///                   array of two; name_parts(title)   three paths, [title, given, family]
///   full_name       one path, "Title Given Family" (narrowing: the split is a guess, put() keeps the parts). Particles
///                   and what stands after a name are the family's: "von Goethe", "King Jr."; "Family, Given" is read
///   full_name('family, given')   one path, lossless but for what is a title: "Family, Title Given"
///   address_parts   four paths, [street, postal code, city, country] (narrowing: without a region, which put() keeps);
///                   address_parts(region)   five paths, [street, postal code, city, region, country]
///                   The country is read by code or name and printed as code; address_parts(de): by name
///   address_block(DE)   one path, lines as the address's country writes them; the country in the last line, by name,
///                   DE where there is none (narrowing). What does not read as an address there is a Problem
/// But for text, white space only is Blank. `side` says which column of a table is meant.
std::variant<CodecPtr, CodecError> make_codec(std::string_view specification, Side side, const TableLookup& tables);

}  // namespace counterpart
