#include "rpc/envelope.h"

#include <fmt/format.h>

#include <cstring>

#include "base/check.h"
#include "base/encoding.h"

namespace florin::rpc {
namespace {

void write_prefix(std::string& envelope, std::uint8_t flags) {
  const auto length = static_cast<std::uint32_t>(envelope.size() - envelope_prefix_bytes);
  const std::uint32_t big_endian = std::byteswap(length);
  envelope[0] = static_cast<char>(flags);
  std::memcpy(envelope.data() + 1, &big_endian, sizeof(big_endian));
}

// What a peer can send has a length that fits; an answer may not have.
Status check_length(const std::string& envelope) {
  if (envelope.size() - envelope_prefix_bytes <= UINT32_MAX) return ok();
  return internal_error("message_too_long", "The answer is longer than the 4 GiB that a message can have.");
}

}  // namespace

void EnvelopeReader::push(std::string piece) {
  if (at_boundary()) {
    buffer_ = std::move(piece);
  } else {
    buffer_.erase(0, begin_);
    buffer_ += piece;
  }
  begin_ = 0;
}

Result<std::optional<Envelope>> EnvelopeReader::next() {
  const std::string_view unread = std::string_view(buffer_).substr(begin_);
  if (unread.size() < envelope_prefix_bytes) return std::optional<Envelope>();
  const std::size_t length = load_u32_be(unread.data() + 1);
  if (length > payload_bytes_max_) return message_too_large(payload_bytes_max_);
  if (unread.size() - envelope_prefix_bytes < length) return std::optional<Envelope>();
  begin_ += envelope_prefix_bytes + length;
  return std::optional(
      Envelope{.flags = static_cast<std::uint8_t>(unread[0]), .payload = unread.substr(envelope_prefix_bytes, length)});
}

Error truncated_message() {
  return invalid_argument("truncated_message", "The body ended within a message.");
}

Status decode_envelope(const Envelope& envelope, const Compression* compression, const Codec& codec,
                       const WireOptions& options, google::protobuf::Message& into) {
  if ((envelope.flags & ~EnvelopeFlags::compressed) != 0) {
    return invalid_argument("invalid_envelope",
                            fmt::format("An envelope has the flags {:#04x}, which mean nothing here.", envelope.flags));
  }
  const CodecOptions codec_options{.ignore_unknown_fields = options.ignore_unknown_json_fields};
  const bool is_compressed = envelope.flags != 0;
  if (is_compressed && compression == nullptr) {
    return Error(Code::internal, ErrorDomain::request, "unexpected_compression",
                 "A message is compressed although its sender declares no compression.");
  }
  if (!is_compressed || envelope.payload.empty()) return codec.decode(envelope.payload, into, codec_options);
  ASSIGN_OR_RETURN(const std::string plain, compression->decompress(envelope.payload, options.message_bytes_max));
  return codec.decode(plain, into, codec_options);
}

Result<std::string> encode_envelope(const google::protobuf::Message& message, const Codec& codec,
                                    const Compression* compression, const WireOptions& options) {
  std::string out(envelope_prefix_bytes, '\0');
  RETURN_IF_ERROR(codec.encode(message, out));
  const std::string_view payload = std::string_view(out).substr(envelope_prefix_bytes);
  if (compression != nullptr && payload.size() >= options.compress_bytes_min) {
    ASSIGN_OR_RETURN(const std::string packed, compression->compress(payload));
    out.replace(envelope_prefix_bytes, std::string::npos, packed);
    RETURN_IF_ERROR(check_length(out));
    write_prefix(out, EnvelopeFlags::compressed);
    return out;
  }
  RETURN_IF_ERROR(check_length(out));
  write_prefix(out, 0);
  return out;
}

std::string make_envelope(std::uint8_t flags, std::string_view payload) {
  std::string out(envelope_prefix_bytes, '\0');
  out += payload;
  write_prefix(out, flags);
  return out;
}

}  // namespace florin::rpc
