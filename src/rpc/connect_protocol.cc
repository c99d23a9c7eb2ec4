#include "rpc/connect_protocol.h"

#include <utility>

#include "rpc/connect_wire.h"

namespace florin::rpc {
namespace {

// One message in, one message or error out: nothing is written before the end, so that the answer is one write.
class ConnectUnaryCall : public WireCall {
 public:
  ConnectUnaryCall(http::Exchange& exchange, const WireOptions& options, Result<ConnectHead> head, bool is_get)
      : exchange_(exchange), options_(options), head_(std::move(head)), is_get_(is_get) {}

  std::optional<Duration> timeout() const override { return head_.ok() ? head_->timeout : std::nullopt; }

  Task<Result<bool>> receive(google::protobuf::Message& into) override {
    if (!head_.ok()) co_return head_.error();
    if (std::exchange(received_, true)) co_return false;
    std::string body;
    if (is_get_) {
      body = std::move(*head_->message);
    } else {
      auto read = co_await http::read_whole_body(exchange_, options_.message_bytes_max);
      if (!read.ok()) co_return std::move(read).error();
      body = std::move(read).value();
    }
    bytes_received_ = body.size();
    Status decoded = decode_message(body, head_->compression, *head_->codec, options_, into);
    if (!decoded.ok()) co_return std::move(decoded).error();
    co_return true;
  }

  Task<Status> send(const google::protobuf::Message& message) override {
    CHECK(head_.ok() && !reply_, "a unary call has one answer");
    auto encoded = encode_message(message, *head_->codec, head_->reply_compression, options_);
    if (!encoded.ok()) co_return std::move(encoded).error();
    reply_ = std::move(encoded).value();
    co_return ok();
  }

  Task<Status> close(Context& context, const WireError* error) override {
    const ReplyFields fields{
        .metadata = context.response_headers(), .trailers = context.response_trailers(), .vary_by_encoding = is_get_};
    if (error != nullptr) {
      std::string body = error_json(*error, options_.readable_error_details);
      bytes_sent_ = body.size();
      return exchange_.respond(connect_error_head(*error, fields), std::move(body));
    }
    CHECK(reply_.has_value(), "a unary call ends with an answer or an error");
    bytes_sent_ = reply_->bytes.size();
    http::ResponseHead head = connect_reply_head(*reply_, *head_->codec, fields);
    return exchange_.respond(std::move(head), std::move(reply_->bytes));
  }

  std::size_t bytes_received() const override { return bytes_received_; }
  std::size_t bytes_sent() const override { return bytes_sent_; }

 private:
  http::Exchange& exchange_;
  const WireOptions& options_;
  Result<ConnectHead> head_;
  const bool is_get_;
  bool received_ = false;
  std::optional<EncodedMessage> reply_;
  std::size_t bytes_received_ = 0;
  std::size_t bytes_sent_ = 0;
};

}  // namespace

bool ConnectPost::accepts(const http::RequestHead& head) const {
  return codec_of_content_type(head.headers.get("content-type").value_or("")) != nullptr;
}

std::unique_ptr<WireCall> ConnectPost::open(http::Exchange& exchange, const WireOptions& options) const {
  return std::make_unique<ConnectUnaryCall>(exchange, options, read_connect_post(exchange.request(), options), false);
}

bool ConnectGet::accepts(const http::RequestHead& head) const {
  // A GET has no body (RFC 9110 section 9.3.1); one that brings a body meant something else.
  const bool has_body =
      head.headers.get("content-length").value_or("0") != "0" || head.headers.has("transfer-encoding");
  return !has_body && find_codec(query_parameter(head.query, "encoding").value_or("")) != nullptr;
}

std::unique_ptr<WireCall> ConnectGet::open(http::Exchange& exchange, const WireOptions& options) const {
  return std::make_unique<ConnectUnaryCall>(exchange, options, read_connect_get(exchange.request(), options), true);
}

}  // namespace florin::rpc
