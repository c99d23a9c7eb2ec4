#include "rpc/grpc_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "rpc/connect_wire.h"
#include "rpc/metadata.h"

namespace florin::rpc {
namespace {

constexpr EncodingHeaders encoding_headers{.used = "grpc-encoding", .accepted = "grpc-accept-encoding"};
constexpr std::string_view type_url_prefix = "type.googleapis.com/";

// Protobuf's wire format, as far as google.rpc.Status needs it.
constexpr std::uint8_t length_delimited = 2;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_bytes_field(std::string& out, int number, std::string_view bytes) {
  append_varint(out, static_cast<std::uint64_t>(number) << 3 | length_delimited);
  append_varint(out, bytes.size());
  out += bytes;
}

// Rounded up, so that nobody gets less time than was asked for. Eight digits of hours fit.
Result<Duration> duration_of(std::int64_t count, char unit) {
  switch (unit) {
    case 'H':
      return Duration::minutes(count * 60);
    case 'M':
      return Duration::minutes(count);
    case 'S':
      return Duration::seconds(count);
    case 'm':
      return Duration::milliseconds(count);
    case 'u':
      return Duration::microseconds(count);
    case 'n':
      return Duration::microseconds((count + 999) / 1000);
    default:
      return invalid_argument("invalid_timeout", "The unit of the header grpc-timeout is one of H, M, S, m, u and n.");
  }
}

}  // namespace

const Codec* codec_of_grpc_content_type(std::string_view content_type, const GrpcFamily& family) {
  if (is_media_type(content_type, family.bare)) return &proto_codec();
  return codec_of_content_type(content_type, family.kind);
}

Result<StreamHead> read_grpc_head(const http::RequestHead& head, const GrpcFamily& family) {
  StreamHead out{.codec = codec_of_grpc_content_type(head.headers.get("content-type").value_or(""), family)};
  RETURN_IF_ERROR(read_encodings(head.headers, encoding_headers, out));
  if (const auto timeout = head.headers.get("grpc-timeout")) {
    ASSIGN_OR_RETURN(out.timeout, parse_grpc_timeout(*timeout));
  }
  return out;
}

http::ResponseHead grpc_reply_head(std::string_view content_type, const StreamHead* head) {
  http::ResponseHead out;
  out.headers.add("content-type", std::string(content_type));
  if (head != nullptr && head->reply_compression != nullptr) {
    out.headers.add("grpc-encoding", std::string(head->reply_compression->name()));
  }
  out.headers.add("grpc-accept-encoding", std::string(supported_encodings()));
  return out;
}

Result<Duration> parse_grpc_timeout(std::string_view text) {
  constexpr std::size_t digits_max = 8;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 2 || text.size() > digits_max + 1 ||
      !std::ranges::all_of(text.substr(0, text.size() - 1), is_digit)) {
    return invalid_argument("invalid_timeout",
                            "The header grpc-timeout must be a number of at most eight digits and a unit.");
  }
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) count = count * 10 + (c - '0');
  return duration_of(count, text.back());
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // Spaces at the ends of a field are no part of it, and HTTP/2 forbids them.
    const bool lost = byte == ' ' && (at == 0 || at + 1 == text.size());
    if (byte < 0x20 || byte > 0x7e || byte == '%' || lost) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string grpc_status_details(const WireError& error) {
  std::string status;
  append_varint(status, 1 << 3);
  append_varint(status, static_cast<std::uint64_t>(error.code));
  append_bytes_field(status, 2, error.message);
  for (const ErrorPayload& detail : error.details) {
    std::string any;
    append_bytes_field(any, 1, std::string(type_url_prefix) + detail.type);
    append_bytes_field(any, 2, detail.bytes);
    append_bytes_field(status, 3, any);
  }
  return base64(status, false);
}

http::Headers grpc_trailers(const http::Headers& trailers, const WireError* error) {
  http::Headers out;
  out.add("grpc-status", error == nullptr ? "0" : std::to_string(static_cast<int>(error->code)));
  if (error != nullptr) {
    if (!error->message.empty()) out.add("grpc-message", percent_encoded(error->message));
    if (!error->details.empty()) out.add("grpc-status-details-bin", grpc_status_details(*error));
    append_metadata(error->metadata, "", out);
  }
  append_metadata(trailers, "", out);
  return out;
}

std::string grpc_web_trailer_block(const http::Headers& trailers) {
  std::string out;
  for (const auto& field : trailers.fields()) {
    out += field.name;
    out += ": ";
    out += field.value;
    out += "\r\n";
  }
  return out;
}

}  // namespace florin::rpc
