#include "rpc/client/connect_unary_call.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/encoding.h"
#include "rpc/client/stream_dialect.h"

namespace florin::rpc {
namespace {

constexpr std::string_view trailer_prefix = "trailer-";

void add_common_headers(http::Headers& out, std::optional<Duration> timeout) {
  out.add("accept-encoding", std::string(supported_encodings()));
  if (timeout) out.add("connect-timeout-ms", connect_timeout(*timeout));
  out.add("user-agent", std::string(user_agent));
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

}  // namespace

Task<Status> ConnectUnaryCall::send(const google::protobuf::Message& message) {
  CHECK(exchange() == nullptr, "this method's caller sends one message");
  auto encoded = encode_message(message, *options().codec, options().request_compression, wire());
  if (!encoded.ok()) co_return std::move(encoded).error();
  request_ = std::move(encoded).value();
  co_return ok();
}

Task<Status> ConnectUnaryCall::close_send() {
  if (outcome() && !outcome()->ok()) co_return outcome()->error();
  if (!parts().use_get || !spec().allows_get() || !open_get()) open_post();
  co_return ok();
}

void ConnectUnaryCall::open_post() {
  http::ClientRequestHead head{.path = spec().procedure};
  head.headers.add("content-type", "application/" + std::string(options().codec->name()));
  head.headers.add("connect-protocol-version", "1");
  if (request_.compression != nullptr) {
    head.headers.add("content-encoding", std::string(request_.compression->name()));
  }
  add_common_headers(head.headers, parts().timeout);
  open(std::move(head), std::move(request_.bytes));
}

bool ConnectUnaryCall::open_get() {
  http::ClientRequestHead head{.method = "GET", .path = spec().procedure, .query = "connect=v1&base64=1"};
  if (request_.compression != nullptr) head.query += "&compression=" + std::string(request_.compression->name());
  head.query += fmt::format("&encoding={}&message={}", options().codec->name(), base64url(request_.bytes));
  if (head.path.size() + 1 + head.query.size() > options().get_bytes_max) return false;
  add_common_headers(head.headers, parts().timeout);
  open(std::move(head), std::string());
  return true;
}

Task<Result<std::string>> ConnectUnaryCall::read_body() {
  std::string body;
  for (;;) {
    auto piece = co_await exchange()->read_body();
    if (!piece.ok()) co_return std::move(piece).error();
    if (!*piece) co_return body;
    if (body.size() + (*piece)->size() > wire().message_bytes_max)
      co_return message_too_large(wire().message_bytes_max);
    body += **piece;
  }
}

Task<Result<bool>> ConnectUnaryCall::receive(google::protobuf::Message& into) {
  if (outcome()) co_return *outcome();
  CHECK(exchange() != nullptr, "the request goes first");
  auto head = co_await read_head();
  if (!head.ok()) co_return fail(std::move(head).error());
  split_metadata(head->headers, reply());
  auto body = co_await read_body();
  if (outcome()) co_return *outcome();
  if (!body.ok()) co_return fail(std::move(body).error());
  co_return read_answer(head->status, std::move(body).value(), into);
}

Result<bool> ConnectUnaryCall::read_answer(int status, std::string body, google::protobuf::Message& into) {
  if (status != 200) return read_error(status, body);
  const std::string_view type = reply().headers.get("content-type").value_or("");
  const Codec* codec = codec_of_content_type(type);
  if (codec != options().codec) {
    return fail(invalid_answer(codec == nullptr ? Code::unknown : Code::internal,
                               fmt::format("The server answered with content type \"{}\", not application/{}.", type,
                                           options().codec->name())));
  }
  const auto compression = answer_compression(reply().headers.get("content-encoding").value_or(""));
  if (!compression.ok()) return fail(compression.error());
  Status decoded = decode_message(body, *compression, *codec, wire(), into);
  if (!decoded.ok()) return fail(as_invalid_answer(std::move(decoded).error()));
  (void)end_well();
  return true;
}

Result<bool> ConnectUnaryCall::read_error(int status, const std::string& body) {
  const bool is_json = codec_of_content_type(reply().headers.get("content-type").value_or("")) == &json_codec();
  const auto compression = answer_compression(reply().headers.get("content-encoding").value_or(""));
  if (!is_json || !compression.ok()) return fail(error_of_status(status));
  if (*compression == nullptr || body.empty()) return fail(read_error_body(body, status));
  const auto plain = (*compression)->decompress(body, wire().message_bytes_max);
  return fail(plain.ok() ? read_error_body(*plain, status) : error_of_status(status));
}

}  // namespace florin::rpc
