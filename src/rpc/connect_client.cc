#include "rpc/connect_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "rpc/connect_wire.h"

namespace florin::rpc {
namespace {

constexpr std::string_view trailer_prefix = "trailer-";

Error bad_answer(Code code, std::string message) {
  return {code, ErrorDomain::network, "invalid_answer", std::move(message)};
}

Error decode_error(WireError wire) {
  Error error(wire.code, ErrorDomain::request, "remote_error", std::move(wire.message));
  for (ErrorPayload& detail : wire.details) {
    error = std::move(error).with_payload(std::move(detail.type), std::move(detail.bytes));
  }
  return error;
}

void split_metadata(const http::Headers& headers, ReplyMetadata& metadata) {
  for (const auto& field : headers.fields()) {
    if (field.name.starts_with(trailer_prefix)) {
      metadata.trailers.add(field.name.substr(trailer_prefix.size()), field.value);
    } else {
      metadata.headers.add(field.name, field.value);
    }
  }
}

// The compression of the answer, null for identity; fails for one that was not offered.
Result<const Compression*> answer_compression(const http::Headers& headers) {
  const std::string_view encoding = headers.get("content-encoding").value_or("");
  const Compression* compression = find_compression(encoding);
  if (compression == nullptr && !is_identity(encoding)) {
    return bad_answer(Code::internal,
                      fmt::format("The server answered with the unknown compression \"{}\".", encoding));
  }
  return compression;
}

Error read_error(const HttpAnswer& answer, const ConnectClientOptions& options) {
  WireError wire{.code = code_from_http_status(answer.head.status),
                 .message = fmt::format("The server answered HTTP status {}.", answer.head.status),
                 .details = {},
                 .metadata = {}};
  const auto compression = answer_compression(answer.head.headers);
  const bool is_json = codec_of_content_type(answer.head.headers.get("content-type").value_or("")) == &json_codec();
  if (is_json && compression.ok()) {
    Result<std::string> plain = *compression == nullptr || answer.body.empty()
                                    ? Result<std::string>(answer.body)
                                    : (*compression)->decompress(answer.body, options.wire.message_bytes_max);
    if (plain.ok()) {
      if (auto parsed = parse_error_json(*plain)) wire = std::move(*parsed);
    }
  }
  wire.metadata = answer.head.headers;
  return options.error_decoder ? options.error_decoder(std::move(wire)) : decode_error(std::move(wire));
}

void add_request_headers(http::Headers& out, const CallOptions& call, const ConnectClientOptions& options) {
  out.add("accept-encoding", std::string(supported_encodings()));
  if (const auto timeout = call.timeout ? call.timeout : options.timeout_default) {
    // At most ten digits; a longer time means no limit in practice.
    constexpr std::int64_t most = 9'999'999'999;
    out.add("connect-timeout-ms", fmt::format("{}", std::clamp<std::int64_t>(timeout->to_milliseconds(), 0, most)));
  }
  for (const auto& field : call.headers.fields()) {
    if (!is_protocol_header(field.name)) out.add(field.name, field.value);
  }
}

std::string get_query(const EncodedMessage& message, const Codec& codec) {
  std::string query = "connect=v1&base64=1";
  if (message.compression != nullptr) query += "&compression=" + std::string(message.compression->name());
  return query + "&encoding=" + std::string(codec.name()) + "&message=" + base64url(message.bytes);
}

}  // namespace

Result<HttpRequest> connect_request(const MethodSpec& spec, const google::protobuf::Message& request,
                                    const CallOptions& call, const ConnectClientOptions& options) {
  ASSIGN_OR_RETURN(EncodedMessage encoded,
                   encode_message(request, *options.codec, options.request_compression, options.wire));
  HttpRequest out;
  out.head.path = spec.procedure;
  if (call.use_get && spec.allows_get()) {
    out.head.query = get_query(encoded, *options.codec);
    if (out.head.path.size() + 1 + out.head.query.size() <= options.get_bytes_max) {
      out.head.method = "GET";
      add_request_headers(out.head.headers, call, options);
      return out;
    }
    out.head.query.clear();
  }
  out.head.method = "POST";
  out.head.headers.add("content-type", "application/" + std::string(options.codec->name()));
  out.head.headers.add("connect-protocol-version", "1");
  if (encoded.compression != nullptr) {
    out.head.headers.add("content-encoding", std::string(encoded.compression->name()));
  }
  add_request_headers(out.head.headers, call, options);
  out.body = std::move(encoded.bytes);
  return out;
}

Status read_connect_answer(HttpAnswer answer, const ConnectClientOptions& options, google::protobuf::Message& response,
                           ReplyMetadata* metadata) {
  if (metadata != nullptr) split_metadata(answer.head.headers, *metadata);
  if (answer.head.status != 200) return read_error(answer, options);

  const std::string_view type = answer.head.headers.get("content-type").value_or("");
  const Codec* codec = codec_of_content_type(type);
  if (codec != options.codec) {
    return bad_answer(
        codec == nullptr ? Code::unknown : Code::internal,
        fmt::format("The server answered with content type \"{}\", not application/{}.", type, options.codec->name()));
  }
  ASSIGN_OR_RETURN(const Compression* compression, answer_compression(answer.head.headers));
  // The server may know fields that this client does not.
  WireOptions wire = options.wire;
  wire.ignore_unknown_json_fields = true;
  Status decoded = decode_message(answer.body, compression, *codec, wire, response);
  if (!decoded.ok() && decoded.error().code() == Code::invalid_argument) {
    return bad_answer(Code::internal, "The answer cannot be read: " + decoded.error().message());
  }
  return decoded;
}

Status ConnectChannel::unary(const MethodSpec& spec, const google::protobuf::Message& request,
                             google::protobuf::Message& response, const CallOptions& call) {
  ASSIGN_OR_RETURN(HttpRequest http_request, connect_request(spec, request, call, options_));
  const auto timeout = call.timeout ? call.timeout : options_.timeout_default;
  ASSIGN_OR_RETURN(HttpAnswer answer, round_trip_(std::move(http_request), timeout));
  return read_connect_answer(std::move(answer), options_, response, call.metadata);
}

}  // namespace florin::rpc
