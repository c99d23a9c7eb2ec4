// The handlers that tests of every protocol serve, and the fixture that serves them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/server.h"
#include "http/testing/function_handler.h"

namespace florin::http {

// Answers with "METHOD path?query body", or 400 and the reason why there is no body.
inline Task<Unit> describe(Exchange& exchange) {
  auto body = co_await read_whole_body(exchange, 8 << 20);
  const RequestHead& request = exchange.request();
  std::string text = request.method + " " + request.path + "?" + request.query + " ";
  text += body.ok() ? *body : body.error().reason();
  (void)co_await exchange.respond({.status = body.ok() ? 200 : 400}, std::move(text));
  co_return Unit{};
}

// Answers in pieces, each as it comes.
inline Task<Unit> echo(Exchange& exchange) {
  (void)co_await exchange.write_head({.status = 200});
  for (;;) {
    auto piece = co_await exchange.read_body();
    if (!piece.ok() || !piece->has_value()) break;
    (void)co_await exchange.write_body(std::move(**piece));
  }
  Headers trailers;
  trailers.add("x-end", "yes");
  (void)co_await exchange.finish(std::move(trailers));
  co_return Unit{};
}

class ServingTest : public testing::Test {
 protected:
  // Ends what was served before.
  void serve(Serve function, const Limits& limits = {}, unsigned threads = 1) {
    server_.reset();
    handler_ = std::make_unique<FunctionHandler>(std::move(function));
    auto server = Server::start({.threads = threads, .limits = limits}, *handler_);
    ASSERT_TRUE(server.ok()) << server.error().to_string();
    server_ = std::move(*server);
  }

  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<Server> server_;
};

}  // namespace florin::http
