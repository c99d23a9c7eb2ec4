// What generated service code stands on: it binds typed handlers to the untyped functions that a router mounts.
#pragma once

#include <memory>
#include <utility>

#include "base/check.h"
#include "rpc/channel.h"
#include "rpc/context.h"
#include "rpc/interceptor.h"
#include "rpc/spec.h"
#include "rpc/stream.h"

namespace florin::rpc {

class Router;
class Client;
template <class Request, class Response>
class ClientStream;

namespace detail {

template <class T>
const T& checked_cast(const google::protobuf::Message& message) {
  CHECK(message.GetDescriptor() == T::descriptor(), "got {}", message.GetTypeName());
  return static_cast<const T&>(message);
}

template <class Handler, class Request, class Response>
Task<Result<MessagePtr>> run_unary(Handler& handler,
                                   Task<Result<Response>> (Handler::*method)(const Request&, Context&),
                                   const Request& request, Context& context) {
  Result<Response> result = co_await (handler.*method)(request, context);
  if (!result.ok()) co_return std::move(result).error();
  co_return std::make_unique<Response>(std::move(result).value());
}

template <class Handler, class Request, class Response>
Task<Status> run_server_stream(Handler& handler,
                               Task<Status> (Handler::*method)(const Request&, Sender<Response>&, Context&),
                               MessageSource& source, MessageSink& sink, Context& context) {
  Request request;
  Status received = co_await source.receive_only(request);
  if (!received.ok()) co_return received;
  Sender<Response> responses(sink);
  co_return co_await (handler.*method)(request, responses, context);
}

template <class Handler, class Request, class Response>
Task<Status> run_client_stream(Handler& handler,
                               Task<Result<Response>> (Handler::*method)(Receiver<Request>&, Context&),
                               MessageSource& source, MessageSink& sink, Context& context) {
  Receiver<Request> requests(source);
  Result<Response> response = co_await (handler.*method)(requests, context);
  if (!response.ok()) co_return std::move(response).error();
  co_return co_await sink.send(response.value());
}

template <class Handler, class Request, class Response>
Task<Status> run_bidi_stream(Handler& handler,
                             Task<Status> (Handler::*method)(Receiver<Request>&, Sender<Response>&, Context&),
                             MessageSource& source, MessageSink& sink, Context& context) {
  Receiver<Request> requests(source);
  Sender<Response> responses(sink);
  co_return co_await (handler.*method)(requests, responses, context);
}

}  // namespace detail

template <class Handler, class Request, class Response>
UnaryFunction bind_unary(Handler& handler, Task<Result<Response>> (Handler::*method)(const Request&, Context&)) {
  return [&handler, method](const google::protobuf::Message& request, Context& context) {
    return detail::run_unary(handler, method, detail::checked_cast<Request>(request), context);
  };
}

template <class Handler, class Request, class Response>
StreamFunction bind_server_stream(Handler& handler,
                                  Task<Status> (Handler::*method)(const Request&, Sender<Response>&, Context&)) {
  return [&handler, method](MessageSource& source, MessageSink& sink, Context& context) {
    return detail::run_server_stream(handler, method, source, sink, context);
  };
}

template <class Handler, class Request, class Response>
StreamFunction bind_client_stream(Handler& handler,
                                  Task<Result<Response>> (Handler::*method)(Receiver<Request>&, Context&)) {
  return [&handler, method](MessageSource& source, MessageSink& sink, Context& context) {
    return detail::run_client_stream(handler, method, source, sink, context);
  };
}

template <class Handler, class Request, class Response>
StreamFunction bind_bidi_stream(Handler& handler,
                                Task<Status> (Handler::*method)(Receiver<Request>&, Sender<Response>&, Context&)) {
  return [&handler, method](MessageSource& source, MessageSink& sink, Context& context) {
    return detail::run_bidi_stream(handler, method, source, sink, context);
  };
}

}  // namespace florin::rpc
