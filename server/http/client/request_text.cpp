#include "server/http/client/request_text.h"

#include <algorithm>
#include <array>

#include "connectors/ports/header_names.h"
#include "connectors/ports/header_values.h"

namespace counterpart::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOurs = {"host", "content-length", "connection", "transfer-encoding",
                                                     "proxy-authorization"};
  return std::ranges::any_of(kOurs, [name](std::string_view ours) { return equal_names(name, ours); });
}

bool is_token_char(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"(),/:;<=>?@[\\]{}").find(c) == std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_body(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
}

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

}  // namespace

std::string request_head(const HttpRequest& request, const Url& url, const Proxy* proxy) {
  if (!is_token(request.method)) throw HttpError("the request's method is malformed", false, HttpError::Cause::ours);
  std::string head;
  head.reserve(256 + url.target.size());
  head.append(request.method).append(" ");
  if (proxy != nullptr) head.append("http://").append(url.authority());
  head.append(url.target).append(" HTTP/1.1\r\n");
  append(head, "Host", url.authority());
  if (proxy != nullptr && !proxy->authorization.empty()) {
    append(head, "Proxy-Authorization", proxy->authorization.reveal());
  }
  if (find_header(request.headers, "user-agent") == nullptr) append(head, "User-Agent", "counterpart");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || std::ranges::any_of(value, is_control)) {
      throw HttpError("a header of the request is malformed or holds control characters", false,
                      HttpError::Cause::ours);
    }
    if (!is_ours(name)) append(head, name, value);
  }
  if (has_body(request)) append(head, "Content-Length", std::to_string(request.body.size()));
  return head.append("\r\n");
}

std::string fault_point(const std::string& system, std::string_view purpose, const char* moment) {
  const std::size_t colon = purpose.find(": ");
  if (colon != std::string_view::npos) purpose.remove_prefix(colon + 2);
  const auto end = std::ranges::find_if_not(purpose, is_word_char);
  const std::string word(purpose.begin(), end);
  return "call." + system + '.' + (word.empty() ? "request" : word) + '.' + moment;
}

}  // namespace counterpart::http
