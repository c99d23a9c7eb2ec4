// The Connect protocol for unary calls, as pure functions between HTTP and messages: no I/O, no state.
// Source: connectrpc.com/docs/protocol, "Unary RPCs".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"
#include "rpc/codec.h"
#include "rpc/compression.h"
#include "rpc/wire_error.h"
#include "rpc/wire_options.h"

namespace florin::rpc {

// What the head of a request says about its message and the answer.
struct ConnectHead {
  const Codec* codec = nullptr;
  const Compression* compression = nullptr;        // of the request; null: identity
  const Compression* reply_compression = nullptr;  // that the caller accepts; null: identity
  std::optional<Duration> timeout;
  std::optional<std::string> message;  // of a GET, still compressed; a POST has its message in the body
};

// The codec of "application/proto" or "application/json[; charset=utf-8]"; null for every other content type. `kind`
// goes before the codec's name: "" here, "connect+" for streams.
const Codec* codec_of_content_type(std::string_view content_type, std::string_view kind = "");

// Whether `content_type` is `type` (in lower case), with or without parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

// The parameters of a query, decoded, in their order; those that are badly encoded are left out.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query);
// The first value of a query parameter, decoded; nothing if it is absent or badly encoded.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

Result<ConnectHead> read_connect_post(const http::RequestHead& head, const WireOptions& options);
Result<ConnectHead> read_connect_get(const http::RequestHead& head, const WireOptions& options);

// The header connect-protocol-version: invalid_argument `unsupported_protocol_version`.
Status check_connect_version(std::optional<std::string_view> given, const WireOptions& options);

// At most ten digits of milliseconds (the header connect-timeout-ms); invalid_argument `invalid_timeout` otherwise.
Result<Duration> parse_connect_timeout(std::string_view text);

// The message that `bytes` hold. Zero bytes are never decompressed.
Status decode_message(std::string_view bytes, const Compression* compression, const Codec& codec,
                      const WireOptions& options, google::protobuf::Message& into);

struct EncodedMessage {
  std::string bytes;
  const Compression* compression = nullptr;  // what was used in the end
};

// Compresses only from WireOptions::compress_bytes_min on.
Result<EncodedMessage> encode_message(const google::protobuf::Message& message, const Codec& codec,
                                      const Compression* compression, const WireOptions& options);

// The heads of answers. `metadata` and `trailers` are the application's; fields that are the protocol's are left out.
struct ReplyFields {
  const http::Headers& metadata;
  const http::Headers& trailers;
  bool vary_by_encoding = false;  // of a GET
};
http::ResponseHead connect_reply_head(const EncodedMessage& message, const Codec& codec, const ReplyFields& fields);
http::ResponseHead connect_error_head(const WireError& error, const ReplyFields& fields);

}  // namespace florin::rpc
