#include "connectors/tryton/answer.h"

#include "connectors/ports/retry_after.h"
#include "mapping/expression/characters.h"
#include "mapping/values/json.h"

namespace counterpart::tryton {
namespace {

using Kind = Failure::Kind;

constexpr JsonLimits kAnswerLimits{32 * 1024 * 1024, 64};

/// Tryton's words cut short (violated domains come with kilobytes of definitions), on one line.
std::string tidy(std::string text) {
  constexpr std::size_t kMost = 500;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  if (count_characters(text) <= kMost) return text;
  text.resize(offset_of_character(text, kMost));
  return text + "…";
}

Refusal refusal(Kind kind, const Manner& manner, const std::string& what, bool rolled_back = false) {
  return {Failure{kind, tidy(manner.purpose + ": " + what), std::nullopt}, rolled_back};
}

/// The texts among an error's arguments, from `first` on, as one.
std::string words(const Native& error, std::size_t first) {
  if (error.is_text()) return error.text();
  if (!error.is_array()) return "";
  std::string text;
  for (std::size_t i = first; i < error.array().size(); ++i) {
    const Native& argument = error.array()[i];
    if (!argument.is_text() || argument.text().empty()) continue;
    text += (text.empty() ? "" : ": ") + argument.text();
  }
  return text;
}

/// ["UserError", ["message", "description", …]], or [text, traceback] for what Tryton did not expect.
Refusal refused(const Manner& manner, const Native& error) {
  const Native::Array& arguments = error.array();
  const std::string name = arguments[0].plain();
  const Native details = arguments.size() > 1 ? arguments[1] : Native();
  if (name == "UserError") return refusal(Kind::rejected, manner, words(details, 0), true);
  if (name == "UserWarning")
    return refusal(Kind::rejected, manner, "a person must confirm a warning: " + words(details, 1), true);
  if (name == "ConcurrencyException") return refusal(Kind::conflict, manner, words(details, 0), true);
  if (name == "LoginException")
    return refusal(Kind::credentials, manner, "the login asks for more than a password: " + words(details, 1));
  if (name == "RateLimitException") return refusal(Kind::retry, manner, "too many logins", true);
  // A name in quotes is one that Tryton did not find.
  const bool unknown = name.size() > 2 && name.front() == '\'' && name.back() == '\'';
  const char* remedy = unknown ? ": it knows no such model or field; are the modules for this object installed?" : "";
  return refusal(Kind::retry, manner, "Tryton failed: " + name + remedy, true);
}

Replied result_of(const Manner& manner, const HttpResponse& response) {
  Reply reply;
  if (const std::string* date = find_header(response.headers, "Date")) reply.date = parse_http_date(*date);
  Native body;
  try {
    body = parse_json(response.body, kAnswerLimits);
  } catch (const JsonError& error) {
    return incomprehensible(manner, std::string("the answer is no JSON; is the url right? ") + error.what());
  }
  const Native* error = body.member("error");
  if (error != nullptr && error->is_array() && !error->array().empty()) return refused(manner, *error);
  Native* result = body.member("result");
  if (result == nullptr || (error != nullptr && !error->is_null()))
    return incomprehensible(manner, "the answer is none of Tryton's");
  reply.result = std::move(*result);
  return reply;
}

std::string remedy(int status) {
  if (status == 401) return "user or password are refused";
  if (status == 403) return "the method may not be called; is this Tryton 6.0 or later, with the modules it takes?";
  if (status == 404) return "there is no such database; the url ends with its name: http://host:8000/database";
  return status < 400 ? "the address leads elsewhere; is the url right?" : "refused";
}

Kind kind_of(const Manner& manner, int status, bool told_when) {
  if (status == 401 || status == 403 || status == 404) return Kind::credentials;
  if (status == 425 || status == 429) return Kind::retry;
  // Neither says that nothing was done: a proxy answers so for a server that was just slow.
  if (status == 408) return manner.writes ? Kind::in_doubt : Kind::retry;
  if (status < 400) return manner.writes ? Kind::in_doubt : Kind::system_down;
  if (status < 500) return Kind::rejected;
  // Not Tryton's own words, which come with status 200: a proxy's, after who knows what.
  return manner.writes && !(status == 503 && told_when) ? Kind::in_doubt : Kind::retry;
}

}  // namespace

Replied judge(const Manner& manner, const HttpResponse& response, Instant now) {
  if (response.status == 200) return result_of(manner, response);
  const auto later = retry_after(response.headers, now);
  const Kind kind = kind_of(manner, response.status, later.has_value());
  Refusal made = refusal(kind, manner, remedy(response.status) + " (status " + std::to_string(response.status) + ")");
  made.failure.retry_after = later;
  return made;
}

Refusal unanswered(const Manner& manner, const HttpError& error) {
  if (error.cause() == HttpError::Cause::too_late) return refusal(Kind::not_sent, manner, error.what());
  const Kind sent = manner.writes ? Kind::in_doubt : Kind::retry;
  return refusal(error.maybe_sent() ? sent : Kind::system_down, manner, error.what());
}

Refusal unanswered(const Manner& manner, const SystemDown& down) {
  Refusal made = refusal(Kind::system_down, manner, down.what());
  made.failure.retry_after = down.retry_after();
  return made;
}

Refusal incomprehensible(const Manner& manner, const std::string& what) {
  return refusal(manner.writes ? Kind::in_doubt : Kind::system_down, manner, what);
}

}  // namespace counterpart::tryton
