#include "server/http/door/network.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <functional>
#include <netinet/in.h>

namespace counterpart::http {
namespace {

constexpr unsigned kByte = 8;
constexpr unsigned kAllBits = 128;
constexpr unsigned kMappedBits = 96;  ///< before the IPv4 address
constexpr std::size_t kMappedBytes = kMappedBits / kByte;
constexpr std::size_t kCustomerBytes = 8;

bool is_mapped(const IpAddress& address) {
  constexpr std::array<unsigned char, kMappedBytes> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(kPrefix.begin(), kPrefix.end(), address.begin());
}

IpAddress cut(const IpAddress& address, unsigned bits) {
  IpAddress result{};
  std::copy_n(address.begin(), bits / kByte, result.begin());
  if (bits % kByte != 0) {
    const unsigned mask = 0xFFU << (kByte - bits % kByte);
    result[bits / kByte] = static_cast<unsigned char>(address[bits / kByte] & mask);
  }
  return result;
}

/// What one caller can choose freely does not tell callers apart.
IpAddress caller(const IpAddress& address) {
  return is_mapped(address) ? address : cut(address, kCustomerBytes * kByte);
}

std::optional<unsigned> read_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc() || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<IpAddress> read_address(std::string_view text) {
  IpAddress address{};
  const std::string zero_ended(text);
  if (zero_ended.size() != std::strlen(zero_ended.c_str())) return std::nullopt;
  if (inet_pton(AF_INET6, zero_ended.c_str(), address.data()) == 1) return address;
  address.fill(0);
  address[kMappedBytes - 2] = address[kMappedBytes - 1] = 0xFF;
  if (inet_pton(AF_INET, zero_ended.c_str(), address.data() + kMappedBytes) == 1) return address;
  return std::nullopt;
}

std::string print_address(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_mapped(address);
  inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? kMappedBytes : 0), text.data(), text.size());
  return text.data();
}

bool Network::holds(const IpAddress& address) const {
  return cut(address, bits) == first;
}

std::optional<Network> read_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = read_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, kAllBits};
  const bool v4 = text.find(':') == std::string_view::npos;
  const auto bits = read_bits(text.substr(slash + 1), v4 ? kAllBits - kMappedBits : kAllBits);
  if (!bits) return std::nullopt;
  const Network network{*address, *bits + (v4 ? kMappedBits : 0)};
  if (!network.holds(network.first)) return std::nullopt;
  return network;
}

bool any_holds(const std::vector<Network>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.holds(address); });
}

bool same_caller(const IpAddress& one, const IpAddress& other) {
  return caller(one) == caller(other);
}

bool AddressCounts::take(const IpAddress& address) {
  std::size_t& count = counts_[caller(address)];
  if (count >= most_) return false;
  ++count;
  return true;
}

void AddressCounts::release(const IpAddress& address) {
  const auto found = counts_.find(caller(address));
  if (--found->second == 0) counts_.erase(found);
}

std::size_t AddressCounts::Hash::operator()(const IpAddress& address) const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.data()), address.size()});
}

}  // namespace counterpart::http
