#include "http/address_policy.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/encoding.h"

namespace florin::http {
namespace {

struct Network {
  std::uint32_t address;
  int prefix_bits;
};

constexpr std::array<Network, 14> special_networks = {{
    {0x00000000, 8},   // this network
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // shared, behind carriers
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 3},   // multicast and reserved
}};

bool is_public_v4(std::uint32_t address) {
  return std::none_of(special_networks.begin(), special_networks.end(), [address](const Network& network) {
    return (address ^ network.address) >> (32 - network.prefix_bits) == 0;
  });
}

bool is_public_v6(const char* bytes) {
  const std::uint64_t high = load_be<std::uint64_t>(bytes);
  const std::uint32_t last = load_be<std::uint32_t>(bytes + 12);
  if (high == 0x0064'ff9b'0000'0000 && load_be<std::uint32_t>(bytes + 8) == 0) return is_public_v4(last);  // NAT64
  if (high >> 61 != 1) return false;                                                      // only 2000::/3 is given out
  if (high >> 48 == 0x2002) return is_public_v4(static_cast<std::uint32_t>(high >> 16));  // 6to4
  if (high >> 41 == 0x2001'0000'0000'0000 >> 41) return false;  // 2001::/23, protocol assignments, Teredo
  if (high >> 32 == 0x2001'0db8) return false;                  // documentation
  return high >> 44 != 0x3fff'0;                                // documentation
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof(v4));
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof(v6));
    char bytes[16];
    std::memcpy(bytes, &v6.sin6_addr, sizeof(bytes));
    return is_public_v6(bytes);
  }
  return false;
}

}  // namespace florin::http
