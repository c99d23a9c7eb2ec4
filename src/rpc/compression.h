// Compression of message bodies: gzip and zstd. `identity` is the absence of one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace florin::rpc {

// Stateless; lives for the whole program; thread-safe.
class Compression {
 public:
  virtual ~Compression() = default;
  virtual std::string_view name() const = 0;
  virtual Result<std::string> compress(std::string_view plain) const = 0;
  // Never holds more than `limit_bytes` of output: fails with resource_exhausted `message_too_large` when there would
  // be more, and with invalid_argument `invalid_compression` when `packed` is not one whole compressed body.
  virtual Result<std::string> decompress(std::string_view packed, std::size_t limit_bytes) const = 0;
};

// Null for identity and for names that are not known.
const Compression* find_compression(std::string_view name);
bool is_identity(std::string_view encoding);

// What to advertise: "gzip, zstd".
std::string_view supported_encodings();

// The first of the names in `accept` (comma separated, order is preference) that is supported; null for none. A name
// with q=0 is skipped, other weights are not read.
const Compression* choose_compression(std::string_view accept);

// unimplemented `unsupported_encoding`: names what is supported.
Error unsupported_encoding(std::string_view encoding);
// resource_exhausted `message_too_large`.
Error message_too_large(std::size_t limit_bytes);

}  // namespace florin::rpc
