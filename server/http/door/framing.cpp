#include "server/http/door/framing.h"

#include <algorithm>
#include <charconv>

#include "connectors/ports/header_names.h"
#include "connectors/ports/header_values.h"

namespace counterpart::http {
namespace {

using Fault = std::optional<FramingFault>;

constexpr int kBad = 400;
constexpr int kTooLarge = 431;
constexpr std::size_t kMethodBytes = 32;
constexpr int kHeadersMost = 100;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_visible(char c) {
  return c > 0x20 && c < 0x7F;
}

/// RFC 9110 tchar: what names and methods are made of.
bool is_token_char(char c) {
  return is_digit(c) || is_letter(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_host_char(char c) {
  return is_digit(c) || is_letter(c) || std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
}

/// The next line without its CRLF, taken off `rest`; the scanner has seen that each line has one.
std::string_view take_head_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
  return line;
}

/// What the headers say about where the body ends.
struct Framing {
  bool http_10 = false;
  int headers = 0;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
};

Fault check_request_line(std::string_view line, Framing& framing) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return FramingFault{kBad, "malformed request line"};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || method.size() > kMethodBytes) return FramingFault{kBad, "malformed method"};
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_visible) || target.find('#') != target.npos) {
    return FramingFault{kBad, "the request target must be a path"};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return FramingFault{kBad, "only HTTP/1.1 and HTTP/1.0 are spoken"};
  framing.http_10 = version == "HTTP/1.0";
  return std::nullopt;
}

Fault check_value(std::string_view name, std::string_view value, Framing& framing) {
  if (equal_names(name, "host")) {
    ++framing.hosts;
    if (value.empty() || !std::ranges::all_of(value, is_host_char)) return FramingFault{kBad, "malformed Host"};
  } else if (equal_names(name, "content-length")) {
    ++framing.lengths;
    if (value.empty() || !std::ranges::all_of(value, is_digit)) return FramingFault{kBad, "malformed Content-Length"};
    if (value.size() > 18) return FramingFault{413, "the body is too large"};
  } else if (equal_names(name, "transfer-encoding")) {
    ++framing.encodings;
    if (!equal_names(value, "chunked")) return FramingFault{kBad, "the only transfer encoding known is chunked"};
  } else if (equal_names(name, "expect")) {
    if (!equal_names(value, "100-continue")) return FramingFault{417, "the only expectation known is 100-continue"};
  }
  return std::nullopt;
}

Fault check_header(std::string_view line, Framing& framing) {
  if (++framing.headers > kHeadersMost) return FramingFault{kTooLarge, "too many headers"};
  if (line.front() == ' ' || line.front() == '\t') return FramingFault{kBad, "folded header"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return FramingFault{kBad, "malformed header"};
  return check_value(line.substr(0, colon), without_blanks(line.substr(colon + 1)), framing);
}

Fault check_together(const Framing& framing) {
  if (framing.hosts > 1 || (framing.hosts == 0 && !framing.http_10))
    return FramingFault{kBad, "exactly one Host is needed"};
  if (framing.lengths > 1) return FramingFault{kBad, "more than one Content-Length"};
  if (framing.encodings > 1) return FramingFault{kBad, "more than one Transfer-Encoding"};
  if (framing.encodings > 0 && framing.http_10) return FramingFault{kBad, "HTTP/1.0 knows no Transfer-Encoding"};
  if (framing.encodings > 0 && framing.lengths > 0) return FramingFault{kBad, "Transfer-Encoding with Content-Length"};
  return std::nullopt;
}

}  // namespace

HeadScanner::State HeadScanner::scan(std::string_view bytes) {
  while (at_ < bytes.size()) {
    const auto byte = static_cast<unsigned char>(bytes[at_]);
    if ((byte >= 0x20 && byte != 0x7F) || byte == '\t') {
      ++at_;
      continue;
    }
    if (byte != '\r') return State::broken;
    if (at_ + 1 == bytes.size()) return State::more;
    if (bytes[at_ + 1] != '\n') return State::broken;
    const bool blank = at_ == line_;
    at_ += 2;
    line_ = at_;
    if (blank) {
      size_ = at_;
      return State::complete;
    }
  }
  return State::more;
}

std::optional<FramingFault> check_framing(std::string_view head) {
  HeadScanner scanner;
  if (scanner.scan(head) != HeadScanner::State::complete || scanner.size() != head.size()) {
    return FramingFault{kBad, "control characters or bare line ends in the head"};
  }
  Framing framing;
  std::string_view rest = head;
  if (auto fault = check_request_line(take_head_line(rest), framing)) return fault;
  for (auto line = take_head_line(rest); !line.empty(); line = take_head_line(rest)) {
    if (auto fault = check_header(line, framing)) return fault;
  }
  return check_together(framing);
}

std::size_t ChunkedBody::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !done() && !fault_) {
    const std::string_view rest = bytes.substr(used);
    used += state_ == State::data ? take_data(rest, body) : take_line(rest);
  }
  return used;
}

void ChunkedBody::refuse(int status, std::string_view what) {
  fault_ = FramingFault{status, what};
}

std::size_t ChunkedBody::take_data(std::string_view bytes, std::string& body) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body.append(bytes.substr(0, taken));
  left_ -= taken;
  if (left_ == 0) state_ = State::data_end;
  return taken;
}

std::size_t ChunkedBody::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  if (line_.size() + taken > kLineBytes) {
    refuse(kBad, "chunk line too long");
    return taken;
  }
  line_.append(bytes.substr(0, taken));
  if (end == std::string_view::npos) return taken;
  if (!line_.ends_with("\r\n")) {
    refuse(kBad, "bare line end in a chunked body");
    return taken;
  }
  line_.resize(line_.size() - 2);
  end_line();
  line_.clear();
  return taken;
}

void ChunkedBody::end_line() {
  switch (state_) {
    case State::size_line:
      begin_chunk();
      return;
    case State::data_end:
      if (!line_.empty()) return refuse(kBad, "a chunk is longer than its size says");
      state_ = State::size_line;
      return;
    case State::last_line:
      if (!line_.empty()) return refuse(kBad, "trailers are not accepted");
      state_ = State::done;
      return;
    case State::data:
    case State::done:
      return;
  }
}

void ChunkedBody::begin_chunk() {
  const char* end = line_.data() + line_.size();
  std::uint64_t size = 0;
  const auto [digits_end, error] = std::from_chars(line_.data(), end, size, 16);
  const std::string_view extension(digits_end, end);
  if (error == std::errc::result_out_of_range) return refuse(413, "the body is too large");
  if (error != std::errc() || (!extension.empty() && extension.front() != ';')) {
    return refuse(kBad, "malformed chunk size");
  }
  const auto allowed = [](char c) { return is_visible(c) || c == ' ' || c == '\t'; };
  if (!std::ranges::all_of(extension, allowed)) return refuse(kBad, "malformed chunk extension");
  extensions_ += extension.size();
  if (extensions_ > kExtensionBytes) return refuse(kBad, "chunk extensions too long");
  if (size > limit_ - total_) return refuse(413, "the body is too large");
  total_ += static_cast<std::size_t>(size);
  left_ = size;
  state_ = size == 0 ? State::last_line : State::data;
}

}  // namespace counterpart::http
