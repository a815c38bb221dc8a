#include "connectors/rest/variables.h"

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

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
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
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? hex_digit(text[i + 1]) : -1;
    const int low = escape ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded.push_back(text[i]);
      continue;
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

}  // namespace counterpart::rest
