#include "rpc/client/enveloped_call.h"

#include <utility>

#include "base/check.h"

namespace florin::rpc {

EnvelopedClientCall::EnvelopedClientCall(ClientCallParts parts)
    : ClientCall(std::move(parts)), dialect_(dialect_of(options().protocol)), reader_(wire().message_bytes_max) {}

bool EnvelopedClientCall::sends_one() const {
  return spec().stream_type == StreamType::unary || spec().stream_type == StreamType::server_stream;
}

void EnvelopedClientCall::open_exchange(std::optional<std::string> body) {
  http::ClientRequestHead head{.path = spec().procedure,
                               .headers = dialect_.request_headers(options(), parts().timeout)};
  open(std::move(head), std::move(body));
}

Task<Status> EnvelopedClientCall::send(const google::protobuf::Message& message) {
  if (outcome() && !outcome()->ok()) co_return outcome()->error();
  auto envelope = encode_envelope(message, *options().codec, options().request_compression, wire());
  if (!envelope.ok()) co_return std::move(envelope).error();
  if (sends_one()) {
    CHECK(whole_.empty() && exchange() == nullptr, "this method's caller sends one message");
    whole_ = std::move(envelope).value();
    co_return ok();
  }
  if (exchange() == nullptr) open_exchange(std::nullopt);
  co_return co_await exchange()->write_body(std::move(envelope).value());
}

Task<Status> EnvelopedClientCall::close_send() {
  if (outcome() && !outcome()->ok()) co_return outcome()->error();
  if (exchange() == nullptr) {
    open_exchange(std::move(whole_));
  } else {
    exchange()->finish();
  }
  co_return ok();
}

Task<Status> EnvelopedClientCall::read_answer_head() {
  if (exchange() == nullptr) open_exchange(std::nullopt);
  auto head = co_await read_head();
  if (!head.ok()) co_return fail(std::move(head).error()).error();
  head_read_ = true;
  reply().headers = std::move(head->headers);
  if (head->status != 200) co_return fail(error_of_status(head->status)).error();
  auto compression = dialect_.read_head(reply().headers, *options().codec);
  if (!compression.ok()) co_return fail(std::move(compression).error()).error();
  compression_ = *compression;
  co_return ok();
}

Task<Result<bool>> EnvelopedClientCall::receive(google::protobuf::Message& into) {
  if (outcome()) co_return *outcome();
  if (!head_read_) {
    Status read = co_await read_answer_head();
    if (!read.ok()) co_return std::move(read).error();
  }
  for (;;) {
    auto envelope = reader_.next();
    if (!envelope.ok()) co_return fail(std::move(envelope).error());
    if (*envelope) {
      if (dialect_.ends_stream((*envelope)->flags)) co_return co_await last_envelope(**envelope);
      Status decoded = decode_envelope(**envelope, compression_, *options().codec, wire(), into);
      if (!decoded.ok()) co_return fail(as_invalid_answer(std::move(decoded).error()));
      co_return true;
    }
    auto piece = co_await exchange()->read_body();
    if (outcome()) co_return *outcome();
    if (!piece.ok()) co_return fail(std::move(piece).error());
    if (!*piece) co_return end_of_body();
    had_body_ = true;
    reader_.push(std::move(**piece));
  }
}

Result<bool> EnvelopedClientCall::end_of_body() {
  if (!reader_.at_boundary()) return fail(invalid_answer(Code::internal, "The answer ended within a message."));
  return end(
      dialect_.read_body_end({.headers = reply().headers, .trailers = exchange()->trailers(), .had_body = had_body_}));
}

Task<Result<bool>> EnvelopedClientCall::last_envelope(Envelope envelope) {
  std::string payload(envelope.payload);
  if ((envelope.flags & EnvelopeFlags::compressed) != 0 && !payload.empty()) {
    if (compression_ == nullptr) {
      co_return fail(invalid_answer(Code::internal, "A message is compressed although no compression is declared."));
    }
    auto plain = compression_->decompress(payload, wire().message_bytes_max);
    if (!plain.ok()) co_return fail(as_invalid_answer(std::move(plain).error()));
    payload = std::move(plain).value();
  }
  auto rest = co_await exchange()->read_body();
  if (outcome()) co_return *outcome();
  if (!rest.ok()) co_return fail(std::move(rest).error());
  if (*rest || !reader_.at_boundary()) {
    co_return fail(invalid_answer(Code::internal, "The answer goes on after its last message."));
  }
  co_return end(dialect_.read_last(payload));
}

Result<bool> EnvelopedClientCall::end(Result<CallEnd> end) {
  if (!end.ok()) return fail(std::move(end).error());
  reply().trailers = std::move(end->trailers);
  if (end->error) return fail(std::move(*end->error));
  return end_well();
}

}  // namespace florin::rpc
