// Client: calls the methods of one server, whatever protocol carries them.
//
//   rpc::Client client(*transport, {.protocol = rpc::ClientProtocol::grpc});
//   GreetServiceAsyncClient greeter(client);                      // generated from greet.proto
//   Result<GreetReply> reply = co_await greeter.greet(request);
//
//   auto chat = greeter.greet_all();
//   co_await chat.send(request);
//   co_await chat.close_send();
//   for (;;) {
//     auto reply = co_await chat.receive();
//     if (!reply.ok() || !*reply) break;   // the call's error, or its end
//   }
//
// Everything here is called on the client's executor, and resumes there; run_on (run_on.h) goes there and back. The
// transport, and what is passed by reference, must outlive the tasks and handles.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "rpc/client/client_call.h"
#include "rpc/client/client_options.h"

namespace florin::rpc {

// A call with streams, as its caller holds it. Letting go of it cancels what is not complete; not while an operation is
// under way.
template <class Request, class Response>
class ClientStream {
 public:
  explicit ClientStream(std::shared_ptr<ClientCall> call) : call_(std::move(call)) {}

  // Resumes when there is room for more. Fails with `aborted` (answer_complete) where the server has ended the call:
  // receive() says how.
  Task<Status> send(const Request& message) { return call_->send(message); }
  // Nothing more is sent.
  Task<Status> close_send() { return call_->close_send(); }
  // The next message; nothing where the call ended well, and the call's error otherwise.
  Task<Result<std::optional<Response>>> receive() {
    Response message;
    Result<bool> more = co_await call_->receive(message);
    if (!more.ok()) co_return std::move(more).error();
    if (!*more) co_return std::optional<Response>();
    co_return std::optional<Response>(std::move(message));
  }
  // For a method that answers once: closes, and gives the one answer.
  Task<Result<Response>> close_and_receive() {
    Status closed = co_await call_->close_send();
    if (!closed.ok()) co_return std::move(closed).error();
    Response message;
    Status received = co_await receive_only(*call_, message);
    if (!received.ok()) co_return std::move(received).error();
    co_return message;
  }
  // What is under way and what follows fails with `canceled`.
  void cancel() { call_->cancel(canceled()); }
  // Headers from the first receive on, trailers from the end on.
  const ReplyMetadata& metadata() const { return call_->metadata(); }

 private:
  static Error canceled() { return {Code::canceled, ErrorDomain::request, "canceled", "The call was canceled."}; }
  std::shared_ptr<ClientCall> call_;
};

class Client {
 public:
  explicit Client(http::ClientTransport& transport, ClientOptions options = {})
      : transport_(transport), options_(std::move(options)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Executor& executor() { return transport_.executor(); }
  const ClientOptions& options() const { return options_; }

  // Fills `response`, which must be empty and of the method's type. Tries again as ClientOptions::retries_max says.
  Task<Status> unary(const MethodSpec& spec, const google::protobuf::Message& request,
                     google::protobuf::Message& response, CallOptions call);
  template <class Response>
  Task<Result<Response>> unary(const MethodSpec& spec, const google::protobuf::Message& request,
                               CallOptions call = {}) {
    Response response;
    Status done = co_await unary(spec, request, response, std::move(call));
    if (!done.ok()) co_return std::move(done).error();
    co_return response;
  }

  // A call with streams, of any kind; server_stream has sent its one message already. Its timeout is the one of `call`,
  // or none; CallOptions::metadata is not used, as the handle has it.
  std::shared_ptr<ClientCall> open(const MethodSpec& spec, const CallOptions& call = {});
  template <class Request, class Response>
  Task<Result<ClientStream<Request, Response>>> server_stream(const MethodSpec& spec, const Request& request,
                                                              CallOptions call = {}) {
    ClientStream<Request, Response> stream(open(spec, call));
    Status sent = co_await stream.send(request);
    if (!sent.ok()) co_return std::move(sent).error();
    Status closed = co_await stream.close_send();
    if (!closed.ok()) co_return std::move(closed).error();
    co_return stream;
  }
  template <class Request, class Response>
  ClientStream<Request, Response> stream(const MethodSpec& spec, const CallOptions& call = {}) {
    return ClientStream<Request, Response>(open(spec, call));
  }

 private:
  std::shared_ptr<ClientCall> make_call(const MethodSpec& spec, const CallOptions& call,
                                        std::optional<Duration> timeout);
  bool may_retry(const MethodSpec& spec, const ClientCall& call, const Error& error) const;
  Task<Unit> pause(unsigned attempt);

  http::ClientTransport& transport_;
  const ClientOptions options_;
};

}  // namespace florin::rpc
