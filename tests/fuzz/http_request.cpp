// What a caller sends to a door: where each request ends is read in one way only, however the bytes arrive.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "connectors/ports/header_names.h"
#include "property.h"
#include "server/http/door/forwarded.h"
#include "server/http/door/framing.h"
#include "server/http/door/network.h"
#include "server/http/door/request_head.h"

namespace counterpart::http {
namespace {

using fuzz::require;
using State = HeadScanner::State;

constexpr std::size_t kBodyBytes = 2048;
constexpr std::array<std::size_t, 3> kPieces{1, 3, 64};

/// What a scanner finds, given the bytes all at once.
struct Scanned {
  State state;
  std::size_t size;
};

Scanned scan(std::string_view stream) {
  HeadScanner scanner;
  const State state = scanner.scan(stream);
  return {state, scanner.size()};
}

void check_scan_by_pieces(std::string_view stream, const Scanned& whole) {
  for (const std::size_t piece : kPieces) {
    HeadScanner scanner;
    State state = State::more;
    for (std::size_t end = 0; end < stream.size() && state == State::more;) {
      end = std::min(stream.size(), end + piece);
      state = scanner.scan(stream.substr(0, end));
    }
    require(state == whole.state && scanner.size() == whole.size, "a head ends where it ends, however it arrives");
  }
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A third reader, as simple as can be: the lines of a head, split at their first colon.
HttpHeaders headers_in(std::string_view head) {
  HttpHeaders headers;
  head.remove_prefix(head.find("\r\n") + 2);
  for (std::size_t end = head.find("\r\n"); end != 0; end = head.find("\r\n")) {
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    require(colon != std::string_view::npos, "every header has a colon");
    headers.emplace_back(line.substr(0, colon), without_blanks(line.substr(colon + 1)));
    head.remove_prefix(end + 2);
  }
  return headers;
}

std::size_t count_of(const HttpHeaders& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& header) { return equal_names(header.first, name); }));
}

void check_head(std::string_view text, const RequestHead& head) {
  const HttpHeaders seen = headers_in(text);
  require(seen == head.request.headers, "both readers see the same headers");
  const std::string line = head.request.method + " " + head.request.path;
  require(text.starts_with(line), "method and path are as they came");
  const std::string_view rest = text.substr(line.size());
  const bool http_11 = rest.substr(0, rest.find("\r\n")).ends_with(" HTTP/1.1");
  const std::size_t hosts = count_of(seen, "host");
  require(hosts == 1 || (hosts == 0 && !http_11), "one Host");
  const std::size_t lengths = count_of(seen, "content-length");
  const std::size_t encodings = count_of(seen, "transfer-encoding");
  require(lengths + encodings <= 1, "one word on where the body ends");
  require(head.chunked == (encodings == 1), "chunked is what says so");
  require(head.chunked ? http_11 : true, "HTTP/1.0 is never chunked");
  const std::string* length = find_header(seen, "content-length");
  require(length == nullptr || std::to_string(head.length) ==
                                   length->substr(std::min(length->find_first_not_of('0'), length->size() - 1)),
          "a length is what it says");
  require(length != nullptr || head.length == 0, "no length is none");
}

void check_forwarded(const HttpHeaders& headers) {
  static const std::vector<Network> proxies{*read_network("10.0.0.0/8"), *read_network("2001:db8::/32")};
  const Forwarded forwarded = forwarded_client(headers, proxies);
  require(!forwarded.malformed || !forwarded.client, "who cannot be told is not told");
  for (const auto& [name, value] : headers) {
    const auto address = read_address(value);
    if (address) require(read_address(print_address(*address)) == address, "an address is read as it is printed");
    const auto network = read_network(value);
    if (network) require(network->bits <= 128 && network->holds(network->first), "a network holds its first address");
  }
}

/// A chunked body's outcome.
struct Decoded {
  std::size_t used = 0;
  std::string body;
  bool done = false;
  std::optional<FramingFault> fault;

  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
  Decoded decoded;
  ChunkedBody decoder(kBodyBytes);
  while (decoded.used < bytes.size() && !decoder.done() && !decoder.fault()) {
    const std::string_view next = bytes.substr(decoded.used, piece);
    const std::size_t used = decoder.feed(next, decoded.body);
    require(used > 0 && used <= next.size(), "what is used was there");
    decoded.used += used;
  }
  decoded.done = decoder.done();
  decoded.fault = decoder.fault();
  return decoded;
}

/// Returns how many bytes the body took; none where it never ends.
std::optional<std::size_t> check_chunked(std::string_view bytes) {
  const Decoded whole = decode(bytes, std::string_view::npos);
  require(whole.body.size() <= kBodyBytes, "a body is not larger than it may be");
  require(whole.used <= bytes.size(), "a body is not longer than what came");
  for (const std::size_t piece : kPieces) {
    const Decoded pieces = decode(bytes, piece);
    require(pieces.done == whole.done && pieces.fault.has_value() == whole.fault.has_value(),
            "a body ends or not, however it arrives");
    if (whole.done) require(pieces == whole, "a body is the same, however it arrives");
  }
  if (!whole.done) return std::nullopt;
  return whole.used;
}

/// Returns how long the first request of the stream is; none where there is no sound one.
std::optional<std::size_t> check_request(std::string_view stream) {
  const Scanned scanned = scan(stream);
  check_scan_by_pieces(stream, scanned);
  if (scanned.state != State::complete) return std::nullopt;
  const std::string_view text = stream.substr(0, scanned.size);
  const auto fault = check_framing(text);
  if (fault) require(fault->status >= 400 && fault->status < 500, "a fault is the caller's");
  const auto head = parse_head(text);
  if (fault || !head) return std::nullopt;
  check_head(text, *head);
  check_forwarded(head->request.headers);
  const std::string_view rest = stream.substr(scanned.size);
  if (!head->chunked)
    return scanned.size + static_cast<std::size_t>(std::min<std::uint64_t>(head->length, rest.size()));
  const auto body = check_chunked(rest);
  if (!body) return std::nullopt;
  return scanned.size + *body;
}

}  // namespace
}  // namespace counterpart::http

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  std::string_view stream = fuzz::text_of(data, size);
  while (!stream.empty()) {
    const auto used = http::check_request(stream);
    if (!used) break;
    stream.remove_prefix(*used);
  }
  return 0;
}
