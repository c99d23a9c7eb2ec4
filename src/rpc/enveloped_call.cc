#include "rpc/enveloped_call.h"

#include "rpc/metadata.h"

namespace florin::rpc {

Status read_encodings(const http::Headers& headers, const EncodingHeaders& names, StreamHead& out) {
  const std::string_view encoding = headers.get(names.used).value_or("");
  if (!is_identity(encoding)) {
    out.compression = find_compression(encoding);
    if (out.compression == nullptr) return unsupported_encoding(encoding);
  }
  // What the caller compresses with, it can read.
  out.reply_compression = out.compression;
  if (out.reply_compression == nullptr) {
    out.reply_compression = choose_compression(headers.get(names.accepted).value_or(""));
  }
  return ok();
}

Result<bool> EnvelopedCall::take(Result<std::optional<std::string>> piece) {
  if (!piece.ok()) return std::move(piece).error();
  if (!*piece) {
    if (!reader_.at_boundary()) return truncated_message();
    return false;
  }
  bytes_received_ += (*piece)->size();
  reader_.push(std::move(**piece));
  return true;
}

Status EnvelopedCall::decode(const Envelope& envelope, google::protobuf::Message& into) const {
  return decode_envelope(envelope, head_->compression, *head_->codec, options_, into);
}

Task<Result<bool>> EnvelopedCall::receive(google::protobuf::Message& into) {
  for (;;) {
    const auto envelope = reader_.next();
    if (!envelope.ok()) co_return envelope.error();
    if (*envelope) {
      Status decoded = decode(**envelope, into);
      if (!decoded.ok()) co_return std::move(decoded).error();
      co_return true;
    }
    Result<bool> more = take(co_await exchange_.read_body());
    if (!more.ok() || !*more) co_return more;
  }
}

// Not by way of receive(), so that the usual call costs little.
Task<Status> EnvelopedCall::receive_only(google::protobuf::Message& into) {
  for (bool received = false;;) {
    const auto envelope = reader_.next();
    if (!envelope.ok()) co_return envelope.error();
    if (*envelope) {
      if (std::exchange(received, true)) co_return too_many_messages();
      Status decoded = decode(**envelope, into);
      if (!decoded.ok()) co_return decoded;
      continue;
    }
    const Result<bool> more = take(co_await exchange_.read_body());
    if (!more.ok()) co_return more.error();
    if (!*more) co_return received ? ok() : Status(message_missing());
  }
}

Task<Status> EnvelopedCall::send(const google::protobuf::Message& message) {
  auto envelope = encode_envelope(message, *head_->codec, head_->reply_compression, options_);
  if (!envelope.ok()) co_return std::move(envelope).error();
  co_return co_await write(std::move(envelope).value());
}

Task<Status> EnvelopedCall::send_headers() {
  if (head_sent_) co_return ok();
  co_return co_await exchange_.write_head(take_head());
}

http::ResponseHead EnvelopedCall::take_head() {
  CHECK(!std::exchange(head_sent_, true), "an answer has one head");
  http::ResponseHead head = protocol_head(head_.ok() ? &*head_ : nullptr);
  append_metadata(context_.response_headers(), "", head.headers);
  return head;
}

Task<Status> EnvelopedCall::write(std::string bytes) {
  if (!head_sent_) {
    Status sent = co_await exchange_.write_head(take_head());
    if (!sent.ok()) co_return sent;
  }
  bytes_sent_ += bytes.size();
  co_return co_await exchange_.write_body(std::move(bytes));
}

Task<Status> EnvelopedCall::write_last(std::string bytes) {
  if (!head_sent_) {
    bytes_sent_ += bytes.size();
    co_return co_await exchange_.respond(take_head(), std::move(bytes));
  }
  Status written = co_await write(std::move(bytes));
  if (!written.ok()) co_return written;
  co_return co_await exchange_.finish({});
}

}  // namespace florin::rpc
