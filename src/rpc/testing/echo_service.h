// EchoService for tests: says back what it is asked, or does what the test tells it.
#pragma once

#include <functional>

#include "florin/rpc/testing/v1/echo.connect.h"

namespace florin::rpc {

using testing::v1::EchoRequest;
using testing::v1::EchoResponse;

class EchoService : public testing::v1::EchoServiceHandler {
 public:
  using Behaviour = std::function<Task<Result<EchoResponse>>(const EchoRequest& request, Context& context)>;

  Task<Result<EchoResponse>> echo(const EchoRequest& request, Context& context) override {
    ++calls;
    return behaviour ? behaviour(request, context) : say_back(request);
  }
  Task<Result<EchoResponse>> get_echo(const EchoRequest& request, Context& context) override {
    return echo(request, context);
  }

  Behaviour behaviour;
  int calls = 0;

 private:
  static Task<Result<EchoResponse>> say_back(const EchoRequest& request) {
    EchoResponse response;
    *response.mutable_request() = request;
    response.set_text(request.text());
    co_return response;
  }
};

}  // namespace florin::rpc
