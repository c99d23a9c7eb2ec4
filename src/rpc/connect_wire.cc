#include "rpc/connect_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "rpc/json_text.h"

namespace florin::rpc {
namespace {

constexpr std::array<std::string_view, 14> http_headers = {
    "accept",  "accept-encoding", "accept-post",       "allow",  "connection",      "date", "host", "keep-alive", "te",
    "trailer", "upgrade",         "transfer-encoding", "expect", "proxy-connection"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Status check_version(std::optional<std::string_view> given, std::string_view wanted, bool required) {
  if (!given && !required) return ok();
  if (given == wanted) return ok();
  return invalid_argument(
      "unsupported_protocol_version",
      given ? fmt::format("This server speaks version 1 of the Connect protocol, not \"{}\".", *given)
            : "Say which version of the Connect protocol this is: header connect-protocol-version: 1, "
              "or connect=v1 in the query of a GET.");
}

// The part of the head that POST and GET have in common.
Status read_common(const http::RequestHead& head, std::string_view encoding, ConnectHead& out) {
  if (!is_identity(encoding)) {
    out.compression = find_compression(encoding);
    if (out.compression == nullptr) return unsupported_encoding(encoding);
  }
  // What the caller compresses with, it can read.
  out.reply_compression = out.compression;
  if (out.reply_compression == nullptr) {
    out.reply_compression = choose_compression(head.headers.get("accept-encoding").value_or(""));
  }
  if (const auto timeout = head.headers.get("connect-timeout-ms")) {
    ASSIGN_OR_RETURN(out.timeout, parse_connect_timeout(*timeout));
  }
  return ok();
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out += ' ';
    } else if (text[at] != '%') {
      out += text[at];
    } else {
      if (at + 2 >= text.size()) return std::nullopt;
      const auto high = hex_digit(text[at + 1]);
      const auto low = hex_digit(text[at + 2]);
      if (!high || !low) return std::nullopt;
      out += static_cast<char>(*high * 16 + *low);
      at += 2;
    }
  }
  return out;
}

// A value with a line break would let whoever chose it write headers of their own.
bool is_sendable(const http::Headers::Field& field) {
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
  return !field.name.empty() && std::ranges::none_of(field.value, is_bad) &&
         !std::ranges::any_of(field.name, [](char c) {
           return static_cast<unsigned char>(c) <= 0x20 || c == ':' || static_cast<unsigned char>(c) >= 0x7f;
         });
}

void add_metadata(http::ResponseHead& head, const http::Headers& fields, std::string_view prefix) {
  for (const auto& field : fields.fields()) {
    if (is_protocol_header(field.name) || !is_sendable(field)) continue;
    head.headers.add(std::string(prefix) + field.name, field.value);
  }
}

void add_reply_fields(http::ResponseHead& head, const ReplyFields& fields) {
  head.headers.add("accept-encoding", std::string(supported_encodings()));
  if (fields.vary_by_encoding) head.headers.add("vary", "Accept-Encoding");
  add_metadata(head, fields.metadata, "");
  add_metadata(head, fields.trailers, "trailer-");
}

}  // namespace

const Codec* codec_of_content_type(std::string_view content_type, std::string_view kind) {
  const std::string text = lower(content_type);
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view type = trim(std::string_view(text).substr(0, semicolon));
  const std::string prefix = "application/" + std::string(kind);
  if (!type.starts_with(prefix)) return nullptr;
  const Codec* codec = find_codec(type.substr(prefix.size()));
  if (codec == nullptr || semicolon == text.size()) return codec;
  const std::string_view parameter = trim(std::string_view(text).substr(semicolon + 1));
  const bool is_utf8 = parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
  return codec->is_text() && is_utf8 ? codec : nullptr;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decoded(pair.substr(0, equals)) == name) {
      return percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

Result<Duration> parse_connect_timeout(std::string_view text) {
  constexpr std::size_t digits_max = 10;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > digits_max || !std::ranges::all_of(text, is_digit)) {
    return invalid_argument("invalid_timeout",
                            "The header connect-timeout-ms must be a number of milliseconds with at most ten digits.");
  }
  std::int64_t milliseconds = 0;
  for (const char c : text) milliseconds = milliseconds * 10 + (c - '0');
  return Duration::milliseconds(milliseconds);
}

Result<ConnectHead> read_connect_post(const http::RequestHead& head, const WireOptions& options) {
  ConnectHead out;
  out.codec = codec_of_content_type(head.headers.get("content-type").value_or(""));
  CHECK(out.codec != nullptr, "the protocol accepted this content type");
  RETURN_IF_ERROR(check_version(head.headers.get("connect-protocol-version"), "1", options.require_protocol_version));
  RETURN_IF_ERROR(read_common(head, head.headers.get("content-encoding").value_or(""), out));
  return out;
}

Result<ConnectHead> read_connect_get(const http::RequestHead& head, const WireOptions& options) {
  ConnectHead out;
  out.codec = find_codec(query_parameter(head.query, "encoding").value_or(""));
  CHECK(out.codec != nullptr, "the protocol accepted this encoding");
  const auto version = query_parameter(head.query, "connect");
  RETURN_IF_ERROR(check_version(version, "v1", options.require_protocol_version));
  RETURN_IF_ERROR(read_common(head, query_parameter(head.query, "compression").value_or(""), out));
  out.message = query_parameter(head.query, "message");
  if (!out.message) {
    return invalid_argument("message_missing", "Give the request message in the query parameter \"message\".");
  }
  if (query_parameter(head.query, "base64") == "1") {
    out.message = parse_base64url(*out.message);
    if (!out.message) {
      return invalid_argument("invalid_base64", "The query parameter \"message\" is not valid URL-safe base64.");
    }
  }
  return out;
}

Status decode_message(std::string_view bytes, const Compression* compression, const Codec& codec,
                      const WireOptions& options, google::protobuf::Message& into) {
  const CodecOptions codec_options{.ignore_unknown_fields = options.ignore_unknown_json_fields};
  if (compression == nullptr || bytes.empty()) {
    if (bytes.size() > options.message_bytes_max) return message_too_large(options.message_bytes_max);
    return codec.decode(bytes, into, codec_options);
  }
  ASSIGN_OR_RETURN(const std::string plain, compression->decompress(bytes, options.message_bytes_max));
  return codec.decode(plain, into, codec_options);
}

Result<EncodedMessage> encode_message(const google::protobuf::Message& message, const Codec& codec,
                                      const Compression* compression, const WireOptions& options) {
  EncodedMessage out;
  RETURN_IF_ERROR(codec.encode(message, out.bytes));
  if (compression == nullptr || out.bytes.size() < options.compress_bytes_min) return out;
  ASSIGN_OR_RETURN(out.bytes, compression->compress(out.bytes));
  out.compression = compression;
  return out;
}

http::ResponseHead connect_reply_head(const EncodedMessage& message, const Codec& codec, const ReplyFields& fields) {
  http::ResponseHead head;
  head.headers.add("content-type", "application/" + std::string(codec.name()));
  if (message.compression != nullptr) head.headers.add("content-encoding", std::string(message.compression->name()));
  add_reply_fields(head, fields);
  return head;
}

http::ResponseHead connect_error_head(const WireError& error, const ReplyFields& fields) {
  http::ResponseHead head{.status = http_status(error.code), .headers = {}};
  head.headers.add("content-type", "application/json");
  add_reply_fields(head, fields);
  add_metadata(head, error.metadata, "");
  return head;
}

bool is_protocol_header(std::string_view name) {
  return name.starts_with("content-") || name.starts_with("connect-") || name.starts_with("grpc-") ||
         name.starts_with("trailer-") || name.starts_with(':') ||
         std::ranges::find(http_headers, name) != http_headers.end();
}

}  // namespace florin::rpc
