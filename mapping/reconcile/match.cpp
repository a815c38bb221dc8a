#include "mapping/reconcile/match.h"

#include <algorithm>

#include "mapping/codecs/domain.h"
#include "mapping/codecs/email.h"
#include "mapping/codecs/unicode.h"
#include "mapping/codecs/vat_id.h"

namespace counterpart {
namespace {

/// The local part is folded in ASCII only: Unicode folding would make one person of two (mıke, mike).
std::string normalise_email(std::string_view text) {
  const std::string address = codecs::to_nfc(codecs::trimmed(text));
  const auto at_sign = codecs::at_sign_of(address);
  if (!at_sign) return "";
  const std::string domain = codecs::domain_in_ascii(std::string_view(address).substr(*at_sign + 1));
  if (domain.empty()) return "";
  return codecs::ascii_lower(address.substr(0, *at_sign)) + "@" + codecs::ascii_lower(domain);
}

/// Nobody types the spaces of a number twice alike.
std::string normalise_code(std::string_view text) {
  std::string code = codecs::upper_case(codecs::collapsed(codecs::to_nfc(text)));
  std::erase(code, ' ');
  return code;
}

std::string spelled_for(const Codec& codec, const Value& value, const std::string& normal) {
  const Printed printed = codec.print(value);
  const auto* native = std::get_if<Native>(&printed);
  if (native == nullptr || !(native->is_text() || native->is_number())) return normal;
  return native->plain();
}

bool has(const std::vector<KeyValue>& keys, KeyKind kind, std::string_view normal) {
  return std::ranges::any_of(keys, [&](const KeyValue& key) { return key.kind == kind && key.normal == normal; });
}

std::vector<Candidate> without_repeats(const std::vector<Candidate>& found) {
  std::vector<Candidate> result;
  for (const Candidate& candidate : found) {
    if (std::ranges::find(result, candidate.id, &Candidate::id) == result.end()) result.push_back(candidate);
  }
  return result;
}

MatchResult decide(KeyKind kind, const std::vector<Candidate>& candidates) {
  const std::string key(name_of(kind));
  if (candidates.size() > 1) {
    return {MatchVerdict::ambiguous, "", std::to_string(candidates.size()) + " records have this " + key};
  }
  const Candidate& only = candidates.front();
  if (only.linked)
    return {MatchVerdict::ambiguous, "", "the record with this " + key + " is linked to another already"};
  return {MatchVerdict::link, only.id, "one record has this " + key};
}

}  // namespace

std::string normalise_key(KeyKind kind, std::string_view text) {
  switch (kind) {
    case KeyKind::email:
      return normalise_email(text);
    case KeyKind::vat_id:
      return codecs::normal_vat_id(text).value_or("");
    case KeyKind::code:
      break;
  }
  return normalise_code(text);
}

std::vector<KeyValue> match_keys(const ObjectMapping& mapping, Side side, const Record& record) {
  std::vector<KeyValue> keys;
  for (const MatchKey& match : mapping.match) {
    const FieldRule& field = mapping.fields[match.field];
    const Parsed parsed = read_field(field.side[side], record);
    const auto* value = std::get_if<Value>(&parsed);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
    if (text == nullptr) continue;
    std::string normal = normalise_key(match.kind, *text);
    if (normal.empty() || has(keys, match.kind, normal)) continue;
    std::string spelled = spelled_for(*field.side[other(side)].codec, *value, normal);
    keys.push_back({match.kind, std::move(normal), std::move(spelled)});
  }
  return keys;
}

MatchResult decide_match(const std::vector<KeyValue>& keys, const std::vector<std::vector<Candidate>>& found) {
  for (std::size_t i = 0; i < keys.size() && i < found.size(); ++i) {
    const std::vector<Candidate> candidates = without_repeats(found[i]);
    if (!candidates.empty()) return decide(keys[i].kind, candidates);
  }
  return {MatchVerdict::none, "", keys.empty() ? "the record has no match key" : "no record has its match keys"};
}

}  // namespace counterpart
