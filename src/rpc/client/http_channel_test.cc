// The whole way over a real socket on this machine.
#include "rpc/client/http_channel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "http/server.h"
#include "rpc/router.h"
#include "rpc/testing/echo_service.h"

namespace florin::rpc {
namespace {

using testing::v1::EchoServiceClient;

TEST(HttpChannel, CallsAServer) {
  EchoService service;
  Router router;
  mount(router, service);
  auto server = http::Server::start({}, router);
  ASSERT_TRUE(server.ok()) << server.error().to_string();
  const auto channel = http_channel({"127.0.0.1", (*server)->port()});
  const EchoServiceClient client(*channel);

  EchoRequest request;
  request.set_text(std::string(100'000, 'x'));
  for (int i = 0; i < 3; ++i) {
    const auto response = client.echo(request);
    ASSERT_TRUE(response.ok()) << response.error().to_string();
    EXPECT_EQ(response->text(), request.text());
  }
  request.set_text("hi");
  EXPECT_EQ(client.get_echo(request, {.use_get = true})->text(), "hi");
  EXPECT_EQ(client.delete_(request).error().code(), Code::unimplemented);

  request.set_text(std::string(std::size_t{5} << 20, 'x'));
  const auto refused = client.echo(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Code::resource_exhausted) << refused.error().to_string();
}

TEST(HttpChannel, AnswersTheDeadlineWhileAHandlerWaits) {
  EchoService service;
  std::promise<Completion<int>::Completer> waiting;
  auto open_gate = waiting.get_future();
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    Completion<int> gate(context.executor());
    waiting.set_value(gate.completer());
    co_await gate;
    co_return EchoResponse();
  };
  Router router;
  mount(router, service);
  auto server = http::Server::start({}, router);
  ASSERT_TRUE(server.ok());
  const auto channel = http_channel({"127.0.0.1", (*server)->port()});
  const auto response = EchoServiceClient(*channel).echo({}, {.timeout = Duration::milliseconds(100)});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), Code::deadline_exceeded);
  ASSERT_EQ(open_gate.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(router.calls_running(), 1u);
  open_gate.get()(1);
  while (router.calls_running() != 0) std::this_thread::yield();
}

TEST(HttpChannel, ReportsAServerThatIsNotThere) {
  EchoService service;
  Router router;
  mount(router, service);
  auto server = http::Server::start({}, router);
  ASSERT_TRUE(server.ok());
  const auto channel = http_channel({"127.0.0.1", (*server)->port()});
  const EchoServiceClient client(*channel);
  ASSERT_TRUE(client.echo({}).ok());
  server->reset();
  // The first call may find the connection broken, the second finds nobody to connect to.
  for (int i = 0; i < 2; ++i) {
    const auto response = client.echo({});
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().code(), Code::unavailable);
  }
}

}  // namespace
}  // namespace florin::rpc
