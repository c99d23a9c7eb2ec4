// scrypt (RFC 7914): turns a password into a key so slowly, and with so much memory, that guessing does not pay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace florin::crypto {

// N is 2 to the power of `cost`. Memory: 128 bytes times N times block_size; time: that times parallel.
struct ScryptCost {
  std::uint32_t cost = 15;
  std::uint32_t block_size = 8;
  std::uint32_t parallel = 3;

  bool operator==(const ScryptCost&) const = default;
};

// Beyond it a cost is a mistake or an attack, and is a bug of whoever let it come so far.
inline constexpr std::size_t scrypt_memory_max = std::size_t{256} * 1024 * 1024;

// 32 bytes. Blocks the thread: with the default cost for about a tenth of a second.
std::string scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost);

}  // namespace florin::crypto
