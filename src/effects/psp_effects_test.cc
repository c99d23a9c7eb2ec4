#include "effects/psp_effects.h"

#include <gtest/gtest.h>

#include <future>

#include "connectors/sandbox/sandbox.h"
#include "disk/memory_disk.h"
#include "effects/http_sender.h"
#include "sandbox_psp/sandbox_psp.h"

namespace florin::effects {
namespace {

namespace v1 = connectors::v1;

// The handler, the HTTP client and the sandbox, over loopback.
class PspEffectsTest : public testing::Test {
 protected:
  PspEffectsTest() {
    sandbox_psp::SandboxPspOptions options{.data_directory = "psp", .listen = "127.0.0.1:0", .api_key = "sk_loopback"};
    auto psp = sandbox_psp::SandboxPsp::start(std::move(options), disk_, system_clock());
    CHECK(psp.ok(), "{}", psp.error().to_string());
    psp_ = std::move(*psp);
    auto client = http::Client::start();
    CHECK(client.ok());
    client_ = std::move(*client);
    account_ = {.connector = "sandbox",
                .account = "default",
                .base_url = psp_->url(),
                .api_key = "sk_loopback",
                .webhook_secret = "",
                .return_base_url = ""};
    registry_.add(connectors::sandbox::make_connector());
    effects_ = make_psp_effects(
        registry_,
        [this](const std::string&, const std::string& name) {
          return name == "default" ? std::optional(account_) : std::nullopt;
        },
        http_sender(*client_, nullptr));
  }

  static v1::PspRequest authorize(std::string key, std::string token) {
    v1::PspRequest request;
    request.set_operation(v1::PSP_OPERATION_AUTHORIZE);
    request.set_connector("sandbox");
    request.set_account("default");
    request.set_reference("pay_" + key);
    request.set_idempotency_key(std::move(key));
    request.set_currency("EUR");
    request.set_amount_minor(500);
    request.set_payment_method_token(std::move(token));
    return request;
  }

  static engine::Effect effect_of(const v1::PspRequest& request) {
    engine::Effect effect;
    effect.kind = psp_effect_kind;
    request.SerializeToString(&effect.payload);
    return effect;
  }

  TryResult attempt(const v1::PspRequest& request) {
    auto promise = std::make_shared<std::promise<TryResult>>();
    auto result = promise->get_future();
    effects_->start(effect_of(request), Duration::seconds(30),
                    [promise](TryResult ended) { promise->set_value(std::move(ended)); });
    return result.get();
  }

  static v1::PspReply reply_of(const TryResult& result) {
    v1::PspReply reply;
    CHECK(reply.ParseFromString(result.reply));
    return reply;
  }

  disk::MemoryDisk disk_{1};
  std::unique_ptr<sandbox_psp::SandboxPsp> psp_;
  std::unique_ptr<http::Client> client_;
  connectors::Account account_;
  connectors::Registry registry_;
  std::unique_ptr<Try> effects_;
};

TEST_F(PspEffectsTest, ACardIsNotSentWithoutAVault) {
  v1::PspRequest request = authorize("att_card", "tok_card_x");
  request.set_vault_claimant("pay_1");
  const TryResult result = attempt(request);
  EXPECT_EQ(result.outcome, TryOutcome::not_sent);
  EXPECT_TRUE(result.permanent);
}

TEST_F(PspEffectsTest, AsksTheProvider) {
  const TryResult result = attempt(authorize("att_1", "tok_success"));
  ASSERT_EQ(result.outcome, TryOutcome::answered);
  EXPECT_FALSE(result.inconclusive);
  EXPECT_EQ(reply_of(result).status(), v1::PSP_STATUS_AUTHORIZED);
  EXPECT_EQ(reply_of(attempt(authorize("att_2", "tok_decline_expired_card"))).status(), v1::PSP_STATUS_DECLINED_HARD);
}

TEST_F(PspEffectsTest, LostAnswersAreUnknownAndFoundByTheirKey) {
  EXPECT_EQ(attempt(authorize("att_1", "tok_timeout_after")).outcome, TryOutcome::unknown);
  EXPECT_EQ(attempt(authorize("att_2", "tok_timeout_before")).outcome, TryOutcome::unknown);
  const TryResult failed = attempt(authorize("att_3", "tok_error_500_after"));
  EXPECT_EQ(failed.outcome, TryOutcome::answered);
  EXPECT_TRUE(failed.inconclusive);
  EXPECT_EQ(reply_of(failed).status(), v1::PSP_STATUS_UNCLEAR);
  const auto read = [&](std::string key) {
    v1::PspRequest request = authorize(std::move(key), "");
    request.set_operation(v1::PSP_OPERATION_READ_PAYMENT);
    return reply_of(attempt(request)).status();
  };
  EXPECT_EQ(read("att_1"), v1::PSP_STATUS_AUTHORIZED);
  EXPECT_EQ(read("att_2"), v1::PSP_STATUS_ABSENT);
  EXPECT_EQ(read("att_3"), v1::PSP_STATUS_AUTHORIZED);
}

TEST_F(PspEffectsTest, AProviderThatIsNotThereWasNotSentAnything) {
  psp_->stop();
  const TryResult result = attempt(authorize("att_1", "tok_success"));
  EXPECT_EQ(result.outcome, TryOutcome::not_sent);
  EXPECT_FALSE(result.permanent);
  EXPECT_EQ(result.detail.find("sk_loopback"), std::string::npos);
}

TEST_F(PspEffectsTest, RequestsThatCannotBeMadeAreNotSent) {
  auto wrong = authorize("att_1", "tok_success");
  wrong.set_amount_minor(0);
  auto other_connector = authorize("att_1", "tok_success");
  other_connector.set_connector("nobody");
  auto other_account = authorize("att_1", "tok_success");
  other_account.set_account("nobody");
  for (const auto& request : {wrong, other_connector, other_account}) {
    const TryResult result = attempt(request);
    EXPECT_EQ(result.outcome, TryOutcome::not_sent);
    EXPECT_TRUE(result.permanent);
    EXPECT_FALSE(result.detail.empty());
  }
  engine::Effect garbage;
  garbage.payload = "\xff";
  bool ended = false;
  effects_->start(garbage, Duration::seconds(1), [&](TryResult result) { ended = result.permanent; });
  EXPECT_TRUE(ended);
}

TEST_F(PspEffectsTest, DeclaresWhatMayBeRepeated) {
  EXPECT_TRUE(effects_->repeatable(effect_of(authorize("att_1", "tok_success"))));
  auto other = authorize("att_1", "tok_success");
  other.set_connector("nobody");
  EXPECT_FALSE(effects_->repeatable(effect_of(other)));
}

TEST(PspEffects, SecretsAreRedacted) {
  connectors::Registry registry;
  registry.add(connectors::sandbox::make_connector());
  const connectors::Account account{.connector = "sandbox",
                                    .account = "default",
                                    .base_url = "http://psp",
                                    .api_key = "sk_1",
                                    .webhook_secret = "wh_1",
                                    .return_base_url = ""};
  const auto effects = make_psp_effects(
      registry, [&](const std::string&, const std::string&) { return account; },
      [](connectors::PspHttpRequest, Duration, std::move_only_function<void(SendResult)> done) {
        done({.outcome = TryOutcome::unknown, .detail = "cannot send sk_1 and wh_1 and sk_1"});
      });
  v1::PspRequest request;
  request.set_operation(v1::PSP_OPERATION_READ_PAYMENT);
  request.set_connector("sandbox");
  request.set_psp_reference("psp_1");
  engine::Effect effect;
  request.SerializeToString(&effect.payload);
  std::string detail;
  effects->start(effect, Duration::seconds(1), [&](TryResult result) { detail = result.detail; });
  EXPECT_EQ(detail, "cannot send *** and *** and ***");
}

}  // namespace
}  // namespace florin::effects
