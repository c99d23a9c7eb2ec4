// Envelopes: how streams carry messages over HTTP bodies in Connect, gRPC and gRPC-Web. One byte of flags, the length
// of the payload as four bytes (big-endian), the payload. No I/O here: pieces of a body go in, envelopes come out.
#pragma once

#include <google/protobuf/message.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rpc/codec.h"
#include "rpc/compression.h"
#include "rpc/wire_options.h"

namespace florin::rpc {

inline constexpr std::size_t envelope_prefix_bytes = 5;

struct EnvelopeFlags {
  static constexpr std::uint8_t compressed = 0x01;
  static constexpr std::uint8_t connect_end = 0x02;        // the last envelope of a Connect stream
  static constexpr std::uint8_t grpc_web_trailers = 0x80;  // the last envelope of a gRPC-Web answer
};

struct Envelope {
  std::uint8_t flags = 0;
  std::string_view payload;
};

// Cuts a body into envelopes. Holds no more than what was pushed and not taken.
class EnvelopeReader {
 public:
  explicit EnvelopeReader(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

  // The next piece of the body. Envelopes given out before are no longer valid.
  void push(std::string piece);
  // The next whole envelope, valid until the next push; nothing where it is not there yet. Fails with
  // resource_exhausted `message_too_large` as soon as a prefix announces more than the limit, and again whenever it is
  // asked.
  Result<std::optional<Envelope>> next();
  // True where the body may end here: no envelope has begun.
  bool at_boundary() const { return begin_ == buffer_.size(); }

 private:
  const std::size_t payload_bytes_max_;
  std::string buffer_;  // [begin_, end) was pushed and not taken
  std::size_t begin_ = 0;
};

// The body ended within an envelope: invalid_argument `truncated_message`.
Error truncated_message();

// Decodes the message of an envelope whose only flag may be `compressed`. `compression` is the one that the head of the
// stream declares, null for identity. Zero bytes are never decompressed. Fails with internal
// `unexpected_compression` for a compressed one where none is declared, with invalid_argument `invalid_envelope` for
// other flags, and as Codec and Compression do.
Status decode_envelope(const Envelope& envelope, const Compression* compression, const Codec& codec,
                       const WireOptions& options, google::protobuf::Message& into);

// A message in its envelope, ready to be sent: encoded straight behind the prefix, and compressed from
// WireOptions::compress_bytes_min on.
Result<std::string> encode_envelope(const google::protobuf::Message& message, const Codec& codec,
                                    const Compression* compression, const WireOptions& options);

// Puts `payload` in an envelope.
std::string make_envelope(std::uint8_t flags, std::string_view payload);

}  // namespace florin::rpc
