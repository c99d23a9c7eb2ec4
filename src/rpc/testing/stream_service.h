// The streaming methods of EchoService for tests: each does the obvious, or what the test tells it.
#pragma once

#include <functional>

#include "rpc/testing/echo_service.h"

namespace florin::rpc {

class StreamService : public EchoService {
 public:
  using Requests = Receiver<EchoRequest>;
  using Responses = Sender<EchoResponse>;

  // One answer with the texts of all requests, one after the other.
  Task<Result<EchoResponse>> collect(Requests& requests, Context& context) override {
    ++calls;
    if (on_collect) co_return co_await on_collect(requests, context);
    EchoResponse response;
    for (;;) {
      auto request = co_await requests.receive();
      if (!request.ok()) co_return std::move(request).error();
      if (!*request) co_return response;
      response.set_text(response.text() + (*request)->text());
    }
  }

  // As many answers as the request's big_number says.
  Task<Status> repeat(const EchoRequest& request, Responses& responses, Context& context) override {
    ++calls;
    if (on_repeat) co_return co_await on_repeat(request, responses, context);
    for (std::int64_t i = 0; i < request.big_number(); ++i) {
      Status sent = co_await responses.send(response_with(request.text()));
      if (!sent.ok()) co_return sent;
    }
    co_return ok();
  }

  // One answer for each request.
  Task<Status> chat(Requests& requests, Responses& responses, Context& context) override {
    ++calls;
    if (on_chat) co_return co_await on_chat(requests, responses, context);
    for (;;) {
      auto request = co_await requests.receive();
      if (!request.ok()) co_return std::move(request).error();
      if (!*request) co_return ok();
      Status sent = co_await responses.send(response_with((*request)->text()));
      if (!sent.ok()) co_return sent;
    }
  }

  static EchoResponse response_with(std::string text) {
    EchoResponse response;
    response.set_text(std::move(text));
    return response;
  }

  std::function<Task<Result<EchoResponse>>(Requests&, Context&)> on_collect;
  std::function<Task<Status>(const EchoRequest&, Responses&, Context&)> on_repeat;
  std::function<Task<Status>(Requests&, Responses&, Context&)> on_chat;
};

}  // namespace florin::rpc
