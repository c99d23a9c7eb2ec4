#include "connectors/sandbox/sandbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/testing/conformance.h"

namespace florin::connectors {
namespace {

ConformanceCase sandbox_case() {
  return {
      .name = "sandbox",
      .make = sandbox::make_connector,
      .account = {.connector = "sandbox",
                  .account = "default",
                  .base_url = "https://psp.example",
                  .api_key = "key-that-must-not-leak",
                  .webhook_secret = "secret-that-must-not-leak",
                  .return_base_url = "https://florin.example"},
      .sign =
          [](std::string body, const Account& account, Timestamp now) {
            WebhookRequest webhook;
            webhook.headers.add(std::string(sandbox::signature_header),
                                sandbox::sign_webhook(account.webhook_secret, body, now));
            webhook.body = std::move(body);
            return webhook;
          },
      .amount_of = [](const PspHttpRequest& request) { return nlohmann::json::parse(request.body)["amount"].dump(); },
  };
}

INSTANTIATE_TEST_SUITE_P(Sandbox, Conformance, testing::Values(sandbox_case()), conformance_name);

constexpr Timestamp now{1'790'000'000'000'000};

TEST(SandboxConnector, AcceptsEitherOfTwoSignaturesWhileTheSecretChanges) {
  const auto connector = sandbox::make_connector();
  const Account account = sandbox_case().account;
  std::string body;
  for (const Recording& each : load_recordings("sandbox")) {
    if (each.is_webhook()) body = each.unsigned_webhook().body;
  }
  const std::string good = sandbox::sign_webhook(account.webhook_secret, body, now);
  const std::string mac = good.substr(good.find("v1="));
  WebhookRequest webhook{.headers = {}, .body = body};
  webhook.headers.add(std::string(sandbox::signature_header), "t=1790000000,v1=00,v0=ignored," + mac);
  EXPECT_TRUE(connector->read_webhook(webhook, account, now).ok());
  for (const char* header : {"", "t=1790000000", "v1=00", "t=x,v1=00", "t=-1,v1=00", "t=1,t=1790000000,v1=00",
                             "t=99999999999999999999,v1=00", ",,,"}) {
    WebhookRequest bad{.headers = {}, .body = body};
    bad.headers.add(std::string(sandbox::signature_header), header);
    EXPECT_EQ(connector->read_webhook(bad, account, now).error().reason(), "webhook_signature_invalid") << header;
  }
}

TEST(SandboxConnector, CompletesReturnPaths) {
  const auto connector = sandbox::make_connector();
  v1::PspRequest request;
  request.set_operation(v1::PSP_OPERATION_AUTHORIZE);
  request.set_idempotency_key("att_1");
  request.set_reference("pay_1");
  request.set_currency("EUR");
  request.set_amount_minor(1);
  request.set_payment_method_token("tok_challenge");
  request.set_return_url("/return/att_1");
  const auto built = connector->build(request, sandbox_case().account);
  ASSERT_TRUE(built.ok());
  EXPECT_EQ(nlohmann::json::parse(built->body)["return_url"], "https://florin.example/return/att_1");
}

// Shoppers follow what an action says: nothing odd gets through, and it is never taken for a decline.
TEST(SandboxConnector, ActionsWithSomethingOddAreUnclear) {
  using Json = nlohmann::json;
  const auto connector = sandbox::make_connector();
  const auto recordings = load_recordings("sandbox");
  const auto read_with = [&](std::string_view name, const std::string& place, const Json& value) {
    const auto recording = std::ranges::find(recordings, name, &Recording::name);
    CHECK(recording != recordings.end());
    PspHttpReply answer = recording->answer();
    Json body = Json::parse(answer.body);
    body[Json::json_pointer(place)] = value;
    answer.body = body.dump();
    return connector->read(recording->request(), answer).status();
  };
  const std::pair<std::string, Json> app[] = {
      {"/action/app_url", "http://app.example/pay"},
      {"/action/app_url", "upi://mandate?pa=shop@sandbox"},
      {"/action/app_url", "upi://pay?pn=SHOP 7"},
      {"/action/app_url", "upi://pay?pn=\xc3\xa9"},
      {"/action/app_url", "upi://pay?tn=" + std::string(2'000, 'x')},
      {"/action/test_url", "javascript:alert(1)"},
      {"/action/expires_at", 0},
      {"/action/expires_at", 253'402'300'800},
      {"/action/expires_at", 1.5},
      {"/action", Json::object()},
      {"/action_url", "data:text/html,x"},
  };
  EXPECT_EQ(read_with("authorize_upi", "/action/app_url", "https://app.example/pay"), v1::PSP_STATUS_ACTION_REQUIRED);
  for (const auto& [place, value] : app) {
    EXPECT_EQ(read_with("authorize_upi", place, value), v1::PSP_STATUS_UNCLEAR) << place << " " << value;
  }
  for (const char* field : {"account_holder", "account_number", "bank_code", "bank_name", "reference"}) {
    const std::string place = std::string("/action/bank_transfer/") + field;
    EXPECT_EQ(read_with("authorize_bank_transfer", place, "M\xc3\xbcller & Co"), v1::PSP_STATUS_ACTION_REQUIRED);
    for (const Json& value : {Json(""), Json(std::string(141, 'x')), Json("two\nlines"), Json("\x7f"), Json(7)}) {
      EXPECT_EQ(read_with("authorize_bank_transfer", place, value), v1::PSP_STATUS_UNCLEAR) << place << " " << value;
    }
  }
}

}  // namespace
}  // namespace florin::connectors
