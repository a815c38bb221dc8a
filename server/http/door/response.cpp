#include "server/http/door/response.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <stdexcept>

#include "connectors/ports/header_names.h"
#include "connectors/ports/header_values.h"

namespace counterpart::http {
namespace {

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"content-length", "connection", "transfer-encoding", "date",
                                                     "server"};
  return std::ranges::any_of(kOurs, [name](std::string_view ours) { return equal_names(name, ours); });
}

bool splits(std::string_view name, std::string_view value) {
  const auto in_name = [](char c) { return c <= ' ' || c == ':' || c == 0x7F; };
  return name.empty() || std::ranges::any_of(name, in_name) || std::ranges::any_of(value, is_control);
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// RFC 9110: these have no body, and a Content-Length would be wrong.
bool has_length(int status) {
  return status >= 200 && status != 204;
}

}  // namespace

const std::string& DateText::at(std::time_t now) {
  if (now != second_) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    text_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
    second_ = now;
  }
  return text_;
}

std::string response_head(const ServerResponse& response, const std::string& date, bool keep_alive) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason.data(), reason.size()).append("\r\n");
  append(head, "Server", "counterpart");
  append(head, "Date", date);
  append(head, "Connection", keep_alive ? "keep-alive" : "close");
  if (has_length(response.status)) append(head, "Content-Length", std::to_string(response.body.size()));
  for (const auto& [name, value] : response.headers) {
    if (splits(name, value)) throw std::invalid_argument("a response header holds control characters");
    if (!is_ours(name)) append(head, name, value);
  }
  return head.append("\r\n");
}

ServerResponse refusal_response(int status, std::string_view what) {
  ServerResponse response = json_response(status, std::string(R"({"error":")").append(what).append("\"}"));
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

ServerResponse json_response(int status, std::string body) {
  ServerResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace counterpart::http
