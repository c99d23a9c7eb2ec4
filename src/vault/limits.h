// Everything the vault bounds, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace florin::vault {

// A token that nobody claimed: the time a shopper may take between typing a card and pressing "pay".
inline constexpr Duration unclaimed_lifetime = Duration::hours(1);
// A card's code that no provider was given: the same time. PCI DSS allows none after an authorization.
inline constexpr Duration cvc_lifetime = Duration::hours(1);
// A claimed token: longer than any payment waits for its confirmation and its last retry.
inline constexpr Duration claimed_lifetime = Duration::days(30);

// What is dead leaves the disk at latest this long after it died.
inline constexpr Duration compaction_interval = Duration::minutes(10);
// Records under one data key: far below what AES-GCM with random nonces allows (crypto/seal.h).
inline constexpr std::uint64_t generation_records_max = 1 << 24;

inline constexpr std::size_t tokens_max = 1'000'000;  // about 400 bytes of memory each
inline constexpr std::size_t name_bytes_max = 100;
inline constexpr std::size_t claimant_bytes_max = 100;

inline constexpr std::size_t token_body_bytes_max = 4 * 1024;
inline constexpr std::size_t claim_body_bytes_max = 4 * 1024;
inline constexpr std::size_t provider_body_bytes_max = 256 * 1024;  // before placeholders are filled
inline constexpr std::size_t forward_body_bytes_max = 512 * 1024;   // the same in base64, with its headers
inline constexpr std::size_t provider_reply_bytes_max = 1 << 20;
inline constexpr Duration forward_timeout_max = Duration::seconds(120);

// POST /v1/tokens of one address: whoever tries stolen numbers tries many.
inline constexpr std::uint32_t tokens_burst = 60;
inline constexpr std::uint32_t tokens_per_minute = 60;
inline constexpr std::size_t peers_max = 100'000;

static_assert(forward_body_bytes_max > provider_body_bytes_max / 3 * 4, "base64 takes four bytes for three");
static_assert(compaction_interval < unclaimed_lifetime, "the dead must not outlast the living");

}  // namespace florin::vault
