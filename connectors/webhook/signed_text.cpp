#include "connectors/webhook/signed_text.h"

#include <algorithm>

#include "connectors/webhook/header.h"

namespace counterpart::hook {
namespace {

/// Escapes that HubSpot signs in their plain form, and no others.
constexpr std::pair<std::string_view, char> kDecoded[] = {{"%3A", ':'}, {"%2F", '/'}, {"%3F", '?'},  {"%40", '@'},
                                                          {"%21", '!'}, {"%24", '$'}, {"%27", '\''}, {"%28", '('},
                                                          {"%29", ')'}, {"%2A", '*'}, {"%2C", ','},  {"%3B", ';'}};

std::string decoded_url(std::string_view url) {
  std::string text;
  while (!url.empty()) {
    const auto found = std::find_if(std::begin(kDecoded), std::end(kDecoded),
                                    [&](const auto& escape) { return url.starts_with(escape.first); });
    text.push_back(found == std::end(kDecoded) ? url.front() : found->second);
    url.remove_prefix(found == std::end(kDecoded) ? 1 : found->first.size());
  }
  return text;
}

constexpr std::string_view kHeader = "header.";

/// Appended, for a body may be large.
void append_value(std::string& text, std::string_view name, const HookRequest& request, std::string_view timestamp,
                  std::string_view secret) {
  if (name == "body") text.append(request.body);
  if (name == "timestamp") text.append(timestamp);
  if (name == "method") text.append(request.method);
  if (name == "url") text.append(request.url);
  if (name == "decoded_url") text.append(decoded_url(request.url));
  if (name == "secret") text.append(secret);
  if (!name.starts_with(kHeader)) return;
  if (const std::string* header = only_header(request.headers, name.substr(kHeader.size()))) text.append(*header);
}

/// The name of the ${name} that the pattern begins with; "" where it begins with no known one.
std::string_view leading_name(std::string_view pattern) {
  if (!pattern.starts_with("${")) return {};
  const std::size_t end = pattern.find('}');
  const std::string_view name = pattern.substr(2, end == std::string_view::npos ? 0 : end - 2);
  return is_signed_name(name) ? name : std::string_view();
}

std::string in_braces(std::string_view name) {
  return "${" + std::string(name) + "}";
}

}  // namespace

const std::vector<std::string>& signed_names() {
  static const std::vector<std::string> names = {"body",   "timestamp",   "method",     "url",
                                                 "secret", "decoded_url", "header.NAME"};
  return names;
}

bool is_signed_name(std::string_view name) {
  if (name.starts_with(kHeader)) return name.size() > kHeader.size();
  return std::ranges::find(signed_names(), name) != signed_names().end();
}

std::string fill_signed_text(std::string_view pattern, const HookRequest& request, std::string_view timestamp,
                             std::string_view secret) {
  std::string text;
  while (!pattern.empty()) {
    const std::string_view name = leading_name(pattern);
    if (name.empty()) {
      text.push_back(pattern.front());
      pattern.remove_prefix(1);
    } else {
      append_value(text, name, request, timestamp, secret);
      pattern.remove_prefix(name.size() + std::string_view("${}").size());
    }
  }
  return text;
}

bool holds_name(std::string_view pattern, std::string_view name) {
  return pattern.find(in_braces(name)) != std::string_view::npos;
}

}  // namespace counterpart::hook
