#include "vault/client/vault_client.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "disk/memory_disk.h"
#include "http/blocking_client.h"
#include "http/server.h"
#include "http/testing/manual_executor.h"
#include "vault/vault.h"

namespace florin::vault {
namespace {

using Json = nlohmann::json;

constexpr const char* number = "4242424242424242";

// A provider that remembers what came and answers as it is told.
class Provider final : public http::Handler {
 public:
  Task<Unit> serve(http::Exchange& exchange) override {
    auto body = co_await http::read_whole_body(exchange, 1 << 16);
    {
      const std::lock_guard lock(mutex_);
      paths_.push_back(exchange.request().path);
      bodies_.push_back(body.ok() ? *body : "");
    }
    if (drops) {
      // A head without an end: the transport breaks the connection off.
      (void)co_await exchange.write_head({.status = 200, .headers = {}});
      co_return Unit{};
    }
    http::ResponseHead head{.status = status};
    if (!location.empty()) head.headers.add("location", location);
    (void)co_await exchange.respond(std::move(head), echoes ? *body : R"({"id":"psp_1"})");
    co_return Unit{};
  }

  std::vector<std::string> bodies() {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

  // Set by the test while the server's thread reads them; `location` before the first request.
  std::atomic<int> status = 200;
  std::atomic<bool> drops = false;
  std::atomic<bool> echoes = false;
  std::string location;

 private:
  std::mutex mutex_;
  std::vector<std::string> paths_;
  std::vector<std::string> bodies_;
};

class VaultClientTest : public testing::Test {
 protected:
  void SetUp() override {
    provider_server_ = *http::Server::start({}, provider_);
    client_ = *http::Client::start();
    VaultOptions options{.data_directory = "vault",
                         .key_file = "keys/key",
                         .listen = "127.0.0.1:0",
                         .private_listen = "127.0.0.1:0",
                         .secret = "s3cret",
                         .allowed_hosts = {"http://" + provider_server_->address(), "http://127.0.0.1:1"}};
    auto vault = Vault::start(std::move(options), {disk_, system_clock(), system_random()});
    ASSERT_TRUE(vault.ok()) << vault.error().to_string();
    vault_ = std::move(*vault);
    cards_ = std::make_unique<VaultClient>(*client_, "http://" + vault_->private_address(), "s3cret");
  }

  std::string new_token() {
    const std::string& address = vault_->address();
    const std::size_t colon = address.rfind(':');
    auto browser = http::BlockingClient::connect(address.substr(0, colon),
                                                 static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    http::BlockingClient::Request request{.method = "POST", .target = "/v1/tokens"};
    const std::string card = fmt::format(R"({{"number":"{}","exp_month":12,"exp_year":2050,"cvc":"123"}})", number);
    request.body = card;
    request.headers.add("origin", vault_->public_url());
    request.headers.add("content-type", "application/json");
    return Json::parse(browser->send(request)->body)["token"];
  }

  Result<cards::Summary> claim(const std::string& token, std::string claimant = "pay_1") {
    std::optional<Result<cards::Summary>> result;
    start(cards_->claim({token, "ten_1", std::move(claimant)}, executor_),
          [&result](Result<cards::Summary> done) { result.emplace(std::move(done)); });
    executor_.run_until([&result] { return result.has_value(); });
    return std::move(*result);
  }

  SendOutcome send(SendRequest request, VaultClient* through = nullptr) {
    std::promise<SendOutcome> promise;
    (through == nullptr ? cards_.get() : through)
        ->send(std::move(request), Duration::seconds(10),
               [&promise](SendOutcome done) { promise.set_value(std::move(done)); });
    return promise.get_future().get();
  }

  SendRequest charge(const std::string& token) {
    SendRequest request{.token = token,
                        .claimant = "pay_1",
                        .method = "POST",
                        .url = "http://" + provider_server_->address() + "/v1/payments",
                        .headers = {},
                        .body = R"({"number":"{{card.number}}","cvc":"{{card.cvc}}"})"};
    request.headers.add("idempotency-key", "att_1");
    return request;
  }

  std::string claimed_token() {
    std::string token = new_token();
    EXPECT_TRUE(claim(token).ok());
    return token;
  }

  Provider provider_;
  disk::MemoryDisk disk_{1};
  http::ManualExecutor executor_;
  std::unique_ptr<http::Server> provider_server_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<VaultClient> cards_;
};

TEST_F(VaultClientTest, TheProviderGetsTheCardAndThePlatformItsAnswer) {
  const std::string token = new_token();
  EXPECT_EQ(claim(token).value(),
            (cards::Summary{.brand = "visa", .bin = "424242", .last_four = "4242", .exp_month = 12, .exp_year = 2050}));
  provider_.status = 402;
  const SendOutcome outcome = send(charge(token));
  EXPECT_EQ(outcome.delivery, http::Delivery::replied) << outcome.detail;
  EXPECT_EQ(outcome.reply.status, 402);
  EXPECT_EQ(outcome.reply.body, R"({"id":"psp_1"})");
  EXPECT_EQ(provider_.bodies().at(0), R"({"number":"4242424242424242","cvc":"123"})");
  // The code died with the answer.
  ASSERT_EQ(send(charge(token)).delivery, http::Delivery::replied);
  EXPECT_EQ(provider_.bodies().at(1), R"({"number":"4242424242424242","cvc":""})");
}

TEST_F(VaultClientTest, ALostAnswerIsUnknownAndKeepsTheCode) {
  const std::string token = claimed_token();
  provider_.drops = true;
  const SendOutcome lost = send(charge(token));
  EXPECT_EQ(lost.delivery, http::Delivery::unknown);
  EXPECT_FALSE(lost.permanent);
  provider_.drops = false;
  ASSERT_EQ(send(charge(token)).delivery, http::Delivery::replied);
  EXPECT_EQ(provider_.bodies().at(0), provider_.bodies().at(1)) << "the same request under the same key";
}

TEST_F(VaultClientTest, AnAnswerThatShowsTheNumberIsKeptBack) {
  provider_.echoes = true;
  const SendOutcome outcome = send(charge(claimed_token()));
  EXPECT_EQ(outcome.delivery, http::Delivery::unknown) << "the provider has acted";
  EXPECT_TRUE(outcome.reply.body.empty());
}

TEST_F(VaultClientTest, RedirectsAreNotFollowed) {
  provider_.status = 307;
  provider_.location = "http://127.0.0.1:1/elsewhere";
  const SendOutcome outcome = send(charge(claimed_token()));
  EXPECT_EQ(outcome.delivery, http::Delivery::replied);
  EXPECT_EQ(outcome.reply.status, 307);
  EXPECT_EQ(provider_.bodies().size(), 1u);
}

TEST_F(VaultClientTest, WhatNeverLeftIsProved) {
  const std::string token = claimed_token();
  SendRequest nobody = charge(token);
  nobody.url = "http://127.0.0.1:1/v1/payments";
  SendOutcome outcome = send(nobody);
  EXPECT_EQ(outcome.delivery, http::Delivery::not_sent) << outcome.detail;
  EXPECT_FALSE(outcome.permanent) << "the provider may be back in a moment";
  EXPECT_FALSE(outcome.vault_failed) << "it is the provider that is away";

  SendRequest elsewhere = charge(token);
  elsewhere.url = "http://localhost:9/v1/payments";
  outcome = send(elsewhere);
  EXPECT_EQ(outcome.delivery, http::Delivery::not_sent);
  EXPECT_TRUE(outcome.permanent);

  SendRequest stranger = charge(token);
  stranger.claimant = "pay_2";
  outcome = send(stranger);
  EXPECT_EQ(outcome.delivery, http::Delivery::not_sent);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_TRUE(provider_.bodies().empty());

  VaultClient wrong_secret(*client_, "http://" + vault_->private_address(), "guess");
  EXPECT_EQ(send(charge(token), &wrong_secret).delivery, http::Delivery::not_sent);
  VaultClient no_vault(*client_, "http://127.0.0.1:1", "s3cret");
  outcome = send(charge(token), &no_vault);
  EXPECT_EQ(outcome.delivery, http::Delivery::not_sent);
  EXPECT_FALSE(outcome.permanent);
  EXPECT_TRUE(outcome.vault_failed);
}

TEST_F(VaultClientTest, AnAnswerOfSomebodyElseProvesNothing) {
  // The provider stands where the vault should be.
  VaultClient astray(*client_, "http://" + provider_server_->address(), "s3cret");
  for (const int status : {200, 400, 403, 404, 500, 503}) {
    provider_.status = status;
    EXPECT_EQ(send(charge("tok_card_x"), &astray).delivery, http::Delivery::unknown) << status;
  }
}

TEST_F(VaultClientTest, ClaimsAreRefusedInTheWordsOfPayments) {
  const std::string token = new_token();
  ASSERT_TRUE(claim(token, "pay_1").ok());
  EXPECT_EQ(claim(token, "pay_2").error().reason(), "payment_method_used");
  EXPECT_EQ(claim("tok_card_nothing").error().reason(), "payment_method_expired");
  vault_->stop();
  EXPECT_EQ(claim(token).error().reason(), "vault_unavailable");
  EXPECT_TRUE(claim(token).error().retryable());
}

TEST_F(VaultClientTest, ARestartKeepsWhatWasClaimed) {
  const std::string token = claimed_token();
  vault_.reset();
  disk_.crash();
  VaultOptions options{.data_directory = "vault",
                       .key_file = "keys/key",
                       .listen = "127.0.0.1:0",
                       .private_listen = "127.0.0.1:0",
                       .secret = "s3cret",
                       .allowed_hosts = {"http://" + provider_server_->address()}};
  vault_ = *Vault::start(std::move(options), {disk_, system_clock(), system_random()});
  cards_ = std::make_unique<VaultClient>(*client_, "http://" + vault_->private_address(), "s3cret");
  EXPECT_EQ(claim(token, "pay_2").error().reason(), "payment_method_used");
  ASSERT_EQ(send(charge(token)).delivery, http::Delivery::replied);
  EXPECT_EQ(provider_.bodies().at(0), R"({"number":"4242424242424242","cvc":""})");
}

TEST(VaultOptions, AreCheckedAtTheStart) {
  disk::MemoryDisk disk{1};
  const auto reason = [&disk](auto change) {
    VaultOptions options{.data_directory = "vault",
                         .key_file = "keys/key",
                         .listen = "127.0.0.1:0",
                         .private_listen = "127.0.0.1:0",
                         .secret = "s3cret"};
    change(options);
    const auto vault = Vault::start(std::move(options), {disk, system_clock(), system_random()});
    return vault.ok() ? "ok" : vault.error().reason();
  };
  EXPECT_EQ(reason([](VaultOptions&) {}), "ok");
  EXPECT_EQ(reason([](VaultOptions& o) { o.secret.clear(); }), "vault_secret_missing");
  EXPECT_EQ(reason([](VaultOptions& o) { o.allowed_hosts = {"psp.example"}; }), "origin_invalid");
  EXPECT_EQ(reason([](VaultOptions& o) { o.allowed_hosts = {"https://psp.example/v1"}; }), "origin_invalid");
  EXPECT_EQ(reason([](VaultOptions& o) { o.frame_ancestors = {"*"}; }), "origin_invalid");
  EXPECT_EQ(reason([](VaultOptions& o) { o.frame_ancestors = {"https://a.example; script-src *"}; }), "origin_invalid");
  EXPECT_EQ(reason([](VaultOptions& o) { o.public_url = "https://cards.example/"; }), "origin_invalid");
  EXPECT_EQ(reason([](VaultOptions& o) { o.listen = "nowhere"; }), "bad_address");
}

}  // namespace
}  // namespace florin::vault
