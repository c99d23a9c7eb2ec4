#include "base/random.h"

#include <sys/random.h>

#include <cstring>

#include "base/check.h"

namespace florin {
namespace {

class SystemRandom final : public Random {
 public:
  std::string bytes(std::size_t count) override {
    std::string out(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
      const ssize_t n = getrandom(out.data() + filled, count - filled, 0);
      CHECK(n > 0, "getrandom failed");
      filled += static_cast<std::size_t>(n);
    }
    return out;
  }
};

}  // namespace

std::uint64_t Random::below(std::uint64_t bound) {
  CHECK(bound > 0);
  // Numbers at or above the largest multiple of bound are thrown away, so that every result is equally likely.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = 0;
  do {
    const std::string raw = bytes(sizeof(value));
    std::memcpy(&value, raw.data(), sizeof(value));
  } while (value >= limit);
  return value % bound;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace florin
