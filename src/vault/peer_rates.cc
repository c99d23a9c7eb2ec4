#include "vault/peer_rates.h"

#include <algorithm>

namespace florin::vault {
namespace {

// The part of an address that a subscriber cannot change at will: all of IPv4, four groups of IPv6.
std::string address_of(std::string_view peer) {
  std::string_view host = peer.substr(0, peer.rfind(':'));
  if (!host.starts_with('[')) return std::string(host);
  host = host.substr(1, host.find(']') - 1);
  std::size_t end = 0;
  for (int groups = 0; groups < 4 && end != std::string_view::npos; ++groups) {
    const std::size_t colon = host.find(':', end);
    end = colon == std::string_view::npos ? colon : colon + 1;
  }
  return std::string(host.substr(0, end));
}

}  // namespace

void PeerRates::forget_full(Duration now) {
  const std::int64_t full = micros_each() * rate_.burst;
  std::erase_if(usages_,
                [&](const auto& each) { return each.second.filled_micros + (now - each.second.at).micros >= full; });
}

Status PeerRates::take(std::string_view peer) {
  const Duration now = clock_.elapsed();
  const std::int64_t full = micros_each() * rate_.burst;
  const std::lock_guard lock(mutex_);
  const auto refused = [](std::int64_t micros) {
    return resource_exhausted("too_many_cards", "Too many cards came from this address; wait a moment.",
                              Duration::microseconds(std::max<std::int64_t>(micros, 1'000'000)));
  };
  if (usages_.size() >= rate_.peers_max) forget_full(now);
  if (usages_.size() >= rate_.peers_max) return refused(micros_each());
  const auto [found, is_new] = usages_.try_emplace(address_of(peer), Usage{full, now});
  Usage& usage = found->second;
  usage.filled_micros = std::min(full, usage.filled_micros + (now - usage.at).micros);
  usage.at = now;
  if (usage.filled_micros < micros_each()) return refused(micros_each() - usage.filled_micros);
  usage.filled_micros -= micros_each();
  return ok();
}

}  // namespace florin::vault
