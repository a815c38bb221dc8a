#include "server/http/door/request_head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string>

namespace counterpart::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string copy(string_view text) {
  return {text.data(), text.size()};
}

/// Beast's parser, writing straight into our request instead of its own container.
class HeadParser : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(ServerRequest& request) : request_(request) {}
  bool http_11() const { return http_11_; }

 private:
  void on_request_impl(beast_http::verb, string_view method, string_view target, int version, error_code&) override {
    http_11_ = version == 11;
    const std::size_t mark = target.find('?');
    request_.method = copy(method);
    request_.path = copy(target.substr(0, mark));
    if (mark != string_view::npos) request_.query = copy(target.substr(mark + 1));
  }
  void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
    request_.headers.emplace_back(copy(name), copy(value));
  }
  void on_header_impl(error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}

  ServerRequest& request_;
  bool http_11_ = false;
};

}  // namespace

std::optional<RequestHead> parse_head(std::string_view head) {
  RequestHead result;
  result.request.headers.reserve(12);
  HeadParser parser(result.request);
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(boost::none);
  error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || used != head.size() || !parser.is_header_done()) return std::nullopt;
  result.length = parser.content_length().value_or(0);
  result.chunked = parser.chunked();
  result.keep_alive = parser.keep_alive();
  result.awaits_continue = parser.http_11() && find_header(result.request.headers, "expect") != nullptr;
  return result;
}

}  // namespace counterpart::http
