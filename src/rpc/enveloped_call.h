// EnvelopedCall: the wire side of a call whose messages travel in envelopes, which is what Connect streams, gRPC and
// gRPC-Web have in common. What differs is how the head of the answer looks and how the answer ends.
#pragma once

#include <utility>

#include "rpc/envelope.h"
#include "rpc/protocol.h"

namespace florin::rpc {

// What the head of a request says about the messages that follow.
struct StreamHead {
  const Codec* codec = nullptr;
  const Compression* compression = nullptr;        // of the request; null: identity
  const Compression* reply_compression = nullptr;  // of the answer; null: identity
  std::optional<Duration> timeout = std::nullopt;
};

// The names that a protocol has for the headers which negotiate compression.
struct EncodingHeaders {
  std::string_view used;      // "grpc-encoding"
  std::string_view accepted;  // "grpc-accept-encoding"
};

// The compressions of request and answer, into `out`; unimplemented `unsupported_encoding` for a request in another
// one.
Status read_encodings(const http::Headers& headers, const EncodingHeaders& names, StreamHead& out);

class EnvelopedCall : public WireCall {
 public:
  struct Parts {
    http::Exchange& exchange;
    Context& context;
    const WireOptions& options;
  };

  Status ready() const override { return head_.ok() ? ok() : Status(head_.error()); }
  std::optional<Duration> timeout() const override { return head_.ok() ? head_->timeout : std::nullopt; }
  Task<Result<bool>> receive(google::protobuf::Message& into) override;
  Task<Status> receive_only(google::protobuf::Message& into) override;
  Task<Status> send(const google::protobuf::Message& message) override;
  Task<Status> send_headers() override;
  std::size_t bytes_received() const override { return bytes_received_; }
  std::size_t bytes_sent() const override { return bytes_sent_; }

 protected:
  EnvelopedCall(const Parts& parts, Result<StreamHead> head)
      : exchange_(parts.exchange),
        context_(parts.context),
        options_(parts.options),
        head_(std::move(head)),
        reader_(parts.options.message_bytes_max) {}

  // The protocol's own fields of the answer's head. `head` is null where the request's head could not be served.
  virtual http::ResponseHead protocol_head(const StreamHead* head) const = 0;

  http::Exchange& exchange() { return exchange_; }
  const http::RequestHead& request() const { return exchange_.request(); }
  Context& context() { return context_; }
  const WireOptions& options() const { return options_; }
  bool head_sent() const { return head_sent_; }
  // The head of the answer, with the application's headers. To be sent once.
  http::ResponseHead take_head();
  // Writes bytes of the body, the head before them where it has not been sent.
  Task<Status> write(std::string bytes);
  // Writes the last bytes of the body and ends the answer without trailers.
  Task<Status> write_last(std::string bytes);

 private:
  // Takes what read_body gave. False at the end of the body, which may not be within a message.
  Result<bool> take(Result<std::optional<std::string>> piece);
  Status decode(const Envelope& envelope, google::protobuf::Message& into) const;

  http::Exchange& exchange_;
  Context& context_;
  const WireOptions& options_;
  const Result<StreamHead> head_;
  EnvelopeReader reader_;
  bool head_sent_ = false;
  std::size_t bytes_received_ = 0;
  std::size_t bytes_sent_ = 0;
};

}  // namespace florin::rpc
