#include "rpc/connect_protocol.h"

#include <utility>

#include "rpc/connect_wire.h"

namespace florin::rpc {
namespace {

// One message in, one message or error out: nothing is written before the end, so that the answer is one write.
class ConnectUnaryCall : public WireCall {
 public:
  struct Parts {
    http::Exchange& exchange;
    Context& context;
    const WireOptions& options;
    bool is_get;
  };

  ConnectUnaryCall(const Parts& parts, Result<ConnectHead> head) : parts_(parts), head_(std::move(head)) {}

  Status ready() const override { return head_.ok() ? ok() : Status(head_.error()); }
  std::optional<Duration> timeout() const override { return head_.ok() ? head_->timeout : std::nullopt; }

  Task<Result<bool>> receive(google::protobuf::Message& into) override {
    if (std::exchange(received_, true)) co_return false;
    std::string body;
    if (parts_.is_get) {
      body = std::move(*head_->message);
    } else {
      auto read = co_await http::read_whole_body(parts_.exchange, parts_.options.message_bytes_max);
      if (!read.ok()) co_return std::move(read).error();
      body = std::move(read).value();
    }
    bytes_received_ = body.size();
    Status decoded = decode_message(body, head_->compression, *head_->codec, parts_.options, into);
    if (!decoded.ok()) co_return std::move(decoded).error();
    co_return true;
  }

  // A body is one message, whatever it holds.
  Task<Status> receive_only(google::protobuf::Message& into) override {
    Result<bool> got = co_await receive(into);
    if (!got.ok()) co_return std::move(got).error();
    co_return ok();
  }

  Task<Status> send(const google::protobuf::Message& message) override {
    CHECK(!reply_, "a unary call has one answer");
    auto encoded = encode_message(message, *head_->codec, head_->reply_compression, parts_.options);
    if (!encoded.ok()) co_return std::move(encoded).error();
    reply_ = std::move(encoded).value();
    co_return ok();
  }

  // The status of an answer stands before its headers, and is known at its end.
  Task<Status> send_headers() override { co_return ok(); }

  Task<Status> close(const WireError* error) override {
    const ReplyFields fields{.metadata = parts_.context.response_headers(),
                             .trailers = parts_.context.response_trailers(),
                             .vary_by_encoding = parts_.is_get};
    if (error != nullptr) {
      std::string body = error_json(*error, parts_.options.readable_error_details);
      bytes_sent_ = body.size();
      return parts_.exchange.respond(connect_error_head(*error, fields), std::move(body));
    }
    CHECK(reply_.has_value(), "a unary call ends with an answer or an error");
    bytes_sent_ = reply_->bytes.size();
    http::ResponseHead head = connect_reply_head(*reply_, *head_->codec, fields);
    return parts_.exchange.respond(std::move(head), std::move(reply_->bytes));
  }

  std::size_t bytes_received() const override { return bytes_received_; }
  std::size_t bytes_sent() const override { return bytes_sent_; }

 private:
  const Parts parts_;
  Result<ConnectHead> head_;
  bool received_ = false;
  std::optional<EncodedMessage> reply_;
  std::size_t bytes_received_ = 0;
  std::size_t bytes_sent_ = 0;
};

}  // namespace

bool ConnectPost::accepts(const http::RequestHead& head) const {
  return codec_of_content_type(head.headers.get("content-type").value_or("")) != nullptr;
}

std::unique_ptr<WireCall> ConnectPost::open(http::Exchange& exchange, Context& context,
                                            const WireOptions& options) const {
  const ConnectUnaryCall::Parts parts{.exchange = exchange, .context = context, .options = options, .is_get = false};
  return std::make_unique<ConnectUnaryCall>(parts, read_connect_post(exchange.request(), options));
}

bool ConnectGet::accepts(const http::RequestHead& head) const {
  // A GET has no body (RFC 9110 section 9.3.1); one that brings a body meant something else.
  const bool has_body =
      head.headers.get("content-length").value_or("0") != "0" || head.headers.has("transfer-encoding");
  return !has_body && find_codec(query_parameter(head.query, "encoding").value_or("")) != nullptr;
}

std::unique_ptr<WireCall> ConnectGet::open(http::Exchange& exchange, Context& context,
                                           const WireOptions& options) const {
  const ConnectUnaryCall::Parts parts{.exchange = exchange, .context = context, .options = options, .is_get = true};
  return std::make_unique<ConnectUnaryCall>(parts, read_connect_get(exchange.request(), options));
}

}  // namespace florin::rpc
