#include "server/http/client/response_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace counterpart::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::uint32_t kHeaderBytes = 64 * 1024;
constexpr std::size_t kPendingBytes = 64 * 1024;
constexpr int kInterimMost = 10;
constexpr std::size_t kLastChunkBytes = 5;

std::string copy(string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

/// Beast's parser, writing straight into our response; stricter about where a body ends.
class ResponseReader::Parser : public beast_http::basic_parser<false> {
 public:
  explicit Parser(std::size_t limit) : limit_(limit) {
    header_limit(kHeaderBytes);
    body_limit(limit);
    eager(true);
  }

  HttpResponse response;

 private:
  void on_response_impl(int status, string_view, int, error_code& error) override {
    response.status = status;
    if (status < 100) error = beast_http::error::bad_status;
  }

  void on_field_impl(beast_http::field name, string_view text, string_view value, error_code& error) override {
    if (in_body_) return;  // a trailer
    if (name == beast_http::field::content_length) ++lengths_;
    if (name == beast_http::field::transfer_encoding) {
      ++encodings_;
      if (!boost::beast::iequals(value, "chunked")) error = beast_http::error::bad_transfer_encoding;
    }
    response.headers.emplace_back(copy(text), copy(value));
  }

  void on_header_impl(error_code& error) override {
    in_body_ = true;
    if (encodings_ > 1 || (encodings_ > 0 && lengths_ > 0)) error = beast_http::error::bad_transfer_encoding;
  }

  std::size_t on_body_impl(string_view body, error_code& error) override {
    if (body.size() > limit_ - response.body.size()) {
      error = beast_http::error::body_limit;
      return 0;
    }
    response.body.append(body.data(), body.size());
    return body.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    return on_body_impl(body, error);
  }
  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  std::size_t limit_;
  int lengths_ = 0;
  int encodings_ = 0;
  bool in_body_ = false;
};

ResponseReader::ResponseReader(bool head_only, std::size_t limit) : limit_(limit), head_only_(head_only) {
  restart();
}
ResponseReader::~ResponseReader() = default;

void ResponseReader::restart() {
  parser_ = std::make_unique<Parser>(limit_);
  parser_->skip(head_only_);
}

void ResponseReader::feed(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  if (pending_.empty()) {
    parse(bytes);
  } else {
    const std::string all = std::exchange(pending_, {}).append(bytes);
    parse(all);
  }
}

void ResponseReader::parse(std::string_view bytes) {
  while (!bytes.empty() && !done() && !is_too_little(bytes)) {
    error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(used);
    if (error == beast_http::error::need_more) break;
    if (error == beast_http::error::body_limit) {
      throw TooLarge("the answer is larger than " + std::to_string(limit_) + " bytes");
    }
    if (error) throw BadAnswer("the answer is not sound HTTP: " + error.message());
    const int status = parser_->response.status;
    if (parser_->is_done() && status < 200) {
      if (status == 101 || ++interim_ > kInterimMost) throw BadAnswer("the answer never comes to a final status");
      restart();
    }
  }
  pending_ = bytes;
  if (pending_.size() > kPendingBytes) throw BadAnswer("the answer's framing is too large");
}

/// Beast asserts that a last chunk, once begun, comes with all of its five bytes. No chunked body ends in fewer.
bool ResponseReader::is_too_little(std::string_view bytes) const {
  return bytes.size() < kLastChunkBytes && parser_->is_header_done() && parser_->chunked();
}

void ResponseReader::end() {
  if (done()) return;
  error_code error;
  if (parser_->got_some()) parser_->put_eof(error);
  if (error || !done()) throw BadAnswer(started_ ? "the answer ended too early" : "no answer came");
}

bool ResponseReader::started() const {
  return started_;
}
bool ResponseReader::done() const {
  return parser_->is_done();
}
bool ResponseReader::overrun() const {
  return !pending_.empty();
}
bool ResponseReader::keep_alive() const {
  return parser_->keep_alive() && !overrun();
}
HttpResponse ResponseReader::take() {
  return std::move(parser_->response);
}

}  // namespace counterpart::http
