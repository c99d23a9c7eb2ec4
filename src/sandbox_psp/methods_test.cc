// Payment methods other than cards, through the connector as Florin sees them and on the pages as shoppers do.
#include <gmock/gmock.h>

#include <numeric>

#include "connectors/sandbox/sandbox.h"
#include "sandbox_psp/challenge_pages.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {
namespace {

namespace v1 = connectors::v1;
using connectors::PspHttpReply;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Kind = payments::v1::PaymentMethodKind;

constexpr std::string_view token_of(Kind kind) {
  switch (kind) {
    case payments::v1::PAYMENT_METHOD_KIND_WALLET:
      return "tok_wallet";
    case payments::v1::PAYMENT_METHOD_KIND_UPI:
      return "tok_upi";
    case payments::v1::PAYMENT_METHOD_KIND_BANK_TRANSFER:
      return "tok_bank_transfer";
    case payments::v1::PAYMENT_METHOD_KIND_BUY_NOW_PAY_LATER:
      return "tok_buy_now_pay_later";
    default:
      return "tok_success";
  }
}

ServiceOptions options() {
  ServiceOptions options;
  options.api_key = "sk_test";
  options.webhook_secret = "whsec_test";
  return options;
}

class MethodsTest : public testing::Test {
 protected:
  v1::PspRequest authorize(std::string_view token, std::string currency, std::int64_t amount = 1'000) {
    v1::PspRequest request;
    request.set_operation(v1::PSP_OPERATION_AUTHORIZE);
    request.set_idempotency_key(fmt::format("att_{}", ++keys_));
    request.set_reference(fmt::format("pay_{}", keys_));
    request.set_currency(std::move(currency));
    request.set_amount_minor(amount);
    request.set_payment_method_token(std::string(token));
    request.set_return_url("https://shop.example/back");
    request.set_statement_descriptor("SHOP & <7>");
    return request;
  }
  v1::PspReply ask(const v1::PspRequest& request) {
    const auto built = connector_->build(request, account_);
    CHECK(built.ok());
    return connector_->read(request, service_.handle(*built, now_).reply);
  }
  v1::PspReply read(const std::string& psp_reference) {
    v1::PspRequest request;
    request.set_operation(v1::PSP_OPERATION_READ_PAYMENT);
    request.set_psp_reference(psp_reference);
    return ask(request);
  }
  PspHttpReply page(const std::string& url) {
    return service_.handle({.method = "GET", .url = url, .headers = {}, .body = {}}, now_).reply;
  }
  PspHttpReply press(const std::string& url, std::string_view button) {
    return service_
        .handle({.method = "POST", .url = url, .headers = {}, .body = fmt::format("outcome={}", button)}, now_)
        .reply;
  }
  // The webhooks that are due, as the connector reads them.
  std::vector<v1::PspWebhook> receive() {
    std::vector<v1::PspWebhook> received;
    for (const WebhookTry& each : service_.take_webhooks(now_, 10)) {
      const connectors::WebhookRequest webhook{.headers = each.headers, .body = each.body};
      received.push_back(connector_->read_webhook(webhook, account_, now_).value());
      service_.webhook_tried(each.number, true, now_);
    }
    return received;
  }

  Timestamp now_{1'790'000'000'000'000};
  Service service_{options()};
  const std::unique_ptr<const connectors::Connector> connector_ = connectors::sandbox::make_connector();
  const connectors::Account account_{.connector = "sandbox",
                                     .account = "default",
                                     .base_url = "http://psp.example",
                                     .api_key = "sk_test",
                                     .webhook_secret = "whsec_test",
                                     .return_base_url = {}};
  int keys_ = 0;
};

TEST_F(MethodsTest, TakesExactlyWhatItsConnectorDeclares) {
  for (const connectors::MethodRules& rules : connector_->capabilities().methods) {
    for (const std::string_view code : {"EUR", "GBP", "USD", "INR", "CHF", "JPY", "BHD"}) {
      SCOPED_TRACE(fmt::format("{} {}", token_of(rules.kind), code));
      const bool declared =
          rules.currencies.empty() || std::ranges::find(rules.currencies, code) != rules.currencies.end();
      const auto reply = ask(authorize(token_of(rules.kind), std::string(code)));
      if (declared) {
        EXPECT_NE(reply.status(), v1::PSP_STATUS_DECLINED_HARD);
        EXPECT_FALSE(reply.psp_reference().empty());
        continue;
      }
      EXPECT_EQ(reply.status(), v1::PSP_STATUS_DECLINED_HARD);
      EXPECT_EQ(reply.failure().code(), common::v1::FAILURE_CODE_CURRENCY_NOT_SUPPORTED);
    }
  }
}

TEST_F(MethodsTest, AWalletAndALenderHavePagesAndSendTheShopperBack) {
  struct {
    std::string_view token;
    const char* title;
  } const cases[] = {{"tok_wallet", "Pay with your wallet"}, {"tok_buy_now_pay_later", "Pay in three parts"}};
  for (const auto& [token, title] : cases) {
    const auto reply = ask(authorize(token, "EUR"));
    ASSERT_EQ(reply.status(), v1::PSP_STATUS_ACTION_REQUIRED);
    EXPECT_FALSE(reply.has_action()) << "a page says it all";
    const auto shown = page(reply.action_url());
    EXPECT_THAT(shown.body, HasSubstr(title));
    EXPECT_THAT(shown.body, HasSubstr("10.00 EUR"));
    EXPECT_THAT(shown.body, HasSubstr("SHOP &amp; &lt;7&gt;"));
    EXPECT_THAT(shown.body, Not(HasSubstr("<script")));
    const auto back = press(reply.action_url(), "pass");
    EXPECT_EQ(back.status, 303);
    EXPECT_EQ(back.headers.get("location"), "https://shop.example/back?psp_payment=" + reply.psp_reference());
    EXPECT_EQ(read(reply.psp_reference()).status(), v1::PSP_STATUS_AUTHORIZED);
    ASSERT_EQ(receive().size(), 1u);

    const auto refused = ask(authorize(token, "EUR"));
    press(refused.action_url(), "fail");
    EXPECT_EQ(read(refused.psp_reference()).failure().psp_code(), "declined_by_provider");
    EXPECT_EQ(receive().at(0).reply().status(), v1::PSP_STATUS_DECLINED_SOFT);
    const auto left = ask(authorize(token, "EUR"));
    press(left.action_url(), "abandon");
    EXPECT_EQ(receive().at(0).reply().failure().code(), common::v1::FAILURE_CODE_CANCELED_BY_SHOPPER);
  }
}

TEST_F(MethodsTest, InstalmentsAddUpToTheAmount) {
  for (const std::int64_t amount : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{1'000},
                                    std::int64_t{9'999}, amount_minor_max}) {
    const auto parts = instalments_of(amount);
    EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}), amount);
    EXPECT_TRUE(std::ranges::is_sorted(parts, std::ranges::greater{}));
    EXPECT_LE(parts[0] - parts[2], 1);
  }
  const auto reply = ask(authorize("tok_buy_now_pay_later", "EUR", 1'000));
  EXPECT_THAT(page(reply.action_url()).body,
              HasSubstr("<dt>Today</dt><dd>3.34 EUR</dd><dt>In 30 days</dt><dd>3.33 EUR</dd>"
                        "<dt>In 60 days</dt><dd>3.33 EUR</dd>"));
}

TEST_F(MethodsTest, UpiShowsAnAddressForAnAppAndEndsAfterFiveMinutes) {
  const auto reply = ask(authorize("tok_upi", "INR", 49'905));
  ASSERT_EQ(reply.status(), v1::PSP_STATUS_ACTION_REQUIRED);
  EXPECT_EQ(reply.action_url(), "");
  EXPECT_THAT(reply.action().app_url(),
              MatchesRegex("upi://pay\\?pa=shop@sandbox&pn=SHOP%20%26%20%3C7%3E&am=499\\.05&cu=INR&tr=SB[0-9A-Z]+"));
  EXPECT_EQ(reply.action().expire_time_micros(), (now_ + Duration::minutes(5)).micros);
  EXPECT_THAT(page(reply.action().test_url()).body, HasSubstr("Approve in the app"));
  EXPECT_EQ(press(reply.action().test_url(), "abandon").status, 400) << "no such button";

  now_ = now_ + Duration::minutes(5);
  EXPECT_EQ(service_.next_due(), now_);
  const auto webhooks = receive();
  ASSERT_EQ(webhooks.size(), 1u);
  EXPECT_EQ(webhooks[0].reply().status(), v1::PSP_STATUS_DECLINED_SOFT);
  EXPECT_EQ(webhooks[0].reply().failure().code(), common::v1::FAILURE_CODE_EXPIRED);
  const auto late = press(reply.action().test_url(), "pass");
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(read(reply.psp_reference()).failure().psp_code(), "payment_expired") << "too late";
  EXPECT_THAT(page(reply.action().test_url()).body, HasSubstr("close this page"));
}

TEST_F(MethodsTest, UpiIsDecidedInTheApp) {
  const auto paid = ask(authorize("tok_upi", "INR"));
  const auto thanks = press(paid.action().test_url(), "pass");
  EXPECT_EQ(thanks.status, 200) << "nobody is sent back from an app";
  EXPECT_THAT(thanks.body, HasSubstr("You can close this page"));
  EXPECT_EQ(receive().at(0).reply().status(), v1::PSP_STATUS_CAPTURED) << "there is no authorization";
  EXPECT_FALSE(service_.next_due()) << "nothing is left to expire";
  const auto declined = ask(authorize("tok_upi", "INR"));
  press(declined.action().test_url(), "fail");
  EXPECT_EQ(receive().at(0).reply().failure().psp_code(), "canceled_by_shopper");
}

TEST_F(MethodsTest, ABankTransferTellsWhereToSendTheMoneyAndWaitsAWeek) {
  for (const char* currency : {"EUR", "GBP", "INR", "USD"}) {
    const auto reply = ask(authorize("tok_bank_transfer", currency));
    const v1::PspBankTransfer& transfer = reply.action().bank_transfer();
    EXPECT_EQ(transfer.account_holder(), "Florin Sandbox");
    EXPECT_FALSE(transfer.account_number().empty());
    EXPECT_FALSE(transfer.bank_code().empty());
    EXPECT_EQ(transfer.bank_name(), "Sandbox Test Bank");
    EXPECT_EQ(reply.action().expire_time_micros(), (now_ + Duration::days(7)).micros);
    EXPECT_THAT(page(reply.action().test_url()).body, HasSubstr(transfer.reference()));
  }
  const auto first = ask(authorize("tok_bank_transfer", "EUR"));
  const auto second = ask(authorize("tok_bank_transfer", "EUR"));
  EXPECT_NE(first.action().bank_transfer().reference(), second.action().bank_transfer().reference());
  press(first.action().test_url(), "pass");
  press(second.action().test_url(), "fail");
  EXPECT_EQ(read(first.psp_reference()).status(), v1::PSP_STATUS_CAPTURED);
  EXPECT_EQ(read(second.psp_reference()).failure().psp_code(), "payment_expired");
}

TEST_F(MethodsTest, WhatIsVoidedDoesNotExpire) {
  const auto reply = ask(authorize("tok_upi", "INR"));
  v1::PspRequest cancel;
  cancel.set_operation(v1::PSP_OPERATION_VOID);
  cancel.set_idempotency_key("void_1");
  cancel.set_psp_reference(reply.psp_reference());
  EXPECT_EQ(ask(cancel).status(), v1::PSP_STATUS_SUCCEEDED);
  now_ = now_ + Duration::days(1);
  EXPECT_TRUE(receive().empty());
  EXPECT_EQ(read(reply.psp_reference()).status(), v1::PSP_STATUS_VOIDED);
}

TEST_F(MethodsTest, ARestartForgetsNoExpiry) {
  const auto reply = ask(authorize("tok_upi", "INR"));
  Service again{options()};
  const std::string log = service_.take_log();
  for (std::string_view rest = log; !rest.empty();) {
    const auto frame = read_frame(rest);
    ASSERT_TRUE(frame);
    ASSERT_TRUE(again.restore(frame->record).ok());
    rest.remove_prefix(frame->size);
  }
  EXPECT_EQ(again.next_due(), now_ + Duration::minutes(5));
  EXPECT_EQ(again.take_webhooks(now_ + Duration::minutes(5), 10).size(), 1u);
}

TEST_F(MethodsTest, TheIbanHasRightCheckDigits) {
  const std::string_view iban = bank_account_of("EUR").number;
  std::string digits;
  for (const char c : std::string(iban.substr(4)) + std::string(iban.substr(0, 4))) {
    digits += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c);
  }
  int rest = 0;
  for (const char c : digits) rest = (rest * 10 + (c - '0')) % 97;
  EXPECT_EQ(rest, 1);
}

}  // namespace
}  // namespace florin::sandbox_psp
