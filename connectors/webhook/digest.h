#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::hook {

using Digest = std::array<unsigned char, 32>;

/// HMAC-SHA256. Throws std::runtime_error where OpenSSL refuses.
Digest hmac_sha256(std::string_view key, std::string_view text);
Digest sha256(std::string_view text);

std::string to_hex(const Digest& digest);  ///< lower case
std::string to_base64(std::string_view bytes);
std::string to_base64(const Digest& digest);

/// Exactly 64 hexadecimal digits of either case, or nullopt.
std::optional<Digest> digest_from_hex(std::string_view text);

/// Padded base64 in its one canonical spelling (no white space, no stray bits), or nullopt.
std::optional<std::string> from_base64(std::string_view text);

/// Equality without a hint, by its duration, of where the difference is.
bool same(const Digest& a, const Digest& b);

}  // namespace counterpart::hook
