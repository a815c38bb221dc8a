#include <boost/url/encode.hpp>
#include <boost/url/grammar/alnum_chars.hpp>
#include <boost/url/grammar/lut_chars.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "mapping/codecs/domain.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

namespace urls = boost::urls;

constexpr std::string_view kUrlUsage = "url, or url(bare) where the system holds example.com without https://";

constexpr std::string_view kHostCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-._";

// What may stand in a URL as it is (RFC 3986, 2).
constexpr auto kKept = urls::grammar::alnum_chars + urls::grammar::lut_chars("-._~:/?#[]@!$&'()*+,;=");

/// Of "https://", wherever it is written; 0: it is not.
std::size_t scheme_length(std::string_view text) {
  const std::size_t end = text.find("://");
  return end != std::string_view::npos && text.find_first_of("/?#") == end + 1 ? end + 3 : 0;
}

/// Host and port; a user's name before an @ makes an address none.
std::string_view authority_of(std::string_view text) {
  text.remove_prefix(scheme_length(text));
  return text.substr(0, text.find_first_of("/?#"));
}

/// Whatever may not stand in a URL percent-encoded, but for what is so already.
std::string encoded_but_percents(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t percent = text.find('%');
    result += urls::encode(text.substr(0, percent), kKept);
    if (percent == std::string_view::npos) return result;
    result += '%';
    text.remove_prefix(percent + 1);
  }
}

/// Its host's labels as DNS has them, and whatever may not stand in a URL percent-encoded.
std::optional<std::string> encoded(std::string_view text) {
  const std::string_view authority = authority_of(text);
  const auto before = text.substr(0, static_cast<std::size_t>(authority.data() - text.data()));
  const auto after = text.substr(before.size() + authority.size());
  const bool is_ipv6 = authority.starts_with('[');
  const std::size_t host_end = std::min(is_ipv6 ? authority.find(']') + 1 : authority.find(':'), authority.size());
  const std::string_view port = authority.substr(host_end);
  if (!port.empty() && (port[0] != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos)) {
    return std::nullopt;
  }
  std::string host(authority.substr(0, host_end));
  if (!is_ipv6) {
    host = domain_in_ascii(host);
    if (host.empty() || host.find_first_not_of(kHostCharacters) != std::string::npos) return std::nullopt;
  }
  host += port;
  return std::string(before) + host + encoded_but_percents(after);
}

bool is_default_port(const urls::url& url) {
  return (url.scheme() == "https" && url.port() == "443") || (url.scheme() == "http" && url.port() == "80");
}

/// Scheme and host in lower case, https where no scheme is written, without default port and without a lone / at the
/// end; nullopt where it is no address of the web. Without a scheme, or where it will stand without (`bare`), a host
/// without a dot is none: "none".
std::optional<std::string> normal_url(std::string_view text, bool bare) {
  const std::string given(trimmed(text));
  const bool has_scheme = scheme_length(given) > 0;
  const auto whole = encoded(has_scheme ? given : "https://" + given);
  if (!whole) return std::nullopt;
  const auto parsed = urls::parse_uri(*whole);
  if (!parsed || parsed->host().empty()) return std::nullopt;
  urls::url url(*parsed);
  url.normalize();
  if (url.scheme() != "https" && url.scheme() != "http") return std::nullopt;
  if ((bare || !has_scheme) && url.host().find('.') == std::string::npos) return std::nullopt;
  if (url.has_port() && (url.port().empty() || is_default_port(url))) url.remove_port();
  if (url.encoded_path() == "/" && !url.has_query() && !url.has_fragment()) url.set_encoded_path("");
  return std::string(url.buffer());
}

class UrlCodec final : public SingleCodec<std::string> {
 public:
  explicit UrlCodec(bool bare) : bare_(bare) {}

  std::string_view kind() const override { return "text"; }

  std::vector<Native> samples() const override {
    return {"https://example.com",   "HTTPS://Example.com/", "http://example.com/a/../b?x=1#y",
            "example.com",           "bücher.example/ä b",   "https://example.com:443/path/",
            "http://192.0.2.7:8080", "http://localhost/a"};
  }

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    if (!bare_ || text == nullptr) return value;
    return Value("https://" + without_scheme(*text));
  }

  /// Whoever edits what stands without https:// says nothing of a scheme that was there.
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

 private:
  static std::string without_scheme(const std::string& url) { return url.substr(scheme_length(url)); }

  Parsed parse_present(const Native& raw) const override {
    auto url = raw.is_text() ? normal_url(raw.text(), bare_) : std::nullopt;
    if (!url) return not_a(raw, "web address", "write it like https://example.com");
    return narrow(Value(*std::move(url)));
  }

  Printed print_present(const std::string& value) const override {
    auto url = normal_url(value, bare_);
    if (!url) return not_a(Native(value), "web address", "write it like https://example.com");
    return Native(bare_ ? without_scheme(*url) : *std::move(url));
  }

  bool bare_;
};

}  // namespace

CodecPtr make_url(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kWords[] = {"bare"};
  limit_arguments(specification, 1, kUrlUsage);
  for (const Argument& argument : specification.arguments) word_of(argument, kWords);
  return std::make_shared<UrlCodec>(!specification.arguments.empty());
}

}  // namespace counterpart::codecs
