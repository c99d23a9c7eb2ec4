// Sealing: AES-256-GCM (NIST SP 800-38D) for what lies on a disk and must be neither read nor changed there.
//
// A sealed text is nonce (12 bytes), ciphertext, tag (16 bytes). The nonce is random: one key must not seal more than
// 2^32 texts (SP 800-38D section 8.3); whoever holds a key changes it long before.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace florin::crypto {

inline constexpr std::size_t seal_key_bytes = 32;
inline constexpr std::size_t seal_overhead_bytes = 12 + 16;

// `key` has seal_key_bytes bytes. `context` is bound to the text without being part of it: it opens only with the same.
std::string seal(std::string_view key, std::string_view context, std::string_view text, Random& random);

// What was sealed. data_loss (seal_broken) for another key or context, and for bytes that were changed or cut.
Result<std::string> open_seal(std::string_view key, std::string_view context, std::string_view sealed);

// Overwrites the text in a way that no compiler leaves out, and empties it.
void wipe(std::string& text);

}  // namespace florin::crypto
