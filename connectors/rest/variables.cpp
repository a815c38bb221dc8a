#include "connectors/rest/variables.h"

#include "connectors/ports/percent.h"

namespace counterpart::rest {
namespace {

Native encode(const Native& value) {
  if (value.is_object()) {
    Native::Object encoded;
    for (const auto& [name, member] : value.object()) encoded.emplace_back(name, encode(member));
    return encoded;
  }
  if (value.is_array()) {
    Native::Array encoded;
    for (const Native& item : value.array()) encoded.push_back(encode(item));
    return encoded;
  }
  return value.is_text() ? Native(percent_encode(value.text())) : value;
}

}  // namespace

Variables& Variables::set(std::string name, Native value) {
  for (auto& [known, held] : values_) {
    if (known != name) continue;
    held = std::move(value);
    return *this;
  }
  values_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Scope Variables::scope() const {
  return [this](std::string_view name) -> const Native* {
    for (const auto& [known, value] : values_)
      if (known == name) return &value;
    return nullptr;
  };
}

Variables Variables::percent_encoded() const {
  Variables encoded;
  for (const auto& [name, value] : values_) encoded.values_.emplace_back(name, encode(value));
  return encoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4U]);
    encoded.push_back(kDigits[byte & 15U]);
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  return counterpart::percent_decode(text).value_or(std::string(text));
}

}  // namespace counterpart::rest
