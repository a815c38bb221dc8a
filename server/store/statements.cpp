#include "server/store/statements.h"

#include <stdexcept>

#include "embedded/statements.h"

namespace counterpart::store {

namespace {

using Statements = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kMark = "-- name: ";

Statements split_all() {
  Statements all;
  for (const embedded::File& file : embedded::statements()) split_statements(file.name, file.text, all);
  return all;
}

}  // namespace

void split_statements(std::string_view file, std::string_view text, Statements& into) {
  std::string* current = nullptr;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with(kMark)) {
      const std::string name(line.substr(kMark.size()));
      const auto [place, fresh] = into.try_emplace(name);
      if (!fresh) throw std::logic_error(std::string(file) + ": the statement " + name + " is there twice");
      current = &place->second;
    } else if (current != nullptr) {
      current->append(line).append("\n");
    } else if (!line.empty()) {
      throw std::logic_error(std::string(file) + ": SQL before the first '-- name:'");
    }
  }
}

const Statements& statements() {
  static const Statements all = split_all();
  return all;
}

const std::string& statement(std::string_view name) {
  const auto found = statements().find(name);
  if (found == statements().end()) throw std::logic_error("no statement is named " + std::string(name));
  return found->second;
}

}  // namespace counterpart::store
