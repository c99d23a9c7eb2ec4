#include "http/testing/memory_exchange.h"

#include <gtest/gtest.h>

namespace florin::http {
namespace {

// Sends back what it reads, piece by piece.
class Echo final : public Handler {
 public:
  Task<Unit> serve(Exchange& exchange) override {
    (void)co_await exchange.write_head({.status = 200});
    for (;;) {
      auto piece = co_await exchange.read_body();
      if (!piece.ok()) {
        error = piece.error().reason();
        co_return Unit{};
      }
      if (!piece->has_value()) break;
      (void)co_await exchange.write_body(std::move(**piece));
    }
    (void)co_await exchange.finish({});
    co_return Unit{};
  }
  std::string error;
};

TEST(MemoryExchange, CarriesABodyBothWays) {
  ManualExecutor executor;
  MemoryExchange exchange(executor, {.method = "POST", .path = "/echo"});
  Echo echo;
  exchange.serve(echo);
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_FALSE(exchange.finished());
  exchange.push_body("ab");
  exchange.push_body("cd");
  executor.run();
  EXPECT_EQ(exchange.body(), "abcd");
  EXPECT_FALSE(exchange.handler_ended());
  exchange.end_body();
  executor.run();
  EXPECT_TRUE(exchange.finished());
  EXPECT_TRUE(exchange.handler_ended());
}

TEST(MemoryExchange, WritersWaitForRoom) {
  ManualExecutor executor;
  MemoryExchange exchange(executor, {.method = "POST", .path = "/echo"}, "abc");
  exchange.set_writable(false);
  Echo echo;
  exchange.serve(echo);
  EXPECT_FALSE(exchange.finished());
  exchange.set_writable(true);
  executor.run();
  EXPECT_TRUE(exchange.finished());
}

TEST(MemoryExchange, AbortReachesTheHandler) {
  ManualExecutor executor;
  MemoryExchange exchange(executor, {.method = "POST", .path = "/echo"});
  bool told = false;
  exchange.on_abort([&] { told = true; });
  Echo echo;
  exchange.serve(echo);
  exchange.abort();
  executor.run();
  EXPECT_TRUE(told);
  EXPECT_EQ(echo.error, "peer_gone");
  EXPECT_TRUE(exchange.handler_ended());
}

class Count final : public Handler {
 public:
  Task<Unit> serve(Exchange& exchange) override {
    body = co_await read_whole_body(exchange, 4);
    co_return Unit{};
  }
  std::optional<Result<std::string>> body;
};

TEST(ReadWholeBody, StopsAtItsLimit) {
  for (const auto& [text, fits] : {std::pair("1234", true), std::pair("12345", false)}) {
    ManualExecutor executor;
    MemoryExchange exchange(executor, {.method = "POST"});
    exchange.push_body(std::string(text).substr(0, 3));
    exchange.push_body(std::string(text).substr(3));
    exchange.end_body();
    Count count;
    exchange.serve(count);
    ASSERT_TRUE(count.body);
    EXPECT_EQ(count.body->ok(), fits);
    if (!fits) EXPECT_EQ(count.body->error().reason(), "body_too_large");
  }
}

TEST(ManualExecutor, TimersFireInOrderInVirtualTime) {
  ManualExecutor executor;
  std::string order;
  executor.post_after(Duration::seconds(2), [&] { order += 'b'; });
  executor.post_after(Duration::seconds(1), [&] { executor.post([&] { order += 'a'; }); });
  auto canceled = executor.post_after(Duration::seconds(1), [&] { order += 'x'; });
  canceled->cancel();
  executor.advance(Duration::milliseconds(999));
  EXPECT_EQ(order, "");
  executor.advance(Duration::seconds(5));
  EXPECT_EQ(order, "ab");
}

}  // namespace
}  // namespace florin::http
