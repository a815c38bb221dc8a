#include "server/intake/evidence.h"

#include <string_view>

#include "connectors/webhook/digest.h"
#include "mapping/values/json.h"

namespace counterpart {
namespace {

constexpr std::string_view kKeptHeaders[] = {"content-type", "user-agent",        "date",
                                             "webhook-id",   "webhook-timestamp", "x-timestamp"};
constexpr std::size_t kHeaderLengthMax = 300;

/// Bytes that are no UTF-8 would not fit into the database's text.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kHeaderLengthMax)) result += (c >= 0x20 && c < 0x7f) ? c : '?';
  return result;
}

}  // namespace

std::string evidence_headers(const HookRequest& hook) {
  Native kept{Native::Object{}};
  for (const std::string_view name : kKeptHeaders) {
    if (const std::string* value = find_header(hook.headers, name)) kept.set(name, Native(printable(*value)));
  }
  return print_json(kept);
}

std::string delivery_key(const HookRequest& request) {
  if (const std::string* id = find_header(request.headers, "webhook-id"); id != nullptr && !id->empty()) {
    return printable(*id);
  }
  return hook::to_hex(hook::sha256(request.body));
}

}  // namespace counterpart
