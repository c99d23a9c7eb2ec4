// WireOptions: how messages are read and written, whatever protocol carries them.
#pragma once

#include <cstddef>

namespace florin::rpc {

struct WireOptions {
  // Of one message, decompressed, and of its compressed form too.
  std::size_t message_bytes_max = std::size_t{4} << 20;
  // Shorter answers are sent as they are.
  std::size_t compress_bytes_min = 1024;
  // Refuse Connect requests without connect-protocol-version (GET: connect=v1).
  bool require_protocol_version = false;
  // JSON requests with fields that the message does not have are served.
  bool ignore_unknown_json_fields = false;
  // Error details in JSON also in readable form, not only as base64.
  bool readable_error_details = true;
};

}  // namespace florin::rpc
