#include "server/http/client/proxy.h"

#include <algorithm>

#include "connectors/ports/percent.h"
#include "connectors/webhook/digest.h"
#include "mapping/values/utf8.h"

namespace counterpart::http {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr int kForbidden = 403;
constexpr int kAuthenticationRequired = 407;

/// "Basic …" for what stands before the @ of a URL; nullopt where it is malformed.
std::optional<std::string> basic_authorization(std::string_view user_info) {
  const std::size_t colon = user_info.find(':');
  const auto user = percent_decode(user_info.substr(0, colon));
  const auto password = colon == std::string_view::npos ? std::string() : percent_decode(user_info.substr(colon + 1));
  if (!user || !password || user->empty() || user->find(':') != std::string::npos) return std::nullopt;
  const std::string both = *user + ':' + *password;
  if (std::ranges::any_of(both, is_control)) return std::nullopt;
  return "Basic " + hook::to_base64(both);
}

/// Whether the proxy says that the answer is its own, made for an error.
bool is_marked(const HttpResponse& response) {
  const std::string* status = find_header(response.headers, "Proxy-Status");
  const bool told = status != nullptr && status->find("error=") != std::string::npos;
  return told || find_header(response.headers, "X-Squid-Error") != nullptr;
}

}  // namespace

std::string Proxy::name() const {
  return "the proxy " + url.origin();
}

std::optional<Proxy> parse_proxy(std::string_view text) {
  if (!text.starts_with(kScheme)) return std::nullopt;
  std::string_view rest = text.substr(kScheme.size());
  Proxy proxy;
  const std::size_t at = rest.substr(0, rest.find('/')).rfind('@');
  if (at != std::string_view::npos) {
    auto authorization = basic_authorization(rest.substr(0, at));
    if (!authorization) return std::nullopt;
    proxy.authorization = Secret(*std::move(authorization));
    rest.remove_prefix(at + 1);
  }
  auto url = parse_url(std::string(kScheme).append(rest));
  if (!url || url->target != "/") return std::nullopt;
  proxy.url = *std::move(url);
  return proxy;
}

std::string meaning_of_refusal(int status) {
  const std::string answered = "answered " + std::to_string(status) + ": ";
  if (status == kAuthenticationRequired) {
    return answered + "it wants a user and password, or does not take those of the system's 'proxy' key";
  }
  if (status == kForbidden) return answered + "it does not let us reach the system; allow that at the proxy";
  if (status >= 500) return answered + "it cannot reach the system";
  return answered + "it does not pass the request on";
}

std::optional<ProxyRefusal> proxy_refusal(const HttpResponse& response) {
  const bool kept_back = response.status == kAuthenticationRequired || response.status == kForbidden;
  if (response.status != kAuthenticationRequired && !is_marked(response)) return std::nullopt;
  return ProxyRefusal{meaning_of_refusal(response.status), !kept_back};
}

}  // namespace counterpart::http
