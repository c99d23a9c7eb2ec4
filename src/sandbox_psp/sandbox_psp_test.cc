#include "sandbox_psp/sandbox_psp.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <nlohmann/json.hpp>

#include "connectors/sandbox/sandbox.h"
#include "disk/memory_disk.h"
#include "http/blocking_client.h"
#include "http/server.h"

namespace florin::sandbox_psp {
namespace {

using Json = nlohmann::json;

// Receives webhooks; refuses the first `refusals` of them.
class Receiver final : public http::Handler {
 public:
  Task<Unit> serve(http::Exchange& exchange) override {
    auto body = co_await http::read_whole_body(exchange, 1 << 16);
    int status = 200;
    {
      const std::lock_guard lock(mutex_);
      if (refusals > 0) {
        --refusals;
        status = 500;
      } else {
        bodies_.push_back(*body);
        signatures_.emplace_back(exchange.request().headers.get(connectors::sandbox::signature_header).value_or(""));
      }
    }
    changed_.notify_all();
    (void)co_await exchange.respond({.status = status, .headers = {}}, {});
    co_return Unit{};
  }

  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return bodies_.size() >= count; });
    return bodies_;
  }
  std::vector<std::string> signatures() {
    const std::lock_guard lock(mutex_);
    return signatures_;
  }

  int refusals = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> bodies_;
  std::vector<std::string> signatures_;
};

class SandboxPspTest : public testing::Test {
 protected:
  void start(std::string webhook_url = {}) {
    SandboxPspOptions options{.data_directory = "psp", .listen = "127.0.0.1:0"};
    options.webhook_url = std::move(webhook_url);
    options.timing.pending = Duration::milliseconds(1);
    options.timing.webhook_backoff_min = Duration::milliseconds(1);
    auto psp = SandboxPsp::start(std::move(options), disk_, system_clock());
    ASSERT_TRUE(psp.ok()) << psp.error().to_string();
    psp_ = std::move(*psp);
  }

  Result<http::Reply> call(std::string_view method, std::string_view path, std::string_view body = {},
                           std::string key = {}) {
    const std::string& address = psp_->address();
    const std::size_t colon = address.rfind(':');
    auto client = http::BlockingClient::connect(address.substr(0, colon),
                                                static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    if (!client.ok()) return std::move(client).error();
    http::BlockingClient::Request request{.method = method, .target = path, .body = body};
    request.headers.add("authorization", "Bearer sk_sandbox");
    if (!key.empty()) request.headers.add("idempotency-key", std::move(key));
    return client->send(request);
  }

  Result<http::Reply> create(std::string key, std::string_view token) {
    return call("POST", "/v1/payments",
                fmt::format(R"({{"reference":"pay_1","amount":500,"currency":"EUR","payment_method":"{}"}})", token),
                key);
  }

  disk::MemoryDisk disk_{1};
  std::unique_ptr<SandboxPsp> psp_;
};

TEST_F(SandboxPspTest, KeepsItsBooksThroughARestart) {
  start();
  ASSERT_EQ(create("att_1", "tok_success")->status, 200);
  ASSERT_EQ(create("att_2", "tok_decline_fraud")->status, 402);
  const std::string before = call("GET", "/v1/payments")->body;
  psp_->stop();
  psp_.reset();
  disk_.crash();
  start();
  EXPECT_EQ(call("GET", "/v1/payments")->body, before);
  EXPECT_EQ(Json::parse(create("att_1", "tok_success")->body)["id"], "psp_1");
}

TEST_F(SandboxPspTest, BreaksConnectionsOffWithoutAnAnswer) {
  start();
  EXPECT_FALSE(create("att_1", "tok_timeout_before").ok());
  EXPECT_FALSE(create("att_2", "tok_timeout_after").ok());
  EXPECT_EQ(call("GET", "/v1/payments?idempotency_key=att_1")->status, 404);
  EXPECT_EQ(call("GET", "/v1/payments?idempotency_key=att_2")->status, 200);
  ASSERT_EQ(call("POST", "/control/faults", R"({"down":true})")->status, 200);
  EXPECT_FALSE(call("GET", "/v1/payments").ok());
  ASSERT_EQ(call("POST", "/control/reset-faults")->status, 200);
  EXPECT_TRUE(call("GET", "/v1/payments").ok());
}

TEST_F(SandboxPspTest, AnswersNothingThatIsNotDurable) {
  start();
  disk_.fail_sync_after(1);
  EXPECT_FALSE(create("att_1", "tok_success").ok());
  EXPECT_FALSE(call("GET", "/v1/payments?idempotency_key=att_1").ok());
}

TEST_F(SandboxPspTest, SendsSignedWebhooksUntilTheyAreTaken) {
  Receiver receiver;
  receiver.refusals = 2;
  auto server = http::Server::start({}, receiver);
  ASSERT_TRUE(server.ok());
  start("http://" + (*server)->address() + "/hook");
  ASSERT_EQ(create("att_1", "tok_pending")->status, 200);
  const auto bodies = receiver.wait_for(1);
  const connectors::Account account{.connector = "sandbox",
                                    .account = "default",
                                    .base_url = "",
                                    .api_key = "",
                                    .webhook_secret = "whsec_sandbox",
                                    .return_base_url = ""};
  connectors::WebhookRequest webhook{.headers = {}, .body = bodies[0]};
  webhook.headers.add(std::string(connectors::sandbox::signature_header), receiver.signatures()[0]);
  const auto event = connectors::sandbox::make_connector()->read_webhook(webhook, account, system_clock().now());
  ASSERT_TRUE(event.ok()) << event.error().to_string();
  EXPECT_EQ(event->reply().status(), connectors::v1::PSP_STATUS_CAPTURED);
  psp_->stop();
}

TEST_F(SandboxPspTest, WebhooksSurviveARestart) {
  // Nobody listens at port 1.
  start("http://127.0.0.1:1/hook");
  ASSERT_EQ(create("att_1", "tok_webhook")->status, 200);
  psp_->stop();
  psp_.reset();
  Receiver receiver;
  auto server = http::Server::start({}, receiver);
  start("http://" + (*server)->address() + "/hook");
  EXPECT_EQ(Json::parse(receiver.wait_for(1)[0])["id"], "evt_1");
  psp_->stop();
}

TEST_F(SandboxPspTest, ServesManyAtOnce) {
  start();
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        if (create(fmt::format("att_{}_{}", t, i), "tok_success")->status == 200) ++made;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 160);
  EXPECT_EQ(Json::parse(call("GET", "/v1/balance-report")->body)["currencies"][0]["captured"]["count"], 160);
}

TEST(SandboxPspStart, SaysWhatIsWrong) {
  disk::MemoryDisk disk(1);
  for (const char* listen : {"", "9100", "localhost", "127.0.0.1:", "127.0.0.1:99999", ":9100"}) {
    const auto psp = SandboxPsp::start({.data_directory = "psp", .listen = listen}, disk, system_clock());
    ASSERT_FALSE(psp.ok()) << listen;
    EXPECT_EQ(psp.error().reason(), "bad_address") << listen;
  }
  const auto first = SandboxPsp::start({.data_directory = "psp", .listen = "127.0.0.1:0"}, disk, system_clock());
  ASSERT_TRUE(first.ok());
  const auto second = SandboxPsp::start({.data_directory = "psp", .listen = "127.0.0.1:0"}, disk, system_clock());
  EXPECT_EQ(second.error().reason(), "data_directory_locked");
  const auto third =
      SandboxPsp::start({.data_directory = "other", .listen = (*first)->address()}, disk, system_clock());
  EXPECT_EQ(third.error().reason(), "port_in_use");
}

}  // namespace
}  // namespace florin::sandbox_psp
