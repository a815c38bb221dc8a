// Webhooks as anybody may send them. The first line is a sender's name (senders.h) and a target, then come headers up
// to a blank line, then the body. Nobody who lacks the secret is believed; whoever has it is, and no other byte of his.
#include <algorithm>

#include "connectors/ports/header_names.h"
#include "connectors/ports/percent.h"
#include "connectors/rest/hook_reader.h"
#include "connectors/rest/record_reader.h"
#include "connectors/webhook/signature.h"
#include "mapping/values/json.h"
#include "mapping/values/utf8.h"
#include "property.h"
#include "senders.h"

namespace counterpart {
namespace {

using fuzz::require;
using Type = HookScheme::Type;

const Secret kSecret("dXNlcjpDb3VudGVycGFydC1vZi1hLWxvbmctc2VjcmV0");
const Secret kOther("bm90IHRoYXQgc2VjcmV0IGJ1dCBhbm90aGVy");
constexpr Instant kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);

/// "/a/b?x=1" as intake hands it on.
void read_target(std::string_view target, HookRequest& request) {
  const std::size_t mark = std::min(target.find('?'), target.size());
  request.query = target.substr(std::min(mark + 1, target.size()));
  std::string_view path = target.substr(0, mark);
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (auto segment = percent_decode(path.substr(0, slash)); segment && slash > 0) request.path.push_back(*segment);
    path.remove_prefix(slash);
  }
}

HookRequest request_of(std::string_view target, std::string_view text) {
  HookRequest request;
  read_target(target, request);
  while (!text.empty()) {
    const auto [line, rest] = fuzz::first_line(text);
    text = rest;
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(": "), line.size());
    request.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  request.body = text;
  return request;
}

bool is_believed(const HookScheme& scheme, const HookRequest& request, Instant now = kNow) {
  const bool alone = verify_hook(scheme, {kSecret}, request, now);
  require(verify_hook(scheme, {kOther, kSecret}, request, now) == alone, "a further secret changes nothing");
  return alone;
}

/// The same request with what proves the secret; false where a request cannot bear it.
bool prove(const HookScheme& scheme, HookRequest& request) {
  switch (scheme.type) {
    case Type::path_secret:
      request.path.push_back(kSecret.reveal());
      return true;
    case Type::query_token:
      request.query = scheme.parameter + "=" + kSecret.reveal();
      return true;
    case Type::body_token:
      request.body = R"({"token":")" + kSecret.reveal() + R"("})";
      return true;
    default:
      break;
  }
  const HttpHeaders proof = sign_hook(scheme, kSecret, "msg-1", request.body, kNow);
  const auto is_proof = [&](const auto& header) {
    return std::ranges::any_of(proof, [&](const auto& own) { return equal_names(own.first, header.first); });
  };
  std::erase_if(request.headers, is_proof);
  request.headers.insert(request.headers.end(), proof.begin(), proof.end());
  return !proof.empty();
}

/// Another character at a place that the text itself chooses.
void change_one(std::string& text) {
  std::size_t place = text.size();
  for (const char c : text) place = place * 31 + static_cast<unsigned char>(c);
  char& c = text[place % text.size()];
  c = c == '0' ? '1' : '0';
}

void check_signature(const HookScheme& scheme, const HookRequest& proven) {
  HookRequest changed = proven;
  if (!changed.body.empty()) {
    change_one(changed.body);
    require(!is_believed(scheme, changed), "another body is not believed");
  }
  changed = proven;
  change_one(changed.headers.back().second);
  // What is wrapped with a signature is the webhook's id, which nobody signs.
  require(scheme.wrapped || !is_believed(scheme, changed), "another signature or time stamp is not believed");
  const bool dated =
      scheme.type == Type::standard_webhooks || !scheme.timestamp_header.empty() || !scheme.timestamp_part.empty();
  const Instant late = kNow + scheme.tolerance + std::chrono::seconds(1);
  require(is_believed(scheme, proven, late) != dated, "an old message is not believed again");
}

void check_proof(const HookScheme& scheme, const HookRequest& request) {
  require(!is_believed(scheme, request), "nobody is believed without the secret");
  HookRequest proven = request;
  if (!prove(scheme, proven)) return;
  require(is_believed(scheme, proven), "who has the secret is believed");
  require(!verify_hook(scheme, {kOther}, proven, kNow), "a secret proves nothing for another");
  if (scheme.type == Type::standard_webhooks || hook::is_signature(scheme.type)) check_signature(scheme, proven);
}

void check_news(const rest::Definition& definition, const HookRequest& request) {
  try {
    const std::vector<News> all = rest::read_hook(definition, request);
    require(all.size() <= 10'000, "the news of one webhook is bounded");
    for (const News& news : all) {
      require(definition.object(news.object) != nullptr, "news is about a declared object");
      require(rest::is_id(news.id), "news names a record");
      require(is_utf8(news.id + news.event_id + news.hint.revision + news.hint.actor), "what is kept of news is UTF-8");
    }
  } catch (const HookFormatError& error) {
    require(*error.what() != '\0', "a refusal says what");
  }
}

void check_evidence(const rest::Definition& definition, const HookRequest& request) {
  constexpr JsonLimits kWide{std::size_t{64} * 1024 * 1024, 500};
  try {
    const auto kept = rest::filtered_hook(definition, request);
    require(kept.has_value() != definition.webhooks->filter.empty(), "what is filtered is kept without it");
    if (kept) parse_json(*kept, kWide);
  } catch (const HookFormatError& error) {
    require(*error.what() != '\0', "a refusal says what");
  }
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const auto [line, rest] = fuzz::first_line(fuzz::text_of(data, size));
  const std::size_t space = std::min(line.find(' '), line.size());
  const rest::Definition* definition = fuzz::sender_named(line.substr(0, space));
  if (definition == nullptr || !definition->webhooks) return 0;
  const HookRequest request = request_of(line.substr(std::min(space + 1, line.size())), rest);
  check_proof(definition->webhooks->verify, request);
  check_news(*definition, request);
  check_evidence(*definition, request);
  return 0;
}
