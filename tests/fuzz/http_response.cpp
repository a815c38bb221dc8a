// What a system answers: one answer, however it arrives; a link in it never leads to another system, and what it asks
// us to wait is bounded.
#include <algorithm>

#include "connectors/ports/retry_after.h"
#include "connectors/rest/paging.h"
#include "property.h"
#include "server/http/client/request_text.h"
#include "server/http/client/response_reader.h"
#include "server/http/client/url.h"

namespace counterpart::http {
namespace {

using fuzz::require;

constexpr std::size_t kBodyBytes = 2048;
constexpr Instant kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);
constexpr std::string_view kBase = "https://crm.example/api/contacts?page=1";

/// How an answer was read.
struct Outcome {
  bool bad = false;
  bool keep_alive = false;
  bool overrun = false;
  HttpResponse response;

  bool operator==(const Outcome& other) const {
    return bad == other.bad && keep_alive == other.keep_alive && overrun == other.overrun &&
           response.status == other.response.status && response.headers == other.response.headers &&
           response.body == other.response.body;
  }
};

Outcome read(std::string_view bytes, bool head_only, std::size_t piece) {
  Outcome outcome;
  try {
    ResponseReader reader(head_only, kBodyBytes);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) reader.feed(bytes.substr(0, piece));
    reader.end();
    outcome.keep_alive = reader.keep_alive();
    outcome.overrun = reader.overrun();
    outcome.response = reader.take();
  } catch (const BadAnswer&) {
    outcome.bad = true;
  }
  return outcome;
}

void check_url(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return;
  require(!url->host.empty() && url->port > 0 && url->target.starts_with('/'), "a URL is whole");
  const std::string printed = (url->tls ? "https://" : "http://") + url->host_and_port() + url->target;
  require(parse_url(printed) == url, "a URL is read as it is printed");
}

void check_links(const HttpHeaders& headers) {
  const std::string link = rest::next_link(headers);
  const auto target = rest::resolve_link(kBase, link);
  if (!target) return;
  const auto url = parse_url(*target);
  require(!url || url->origin() == parse_url(kBase)->origin(), "a link never leads to another system");
}

/// What an answer gives goes into further requests: as cursors, ids and revisions.
void check_request_with(const HttpHeaders& headers) {
  const Url url = *parse_url(kBase);
  for (const auto& header : headers) {
    HttpRequest request;
    request.url = kBase;
    request.headers = {header};
    try {
      const std::string head = request_head(request, url);
      require(head.find("\r\n\r\n") == head.size() - 4, "one request stays one");
      const auto ends = std::ranges::count(head, '\n');
      require(ends == std::ranges::count(head, '\r') && ends <= 6, "one header stays one");
    } catch (const HttpError& error) {
      require(!error.maybe_sent(), "what cannot be sent was not");
    }
  }
}

void check_times(const HttpHeaders& headers) {
  for (const Instant now : {Instant(), kNow, kNow + std::chrono::years(100)}) {
    const auto wait = retry_after(headers, now);
    require(!wait || (*wait >= std::chrono::seconds(0) && *wait <= kRetryAfterMost), "no wait is longer than may be");
  }
}

void check_places(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    check_url(value);
    const auto place = rest::Place::parse(value);
    if (!place) continue;
    const auto again = rest::Place::parse(place->print());
    require(again && again->print() == place->print(), "a place is read as it is printed");
  }
}

void check_answer(std::string_view bytes, bool head_only) {
  const Outcome whole = read(bytes, head_only, std::string_view::npos);
  // A long one byte by byte would cost more than it shows.
  const std::size_t least = bytes.size() > 400 ? 50 : 1;
  for (const std::size_t piece : {least, 2 * least, 100 + least}) {
    require(read(bytes, head_only, piece) == whole, "an answer is the same, however it arrives");
  }
  if (whole.bad) return;
  require(whole.response.body.size() <= kBodyBytes, "a body is not larger than it may be");
  require(!head_only || whole.response.body.empty(), "an answer to HEAD has no body");
  require(whole.response.status >= 200, "an answer is final");
  check_links(whole.response.headers);
  check_request_with(whole.response.headers);
  check_times(whole.response.headers);
  check_places(whole.response.headers);
}

}  // namespace
}  // namespace counterpart::http

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart::http;
  const std::string_view bytes = counterpart::fuzz::text_of(data, size);
  check_answer(bytes, false);
  check_answer(bytes, true);
  return 0;
}
