#include "rpc/health/health.h"

#include <gtest/gtest.h>

#include "http/testing/memory_exchange.h"
#include "rpc/envelope.h"
#include "rpc/router.h"

namespace florin::rpc {
namespace {

using ::grpc::health::v1::HealthCheckResponse;

class HealthTest : public ::testing::Test {
 protected:
  HealthTest() { mount(router, health); }
  void call(std::string method, std::string type, std::string body) {
    http::RequestHead head{.method = "POST", .path = "/grpc.health.v1.Health/" + method};
    head.headers.add("content-type", "application/" + type);
    exchange = std::make_unique<http::MemoryExchange>(executor, head, std::move(body));
    exchange->serve(router);
  }
  std::vector<HealthCheckResponse::ServingStatus> watched() {
    std::vector<HealthCheckResponse::ServingStatus> out;
    EnvelopeReader reader(1000);
    reader.push(exchange->body());
    while (const auto envelope = reader.next().value()) {
      HealthCheckResponse response;
      EXPECT_TRUE(response.ParseFromArray(envelope->payload.data(), static_cast<int>(envelope->payload.size())));
      out.push_back(response.status());
    }
    return out;
  }

  http::ManualExecutor executor;
  Health health;
  Router router;
  std::unique_ptr<http::MemoryExchange> exchange;
};

TEST_F(HealthTest, AnswersTheStatus) {
  call("Check", "json", "{}");
  EXPECT_EQ(exchange->status(), 404);
  health.set("", true);
  call("Check", "json", "{}");
  EXPECT_EQ(exchange->body(), R"({"status":"SERVING"})");
  health.set("pkg.Service", false);
  call("Check", "json", R"({"service":"pkg.Service"})");
  EXPECT_EQ(exchange->body(), R"({"status":"NOT_SERVING"})");
}

TEST_F(HealthTest, TellsWatchersOfEveryChange) {
  call("Watch", "connect+proto", make_envelope(0, ""));
  EXPECT_EQ(watched(), std::vector{HealthCheckResponse::SERVICE_UNKNOWN});
  health.set("", true);
  health.set("", true);
  executor.run();
  health.set("other", true);
  executor.run();
  EXPECT_EQ(watched(), (std::vector{HealthCheckResponse::SERVICE_UNKNOWN, HealthCheckResponse::SERVING}));
  health.set("", false);
  executor.run();
  EXPECT_EQ(watched().back(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(exchange->finished());
  executor.advance(Duration::minutes(60));
  EXPECT_FALSE(exchange->finished());

  exchange->abort();
  executor.run();
  EXPECT_TRUE(exchange->handler_ended());
  EXPECT_EQ(router.calls_running(), 0u);
}

}  // namespace
}  // namespace florin::rpc
