#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::hook {

using Digest = std::array<unsigned char, 32>;

/// The bytes of an HMAC with "SHA1", "SHA256" or "SHA512". Throws std::runtime_error where OpenSSL refuses.
std::string hmac(const char* algorithm, std::string_view key, std::string_view text);

/// HMAC-SHA256. Throws std::runtime_error where OpenSSL refuses.
Digest hmac_sha256(std::string_view key, std::string_view text);
Digest sha256(std::string_view text);

std::string to_hex(std::string_view bytes);  ///< lower case
std::string to_hex(const Digest& digest);
std::string to_base64(std::string_view bytes);
std::string to_base64(const Digest& digest);

std::string to_base64url(std::string_view bytes);  ///< without padding

/// Pairs of hexadecimal digits of either case, or nullopt.
std::optional<std::string> from_hex(std::string_view text);

/// Padded base64 in its one canonical spelling (no white space, no stray bits), or nullopt.
std::optional<std::string> from_base64(std::string_view text);

/// The URL-safe alphabet, with or without padding.
std::optional<std::string> from_base64url(std::string_view text);

/// Equality without a hint, by its duration, of where the difference is. (A digest's length is no secret.)
bool same(std::string_view a, std::string_view b);
bool same(const Digest& a, const Digest& b);

}  // namespace counterpart::hook
