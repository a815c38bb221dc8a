#include "mapping/codecs/name_words.h"

#include <algorithm>
#include <span>
#include <string>

#include "mapping/codecs/digits.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kTitles[] = {"ddr", "dipl", "dr", "frau", "herr", "miss", "mr", "mrs", "ms", "prof", "sir"};

// Titles and what they are of; a name, or nothing, without their dot.
constexpr std::string_view kDottedTitles[] = {"agr", "bakk", "cult",  "dent",  "doz",   "fr",   "habil", "hon",  "hr",
                                              "iur", "ing",  "jur",   "lic",   "mag",   "math", "med",   "mult", "nat",
                                              "oec", "päd",  "pharm", "phil",  "pol",   "priv", "publ",  "rer",  "rev",
                                              "sc",  "soc",  "sport", "techn", "theol", "univ", "vet"};

constexpr std::string_view kWholeTitles[] = {"b.eng.", "b.sc.", "e.h.", "h.c.", "m.eng.", "m.sc.", "ph.d."};

constexpr std::string_view kParticles[] = {"'t",  "af",  "al",    "am",  "auf", "av",    "bin", "d'",  "da",  "dalla",
                                           "das", "de",  "degli", "dei", "del", "della", "dem", "den", "der", "des",
                                           "di",  "do",  "dos",   "du",  "el",  "het",   "ibn", "la",  "le",  "op",
                                           "ten", "ter", "van",   "vom", "von", "y",     "zu",  "zum", "zur"};

// Capitalised and still no given name.
constexpr std::string_view kCapitalParticles[] = {"Da",  "De", "Del", "Della", "Den", "Der", "Di",
                                                  "Dos", "Du", "La",  "Van",   "Vom", "Von", "Zu"};

constexpr std::string_view kSuffixes[] = {"(fh)",  "b.a.", "b.eng.", "b.sc.",  "bsc",  "cfa",    "cpa",   "esq",
                                          "esq.",  "ii",   "iii",    "iv",     "jr",   "jr.",    "jun.",  "ll.b.",
                                          "ll.m.", "llm",  "m.a.",   "m.b.a.", "m.d.", "m.eng.", "m.sc.", "mba",
                                          "mdb",   "mdl",  "msc",    "ph.d.",  "phd",  "sen.",   "sr",    "sr."};

constexpr std::string_view kBirthWords[] = {"geb.", "geborene", "geborener", "né", "née"};

bool among(Words words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// Every piece between dots and hyphens is one of a title: Dr.-Ing., Prof.Dr.med.
bool is_made_of_titles(std::string_view word) {
  bool bare = true;
  while (!word.empty()) {
    const std::size_t end = std::min(word.find_first_of(".-"), word.size());
    const bool dotted = end < word.size() && word[end] == '.';
    const std::string_view piece = word.substr(0, end);
    if (!piece.empty() && !among(kTitles, piece) && !(dotted && among(kDottedTitles, piece))) return false;
    bare = bare && piece.empty();
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return !bare;
}

}  // namespace

bool is_name_title(std::string_view word) {
  const std::string lower = ascii_lower(word);
  const bool diploma = lower.starts_with("dipl.-") || lower == "dipl.";  // each profession has its own
  return diploma || among(kWholeTitles, lower) || is_made_of_titles(lower);
}

bool is_name_particle(std::string_view word) {
  return among(kParticles, word) || among(kCapitalParticles, word);
}

bool is_name_suffix(std::string_view word) {
  return among(kSuffixes, ascii_lower(word));
}

bool is_birth_word(std::string_view word) {
  return among(kBirthWords, ascii_lower(word));
}

}  // namespace counterpart::codecs
