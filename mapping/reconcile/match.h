#pragma once

#include <string>
#include <vector>

#include "mapping/reconcile/rules.h"
#include "mapping/values/record.h"

namespace counterpart {

/// One record's match key in normal form.
struct KeyValue {
  KeyKind kind = KeyKind::email;
  std::string normal;   ///< compared: e-mail with ASCII case folded and the domain in IDNA2008 A-labels; VAT id A-Z0-9;
                        ///< a code in upper case, without white space
  std::string spelled;  ///< as the searched side would spell it, for the search in that system
  bool operator==(const KeyValue&) const = default;
};

/// A key value's normal form; "" where it is none (blank, no @, too short).
std::string normalise_key(KeyKind kind, std::string_view text);

/// The record's match keys in the mapping's order of trust; blanks left out. `spelled` is for
/// searching the other side.
std::vector<KeyValue> match_keys(const ObjectMapping& mapping, Side side, const Record& record);

/// What a look-up of one record's keys on the other side came to.
struct Candidate {
  std::string id;
  bool linked = false;  ///< is already somebody's counterpart
};
enum class MatchVerdict : std::uint8_t { none, link, ambiguous };
struct MatchResult {
  MatchVerdict verdict = MatchVerdict::none;
  std::string id;      ///< to link
  std::string reason;  ///< in words, with the key's kind (never its value): "2 records on right have this email"
};

/// Decides from the candidates found for each key, in order of trust: the first key with a candidate
/// counts; one that is not linked is linked, more or a linked one is ambiguous.
MatchResult decide_match(const std::vector<KeyValue>& keys, const std::vector<std::vector<Candidate>>& found);

}  // namespace counterpart
