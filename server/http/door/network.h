#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace counterpart::http {

/// An IP address; IPv4 as mapped into IPv6 (::ffff:192.0.2.1), so that one caller is one address everywhere.
using IpAddress = std::array<unsigned char, 16>;

/// "192.0.2.7" or "2001:db8::1"; nullopt for anything else.
std::optional<IpAddress> read_address(std::string_view text);
std::string print_address(const IpAddress& address);

/// The addresses that begin with the same bits.
struct Network {
  IpAddress first{};
  unsigned bits = 0;  ///< of the 128

  bool holds(const IpAddress& address) const;
  bool operator==(const Network&) const = default;
};

/// "10.0.0.0/8", "2001:db8::/32", or one address. nullopt for anything else, also where bits are set behind the
/// prefix: of such a text nobody knows what was meant.
std::optional<Network> read_network(std::string_view text);

bool any_holds(const std::vector<Network>& networks, const IpAddress& address);

/// Whether two addresses count as one: the same IPv4 address, or IPv6 /64.
bool same_caller(const IpAddress& one, const IpAddress& other);

/// How many connections or requests each address has under way. IPv6 counts by /64, which is what one customer gets.
class AddressCounts {
 public:
  explicit AddressCounts(std::size_t most) : most_(most) {}

  /// False where it has as many as it may have.
  bool take(const IpAddress& address);
  void release(const IpAddress& address);

 private:
  struct Hash {
    std::size_t operator()(const IpAddress& address) const;
  };
  std::size_t most_;
  std::unordered_map<IpAddress, std::size_t, Hash> counts_;
};

}  // namespace counterpart::http
