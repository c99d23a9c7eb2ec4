// ClientCall: one call as a protocol carries it, over one exchange: what it sends, what comes back, how it ends. Typed
// handles (client.h) stand on it.
//
// On the transport's executor. One send (or close_send) and one receive may be under way at the same time; over
// HTTP/1.1 a receive resumes after close_send, as most servers answer only then. Destroyed with neither under way; what
// is not complete is then canceled.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <utility>

#include "http/client_exchange.h"
#include "rpc/channel.h"
#include "rpc/client/answer.h"
#include "rpc/client/client_options.h"

namespace florin::rpc {

struct ClientCallParts {
  http::ClientTransport& transport;
  const MethodSpec& spec;
  const ClientOptions& options;     // outlives the call
  std::optional<Duration> timeout;  // sent, and kept
  http::Headers headers;            // the application's
  bool use_get = false;
};

class ClientCall : public std::enable_shared_from_this<ClientCall> {
 public:
  virtual ~ClientCall();
  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;

  // Resumes when there is room for more. Fails with `aborted` (answer_complete) where the server has ended the call:
  // receive() says how.
  virtual Task<Status> send(const google::protobuf::Message& message) = 0;
  // Nothing more is sent.
  virtual Task<Status> close_send() = 0;
  // The next message, into `into`, which must be empty. False where the call ended well; the call's error otherwise,
  // and again whenever it is asked.
  virtual Task<Result<bool>> receive(google::protobuf::Message& into) = 0;

  // What is under way and what follows fails with `reason`. Does nothing once the call has ended.
  void cancel(Error reason);

  // The answer's; headers from the first receive on, trailers from its end on.
  const ReplyMetadata& metadata() const { return metadata_; }
  // After a failure: whether the call can be made anew without harm by a method that may only be called once.
  bool may_have_been_seen() const { return exchange_ != nullptr && (answered_ || exchange_->seen()); }
  // Whether anything came from the server.
  bool answered() const { return answered_; }

 protected:
  explicit ClientCall(ClientCallParts parts);
  // Begins to count the timeout; once, when the call is owned.
  void begin();

  // The call's end, whatever it is. Gives what receive() gives.
  Result<bool> end_well();
  Result<bool> fail(Error error);
  Result<bool> fail(WireError error);
  const std::optional<Result<bool>>& outcome() const { return outcome_; }

  const ClientCallParts& parts() const { return parts_; }
  const MethodSpec& spec() const { return parts_.spec; }
  const ClientOptions& options() const { return parts_.options; }
  // As the codec and the envelopes want them.
  const WireOptions& wire() const { return wire_; }
  ReplyMetadata& reply() { return metadata_; }
  http::ClientExchange* exchange() { return exchange_.get(); }
  void open(http::ClientRequestHead head, std::optional<std::string> body);
  Task<Result<http::ResponseHead>> read_head();

 private:
  friend std::shared_ptr<ClientCall> make_client_call(ClientCallParts parts);

  const ClientCallParts parts_;
  const WireOptions wire_;
  http::ClientExchangePtr exchange_;
  bool answered_ = false;
  ReplyMetadata metadata_;
  std::optional<Result<bool>> outcome_;
  std::shared_ptr<TimerHandle> timer_;
};

// By the protocol of the options.
std::shared_ptr<ClientCall> make_client_call(ClientCallParts parts);

// The answer to a call that has exactly one: unimplemented `message_missing` or `too_many_messages` for any other
// number.
Task<Status> receive_only(ClientCall& call, google::protobuf::Message& into);

}  // namespace florin::rpc
