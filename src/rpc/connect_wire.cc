#include "rpc/connect_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "rpc/metadata.h"

namespace florin::rpc {
namespace {

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

// Takes `prefix`, which is in lower case, off the front of `text`, whatever case that is in.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != prefix[i]) return false;
  }
  text.remove_prefix(prefix.size());
  return true;
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
      const auto byte = parse_hex(text.substr(at + 1, 2));
      if (!byte || byte->empty()) return std::nullopt;
      out += *byte;
      at += 2;
    }
  }
  return out;
}

struct QueryPair {
  std::string_view name;
  std::string_view value;
};

// Takes "name=value" off the front of `query`; nothing at its end.
std::optional<QueryPair> take_pair(std::string_view& query) {
  if (query.empty()) return std::nullopt;
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view pair = query.substr(0, end);
  const std::size_t equals = std::min(pair.find('='), pair.size());
  query.remove_prefix(std::min(end + 1, query.size()));
  return QueryPair{pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
}

void add_reply_fields(http::ResponseHead& head, const ReplyFields& fields) {
  head.headers.add("accept-encoding", std::string(supported_encodings()));
  if (fields.vary_by_encoding) head.headers.add("vary", "Accept-Encoding");
  append_metadata(fields.metadata, "", head.headers);
  append_metadata(fields.trailers, "trailer-", head.headers);
}

}  // namespace

const Codec* codec_of_content_type(std::string_view content_type, std::string_view kind) {
  const std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
  std::string_view type = trim(content_type.substr(0, semicolon));
  if (!take_prefix(type, "application/") || !take_prefix(type, kind)) return nullptr;
  const Codec* codec = find_codec(lower(type));
  if (codec == nullptr || semicolon == content_type.size()) return codec;
  const std::string parameter = lower(trim(content_type.substr(semicolon + 1)));
  const bool is_utf8 = parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
  return codec->is_text() && is_utf8 ? codec : nullptr;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  std::string_view rest = trim(content_type.substr(0, content_type.find(';')));
  return take_prefix(rest, type) && rest.empty();
}

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (const auto pair = take_pair(query)) {
    auto name = percent_decoded(pair->name);
    auto value = percent_decoded(pair->value);
    if (name && value) out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (const auto pair = take_pair(query)) {
    if (percent_decoded(pair->name) == name) return percent_decoded(pair->value);
  }
  return std::nullopt;
}

Status check_connect_version(std::optional<std::string_view> given, const WireOptions& options) {
  return check_version(given, "1", options.require_protocol_version);
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
  RETURN_IF_ERROR(check_connect_version(head.headers.get("connect-protocol-version"), options));
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
  append_metadata(error.metadata, "", head.headers);
  return head;
}

}  // namespace florin::rpc
