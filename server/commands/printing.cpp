#include "server/commands/printing.h"

#include "mapping/values/json.h"

namespace counterpart::commands {
namespace {

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

}  // namespace

std::string text(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value == nullptr ? "" : printable(value->plain());
}

std::string one_line(const Native& value) {
  if (!value.is_object()) return printable(value.plain());
  std::string line;
  for (const auto& [name, member] : value.object()) {
    if (member.is_null()) continue;
    line += (line.empty() ? "" : " ") + name + "=" + (member.is_text() ? print_json(member) : member.plain());
  }
  return printable(line);
}

}  // namespace counterpart::commands
