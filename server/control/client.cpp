#include "server/control/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "mapping/values/json.h"
#include "server/control/api.h"

namespace counterpart {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr timeval kPatience{30, 0};

asio::local::stream_protocol::socket connect(asio::io_context& io, const std::string& path) {
  asio::local::stream_protocol::socket socket(io);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error) {
    throw ControlError("no daemon answers at " + path + " (" + error.message() +
                       "); is `counterpart serve` running with this state directory, and may you open its socket?");
  }
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  return socket;
}

std::string error_text(const Native& body, unsigned status) {
  const Native* error = body.member("error");
  return error != nullptr ? error->plain() : "the daemon answered " + std::to_string(status);
}

}  // namespace

Native ask_daemon(const std::string& state_directory, const std::string& method, const std::string& target) {
  asio::io_context io;
  auto socket = connect(io, control_socket(state_directory));
  beast::http::request<beast::http::empty_body> request(beast::http::string_to_verb(method), target, 11);
  request.set(beast::http::field::host, "counterpart");
  request.prepare_payload();
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(256ULL * 1024 * 1024);
  beast::flat_buffer buffer;
  boost::system::error_code error;
  beast::http::write(socket, request, error);
  if (!error) beast::http::read(socket, buffer, parser, error);
  if (error) throw ControlError("the daemon did not answer: " + error.message() + "; see its log");
  const Native body = parse_json(parser.get().body(), JsonLimits{256ULL * 1024 * 1024, 64});
  const unsigned status = parser.get().result_int();
  if (status != 200) throw ControlError(error_text(body, status));
  return body;
}

std::string encode_segment(std::string_view text) {
  static constexpr std::string_view kPlain = "-._~";
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace counterpart
