#include "connectors/rest/judge.h"

#include <algorithm>

#include "connectors/ports/retry_after.h"

namespace counterpart::rest {
namespace {

using Kind = Failure::Kind;

bool holds(const Statuses& statuses, int status) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

bool matches(const ErrorRule& rule, int status, const Native& body) {
  if (!rule.status.empty() && !holds(rule.status, status)) return false;
  if (!rule.path) return true;
  const Native* value = rule.path->find(body);
  if (value == nullptr || value->is_null()) return false;
  const std::string text = value->plain();
  return (!rule.equals || text == *rule.equals) && (!rule.contains || text.find(*rule.contains) != std::string::npos);
}

/// Whether a server's error leaves open if the request was carried out.
bool leaves_doubt(Effect effect, int status, bool told_when) {
  constexpr int kBadGateway = 502;
  constexpr int kUnavailable = 503;
  constexpr int kGatewayTimeout = 504;
  if (effect == Effect::read) return false;
  if (status == kBadGateway || status == kGatewayTimeout) return true;
  if (status == kUnavailable) return !told_when;
  // A system may fail after its commit; repeated blindly, a create would make a second record.
  return effect == Effect::create && !told_when;
}

Kind default_kind(const Manner& manner, int status, bool told_when) {
  if (holds(manner.conflict, status)) return Kind::conflict;
  if (status == 401 || status == 403) return Kind::credentials;
  const bool reads = manner.effect == Effect::read;
  if (status == 404 || status == 410) return manner.effect == Effect::create ? Kind::rejected : Kind::not_found;
  constexpr int kLocked = 423;
  if (status == kLocked || status == 425 || status == 429) return Kind::retry;
  if (status == 408) return reads ? Kind::retry : Kind::in_doubt;
  if (status >= 500) return leaves_doubt(manner.effect, status, told_when) ? Kind::in_doubt : Kind::retry;
  // A redirect is not followed.
  if (status < 400) return reads ? Kind::system_down : Kind::in_doubt;
  return Kind::rejected;
}

std::string own_words(const Definition& definition, const ErrorRule* rule, const Native& body) {
  std::vector<Path> paths = definition.error_message;
  if (rule != nullptr && rule->message) paths.insert(paths.begin(), *rule->message);
  for (const Path& path : paths) {
    const Native* value = path.find(body);
    if (value != nullptr && !value->is_null()) return value->plain();
  }
  return "";
}

}  // namespace

std::optional<Failure> judge(const Definition& definition, const Manner& manner, int status, const Native& body,
                             const HttpHeaders& headers, Instant now) {
  const auto rule = std::find_if(definition.errors.begin(), definition.errors.end(),
                                 [&](const ErrorRule& candidate) { return matches(candidate, status, body); });
  const ErrorRule* found = rule != definition.errors.end() ? &*rule : nullptr;
  const bool success = status >= 200 && status < 300;
  if (found == nullptr && (success || holds(manner.missing, status))) return std::nullopt;

  Failure failure;
  failure.retry_after = retry_after(headers, now);
  failure.kind = found != nullptr ? found->kind : default_kind(manner, status, failure.retry_after.has_value());
  const std::string words = own_words(definition, found, body);
  failure.message =
      manner.purpose + ": " + (words.empty() ? "refused" : words) + " (status " + std::to_string(status) + ")";
  return failure;
}

bool is_refusal(const Failure& failure) {
  return failure.kind == Kind::rejected || failure.kind == Kind::conflict || failure.kind == Kind::not_found;
}

Kind unanswered(const Manner& manner, const HttpError& error) {
  if (error.cause() == HttpError::Cause::too_late) return Kind::not_sent;
  if (!error.maybe_sent()) return Kind::system_down;
  return manner.effect == Effect::read ? Kind::retry : Kind::in_doubt;
}

Failure incomprehensible(const Manner& manner, const std::string& what) {
  const Kind kind = manner.effect == Effect::read ? Kind::system_down : Kind::in_doubt;
  return {kind, manner.purpose + ": " + what, std::nullopt};
}

}  // namespace counterpart::rest
