#include "sandbox_psp/service.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "connectors/sandbox/sandbox.h"
#include "sandbox_psp/render.h"

namespace florin::sandbox_psp {
namespace {

namespace v1 = connectors::v1;
using connectors::PspHttpReply;
using connectors::PspHttpRequest;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr Timestamp start_time{1'790'000'000'000'000};

// A sandbox, and its connector to speak to it.
class ServiceTest : public testing::Test {
 protected:
  static ServiceOptions options() {
    ServiceOptions options;
    options.api_key = "sk_test";
    options.webhook_secret = "whsec_test";
    return options;
  }

  v1::PspRequest authorize(std::string token, bool capture = false) {
    v1::PspRequest request;
    request.set_operation(v1::PSP_OPERATION_AUTHORIZE);
    request.set_idempotency_key(fmt::format("att_{}", ++keys_));
    request.set_reference(fmt::format("pay_{}", keys_));
    request.set_currency("EUR");
    request.set_amount_minor(1000);
    request.set_capture(capture);
    request.set_payment_method_token(std::move(token));
    request.set_return_url("https://shop.example/back?order=7#top");
    request.set_statement_descriptor("SHOP <7>");
    return request;
  }

  v1::PspRequest operation(v1::PspOperation operation, const std::string& payment, std::int64_t amount = 1000) {
    v1::PspRequest request;
    request.set_operation(operation);
    request.set_idempotency_key(fmt::format("op_{}", ++keys_));
    request.set_psp_reference(payment);
    request.set_currency("EUR");
    request.set_amount_minor(amount);
    return request;
  }

  PspAnswer send(const v1::PspRequest& request) {
    auto built = connector_->build(request, account_);
    CHECK(built.ok(), "{}", built.error().to_string());
    return service_.handle(*built, now_);
  }

  // The reply that the caller reads; UNSPECIFIED where the answer was lost.
  v1::PspReply ask(const v1::PspRequest& request) {
    const PspAnswer answer = send(request);
    if (answer.fate == Fate::drop) return {};
    return connector_->read(request, answer.reply);
  }

  v1::PspReply read_by_key(const v1::PspRequest& about) {
    v1::PspRequest read;
    read.set_operation(v1::PSP_OPERATION_READ_PAYMENT);
    read.set_idempotency_key(about.idempotency_key());
    return ask(read);
  }
  v1::PspReply read_operation(const v1::PspRequest& about) {
    v1::PspRequest read;
    read.set_operation(v1::PSP_OPERATION_READ_OPERATION);
    read.set_read_operation(about.operation());
    read.set_read_idempotency_key(about.idempotency_key());
    return ask(read);
  }

  PspHttpReply call(std::string method, std::string path, std::string body = {}) {
    PspHttpRequest request{.method = std::move(method), .url = std::move(path), .headers = {}, .body = std::move(body)};
    request.headers.add("authorization", "Bearer sk_test");
    return service_.handle(request, now_).reply;
  }
  Json get(std::string path) { return Json::parse(call("GET", std::move(path)).body); }

  // What the receiver of the webhooks reads, each delivered at the first try.
  std::vector<v1::PspWebhook> receive() {
    std::vector<v1::PspWebhook> received;
    for (auto tries = service_.take_webhooks(now_, 100); !tries.empty(); tries = service_.take_webhooks(now_, 100)) {
      for (const WebhookTry& attempt : tries) {
        auto webhook = connector_->read_webhook({.headers = attempt.headers, .body = attempt.body}, account_, now_);
        CHECK(webhook.ok(), "{}", webhook.error().to_string());
        received.push_back(*webhook);
        service_.webhook_tried(attempt.number, true, now_);
      }
    }
    return received;
  }

  void pass_time(Duration by) { now_ = now_ + by; }

  const std::unique_ptr<const connectors::Connector> connector_ = connectors::sandbox::make_connector();
  const connectors::Account account_{.connector = "sandbox",
                                     .account = "default",
                                     .base_url = "http://psp.example:9100",
                                     .api_key = "sk_test",
                                     .webhook_secret = "whsec_test",
                                     .return_base_url = ""};
  Service service_{options()};
  Timestamp now_ = start_time;
  int keys_ = 0;
};

TEST_F(ServiceTest, AuthorizesAndCaptures) {
  const auto reply = ask(authorize("tok_success"));
  EXPECT_EQ(reply.status(), v1::PSP_STATUS_AUTHORIZED);
  EXPECT_EQ(reply.psp_reference(), "psp_1");
  EXPECT_EQ(reply.authorized_minor(), 1000);
  EXPECT_EQ(ask(authorize("tok_success", true)).status(), v1::PSP_STATUS_CAPTURED);
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 400)).captured_minor(), 400);
  const auto rest = ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 600));
  EXPECT_EQ(rest.status(), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(rest.captured_minor(), 1000);
  EXPECT_TRUE(receive().empty()) << "the caller learnt everything from the answers";
}

TEST_F(ServiceTest, CardsStandForTestMethods) {
  // As it comes out of the vault, which fills the connector's placeholders in.
  const auto pay = [this](std::string number, int year = 2040) {
    v1::PspRequest request = authorize("tok_card_x", true);
    request.set_vault_claimant("pay_1");
    auto built = connector_->build(request, account_);
    CHECK(built.ok(), "{}", built.error().to_string());
    EXPECT_EQ(built->vault_token, "tok_card_x");
    EXPECT_EQ(built->vault_claimant, "pay_1");
    const auto fill = [&built](std::string_view mark, const std::string& value) {
      const std::size_t at = built->body.find(mark);
      CHECK(at != std::string::npos);
      built->body.replace(at, mark.size(), value);
    };
    fill("{{card.number}}", number);
    fill("{{card.exp_month}}", "9");
    fill("{{card.exp_year}}", std::to_string(year));
    fill("{{card.cvc}}", "");
    return connector_->read(request, service_.handle(*built, now_).reply);
  };
  EXPECT_EQ(pay("4242424242424242").status(), v1::PSP_STATUS_CAPTURED);
  EXPECT_EQ(pay("4000000000000002").failure().psp_code(), "do_not_honor");
  EXPECT_EQ(pay("4000000000009995").failure().psp_code(), "insufficient_funds");
  EXPECT_EQ(pay("4000000000000119").status(), v1::PSP_STATUS_DECLINED_SOFT);
  EXPECT_EQ(pay("4000000000003220").status(), v1::PSP_STATUS_ACTION_REQUIRED);
  EXPECT_EQ(pay("4242424242424242", 2026).status(), v1::PSP_STATUS_CAPTURED) << "good through its month";
  EXPECT_EQ(pay("4242424242424242", 2025).failure().psp_code(), "expired_card");
  EXPECT_EQ(pay("6011000990139424").failure().psp_code(), "unknown_payment_method");
}

TEST_F(ServiceTest, ACardIsReadStrictly) {
  const auto status = [this](std::string_view method) {
    const std::string key = fmt::format("key_{}", ++keys_);
    PspHttpRequest request{.method = "POST", .url = "/v1/payments", .headers = {}, .body = {}};
    request.headers.add("authorization", "Bearer sk_test");
    request.headers.add("idempotency-key", key);
    request.body = fmt::format(R"({{"reference":"{}","amount":1,"currency":"EUR",{}}})", key, method);
    const PspHttpReply reply = service_.handle(request, now_).reply;
    EXPECT_THAT(reply.body, testing::Not(HasSubstr("4242")));
    return reply.status;
  };
  EXPECT_EQ(status(R"("card":{"number":"4242424242424242","exp_month":9,"exp_year":2040})"), 200);
  EXPECT_EQ(
      status(R"("card":{"number":"4242424242424242","exp_month":9,"exp_year":2040},"payment_method":"tok_success")"),
      400);
  EXPECT_EQ(status(R"("card":"4242424242424242")"), 400);
  EXPECT_EQ(status(R"("card":{"number":"4242 4242","exp_month":9,"exp_year":2040})"), 400);
  EXPECT_EQ(status(R"("card":{"number":"4242424242424242","exp_month":13,"exp_year":2040})"), 400);
  EXPECT_EQ(status(R"("card":{"number":"4242424242424242","exp_month":9,"exp_year":40})"), 400);
  EXPECT_EQ(status(R"("card":{"number":"4242424242424242","exp_month":9,"exp_year":2040,"4242424242424242":1})"), 400);
}

TEST_F(ServiceTest, EveryDeclineIsInTheConnectorsMap) {
  for (const Scenario& scenario : scenarios()) {
    if (scenario.way != Way::decline) continue;
    const auto reply = ask(authorize(std::string(scenario.token)));
    EXPECT_TRUE(reply.status() == v1::PSP_STATUS_DECLINED_HARD || reply.status() == v1::PSP_STATUS_DECLINED_SOFT);
    EXPECT_NE(reply.failure().code(), common::v1::FAILURE_CODE_OTHER) << scenario.token;
  }
  EXPECT_EQ(ask(authorize("tok_decline_try_again_later")).status(), v1::PSP_STATUS_DECLINED_SOFT);
  EXPECT_EQ(ask(authorize("tok_decline_lost_card")).status(), v1::PSP_STATUS_DECLINED_HARD);
  const auto unknown = ask(authorize("tok_moon"));
  EXPECT_EQ(unknown.status(), v1::PSP_STATUS_DECLINED_HARD);
  EXPECT_EQ(unknown.failure().code(), common::v1::FAILURE_CODE_METHOD_NOT_SUPPORTED);
}

TEST_F(ServiceTest, EveryFailureCodeIsInTheConnectorsMap) {
  for (int number = 1; number <= static_cast<int>(Failure::processing_error); ++number) {
    const auto code = failure_code(static_cast<Failure>(number));
    EXPECT_EQ(std::ranges::count(connector_->capabilities().declines, code, &connectors::DeclineRule::psp_code), 1)
        << code;
  }
}

TEST_F(ServiceTest, TheSameKeyNeverChargesTwice) {
  const auto request = authorize("tok_success");
  EXPECT_EQ(ask(request).psp_reference(), "psp_1");
  const PspAnswer again = send(request);
  EXPECT_EQ(again.reply.headers.get("idempotent-replayed"), "true");
  EXPECT_EQ(connector_->read(request, again.reply).psp_reference(), "psp_1");
  EXPECT_EQ(service_.books().payment_count(), 1u);
  auto other = request;
  other.set_amount_minor(2000);
  EXPECT_EQ(ask(other).status(), v1::PSP_STATUS_UNCLEAR);
  const auto capture = operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 400);
  EXPECT_EQ(ask(capture).captured_minor(), 400);
  EXPECT_EQ(ask(capture).captured_minor(), 400);
  auto other_capture = capture;
  other_capture.set_amount_minor(500);
  EXPECT_EQ(ask(other_capture).status(), v1::PSP_STATUS_UNCLEAR);
}

TEST_F(ServiceTest, LostCreatesAreFoundByTheirKey) {
  for (const char* token : {"tok_timeout_after", "tok_error_500_after"}) {
    const auto request = authorize(token);
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(ask(request).status() == v1::PSP_STATUS_UNSPECIFIED ||
                  ask(request).status() == v1::PSP_STATUS_UNCLEAR);
    }
    EXPECT_EQ(read_by_key(request).status(), v1::PSP_STATUS_AUTHORIZED);
  }
  for (const char* token : {"tok_timeout_before", "tok_error_500_before"}) {
    const auto request = authorize(token);
    (void)ask(request);
    EXPECT_EQ(read_by_key(request).status(), v1::PSP_STATUS_ABSENT);
  }
  const auto once = authorize("tok_timeout_after_once");
  EXPECT_EQ(send(once).fate, Fate::drop);
  EXPECT_EQ(ask(once).status(), v1::PSP_STATUS_AUTHORIZED);
  EXPECT_EQ(service_.books().payment_count(), 3u);
  EXPECT_EQ(send(authorize("tok_slow")).delay, Duration::milliseconds(300));
}

TEST_F(ServiceTest, LostOperationsAreFoundByTheirKey) {
  const auto lost = [&](const char* token, v1::PspOperation kind, bool capture) {
    const auto payment = ask(authorize(token, capture)).psp_reference();
    const auto request = operation(kind, payment);
    EXPECT_EQ(send(request).fate, Fate::drop);
    return read_operation(request).status();
  };
  EXPECT_EQ(lost("tok_capture_timeout_after", v1::PSP_OPERATION_CAPTURE, false), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(lost("tok_capture_timeout_before", v1::PSP_OPERATION_CAPTURE, false), v1::PSP_STATUS_ABSENT);
  EXPECT_EQ(lost("tok_void_timeout_after", v1::PSP_OPERATION_VOID, false), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(lost("tok_void_timeout_before", v1::PSP_OPERATION_VOID, false), v1::PSP_STATUS_ABSENT);
  EXPECT_EQ(lost("tok_refund_timeout_after", v1::PSP_OPERATION_REFUND, true), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(lost("tok_refund_timeout_before", v1::PSP_OPERATION_REFUND, true), v1::PSP_STATUS_ABSENT);
}

TEST_F(ServiceTest, RefusesWhatTheBooksDoNotHold) {
  ASSERT_EQ(ask(authorize("tok_success")).psp_reference(), "psp_1");
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_REFUND, "psp_1")).failure().psp_code(), "refused_state");
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 1001)).failure().psp_code(), "refused_amount");
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 700)).status(), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_REFUND, "psp_1", 701)).failure().psp_code(), "refused_amount");
  // A void releases what a partial capture left.
  const auto voided = ask(operation(v1::PSP_OPERATION_VOID, "psp_1", 0));
  EXPECT_EQ(voided.status(), v1::PSP_STATUS_SUCCEEDED);
  EXPECT_EQ(voided.operation_minor(), 300);
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_1", 1)).failure().psp_code(), "refused_amount");
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_VOID, "psp_1", 0)).failure().psp_code(), "refused_state");
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_CAPTURE, "psp_99")).status(), v1::PSP_STATUS_FAILED);
  for (const char* token : {"tok_capture_fails", "tok_void_fails"}) {
    const auto payment = ask(authorize(token)).psp_reference();
    const auto kind = token[4] == 'c' ? v1::PSP_OPERATION_CAPTURE : v1::PSP_OPERATION_VOID;
    EXPECT_EQ(ask(operation(kind, payment)).failure().psp_code(), "refused_by_issuer");
  }
}

TEST_F(ServiceTest, PendingPaymentsSettleByWebhook) {
  const auto succeeds = authorize("tok_pending", true);
  const auto fails = authorize("tok_pending_fail");
  EXPECT_EQ(ask(succeeds).status(), v1::PSP_STATUS_PENDING);
  EXPECT_EQ(ask(fails).status(), v1::PSP_STATUS_PENDING);
  EXPECT_TRUE(receive().empty());
  ASSERT_TRUE(service_.next_due());
  now_ = *service_.next_due();
  const auto webhooks = receive();
  ASSERT_EQ(webhooks.size(), 2u);
  EXPECT_EQ(webhooks[0].idempotency_key(), succeeds.idempotency_key());
  EXPECT_EQ(webhooks[0].reply().status(), v1::PSP_STATUS_CAPTURED);
  EXPECT_EQ(webhooks[1].reply().status(), v1::PSP_STATUS_DECLINED_HARD);
  EXPECT_EQ(read_by_key(succeeds).status(), v1::PSP_STATUS_CAPTURED);
  EXPECT_FALSE(service_.next_due());
}

TEST_F(ServiceTest, PendingRefundsSetTheirAmountAside) {
  const auto payment = ask(authorize("tok_refund_pending", true)).psp_reference();
  const auto first = operation(v1::PSP_OPERATION_REFUND, payment, 600);
  EXPECT_EQ(ask(first).status(), v1::PSP_STATUS_PENDING);
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_REFUND, payment, 600)).failure().psp_code(), "refused_amount");
  pass_time(Duration::seconds(1));
  const auto webhooks = receive();
  ASSERT_EQ(webhooks.size(), 1u);
  EXPECT_EQ(webhooks[0].operation(), v1::PSP_OPERATION_REFUND);
  EXPECT_EQ(webhooks[0].idempotency_key(), first.idempotency_key());
  EXPECT_EQ(webhooks[0].reply().refunded_minor(), 600);

  const auto failing = ask(authorize("tok_refund_pending_fail", true)).psp_reference();
  ASSERT_EQ(ask(operation(v1::PSP_OPERATION_REFUND, failing)).status(), v1::PSP_STATUS_PENDING);
  pass_time(Duration::seconds(1));
  EXPECT_EQ(receive().at(0).reply().status(), v1::PSP_STATUS_FAILED);
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_REFUND, failing)).status(), v1::PSP_STATUS_PENDING)
      << "its room is free again";
}

TEST_F(ServiceTest, ChallengesArePagesThatDecideOnce) {
  const auto request = authorize("tok_challenge", true);
  const auto reply = ask(request);
  ASSERT_EQ(reply.status(), v1::PSP_STATUS_ACTION_REQUIRED);
  ASSERT_THAT(reply.action_url(), HasSubstr("http://psp.example:9100/challenge/psp_1."));
  PspHttpRequest page{.method = "GET", .url = reply.action_url(), .headers = {}, .body = {}};
  const auto shown = service_.handle(page, now_).reply;
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, HasSubstr("10.00 EUR"));
  EXPECT_THAT(shown.body, HasSubstr("SHOP &lt;7&gt;"));
  EXPECT_THAT(shown.body, testing::Not(HasSubstr("<script")));
  page.method = "POST";
  page.body = "outcome=nonsense";
  EXPECT_EQ(service_.handle(page, now_).reply.status, 400);
  page.body = "outcome=pass";
  for (int click = 0; click < 2; ++click) {
    const auto back = service_.handle(page, now_).reply;
    EXPECT_EQ(back.status, 303);
    EXPECT_EQ(back.headers.get("location"), "https://shop.example/back?order=7&psp_payment=psp_1#top");
  }
  page.body = "outcome=fail";
  EXPECT_EQ(service_.handle(page, now_).reply.status, 303);
  EXPECT_EQ(read_by_key(request).status(), v1::PSP_STATUS_CAPTURED) << "the first answer stands";
  EXPECT_EQ(receive().size(), 1u);
  page.url.back() = page.url.back() == '0' ? '1' : '0';
  EXPECT_EQ(service_.handle(page, now_).reply.status, 404) << "nobody else's page";
}

TEST_F(ServiceTest, ChallengesEndInEveryWay) {
  const auto outcome = [&](const char* token, const char* button) {
    const auto request = authorize(token);
    const PspHttpRequest page{
        .method = "POST", .url = ask(request).action_url(), .headers = {}, .body = fmt::format("outcome={}", button)};
    service_.handle(page, now_);
    return read_by_key(request).failure().psp_code();
  };
  EXPECT_EQ(outcome("tok_challenge", "pass"), "");
  EXPECT_EQ(outcome("tok_challenge", "fail"), "authentication_failed");
  EXPECT_EQ(outcome("tok_challenge", "abandon"), "canceled_by_shopper");
  EXPECT_EQ(outcome("tok_challenge_fail", "pass"), "authentication_failed");
  EXPECT_EQ(outcome("tok_challenge_then_decline", "pass"), "insufficient_funds");
  // A void ends a challenge that nobody answered.
  const auto open = authorize("tok_challenge");
  const auto url = ask(open).action_url();
  EXPECT_EQ(ask(operation(v1::PSP_OPERATION_VOID, read_by_key(open).psp_reference(), 0)).status(),
            v1::PSP_STATUS_SUCCEEDED);
  service_.handle({.method = "POST", .url = url, .headers = {}, .body = "outcome=pass"}, now_);
  EXPECT_EQ(read_by_key(open).status(), v1::PSP_STATUS_VOIDED);
}

TEST_F(ServiceTest, WebhooksAreRepeatedUntilTakenAndThenGivenUp) {
  (void)ask(authorize("tok_webhook"));
  Duration waited;
  std::uint32_t tries = 0;
  while (service_.next_due()) {
    const Timestamp due = *service_.next_due();
    waited = waited + (std::max(due, now_) - now_);
    now_ = std::max(due, now_);
    const auto batch = service_.take_webhooks(now_, 10);
    ASSERT_EQ(batch.size(), 1u);
    EXPECT_TRUE(service_.take_webhooks(now_, 10).empty()) << "one try at a time";
    service_.webhook_tried(batch[0].number, false, now_);
    ++tries;
  }
  EXPECT_EQ(tries, Timing{}.webhook_tries_max);
  EXPECT_GT(waited, Duration::minutes(10));
  EXPECT_TRUE(service_.books().outbox().empty());
}

TEST_F(ServiceTest, WebhooksComeTwiceAndLateOnRequest) {
  (void)ask(authorize("tok_duplicate_webhook"));
  const auto twice = receive();
  ASSERT_EQ(twice.size(), 2u);
  EXPECT_EQ(twice[0].event_id(), twice[1].event_id());
  (void)ask(authorize("tok_late_webhook"));
  EXPECT_TRUE(receive().empty());
  pass_time(Duration::seconds(5));
  EXPECT_EQ(receive().size(), 1u);
  (void)ask(authorize("tok_timeout_after_webhook"));
  EXPECT_EQ(receive().size(), 1u);
}

TEST_F(ServiceTest, FaultsFollowTheirSeed) {
  const auto fates = [&] {
    EXPECT_EQ(
        call("POST", "/control/faults", R"({"drop_before_permille":300,"drop_after_permille":300,"seed":7})").status,
        200);
    std::string fates;
    for (int i = 0; i < 50; ++i) {
      const auto before = service_.books().payment_count();
      const bool dropped = send(authorize("tok_success")).fate == Fate::drop;
      fates += dropped ? (service_.books().payment_count() == before ? 'b' : 'a') : '.';
    }
    return fates;
  };
  const std::string first = fates();
  EXPECT_EQ(first, fates());
  EXPECT_THAT(first, testing::AllOf(HasSubstr("a"), HasSubstr("b"), HasSubstr(".")));
  EXPECT_EQ(call("POST", "/control/reset-faults").status, 200);
  EXPECT_EQ(send(authorize("tok_success")).fate, Fate::answer);
  call("POST", "/control/faults", R"({"down":true})");
  EXPECT_EQ(send(authorize("tok_success")).fate, Fate::drop);
  call("POST", "/control/faults", R"({"delay_ms":50})");
  EXPECT_EQ(send(authorize("tok_success")).delay, Duration::milliseconds(50));
  for (const char* bad : {"", "[]", R"({"delay_ms":10001})", R"({"down":1})", R"({"dwon":true})", R"({"seed":-1})"}) {
    EXPECT_EQ(call("POST", "/control/faults", bad).status, 400) << bad;
  }
}

TEST_F(ServiceTest, ReportsWhatTheBooksHold) {
  const auto first = ask(authorize("tok_success", true)).psp_reference();
  (void)ask(operation(v1::PSP_OPERATION_REFUND, first, 250));
  const auto second = ask(authorize("tok_success")).psp_reference();
  (void)ask(operation(v1::PSP_OPERATION_VOID, second, 0));
  (void)ask(authorize("tok_decline_fraud"));
  EXPECT_EQ(get("/v1/balance-report"), Json::parse(R"({"currencies":[{"currency":"EUR",
      "created":{"count":3,"sum":3000},"authorized":{"count":2,"sum":2000},"captured":{"count":1,"sum":1000},
      "refunded":{"count":1,"sum":250},"voided":{"count":1,"sum":1000}}]})"));
}

TEST_F(ServiceTest, ListsPaymentsAndFindsDoubleCharges) {
  auto request = authorize("tok_success");
  request.set_reference("pay_double");
  (void)ask(request);
  request.set_idempotency_key("att_other");
  (void)ask(request);
  request.set_idempotency_key("att_declined");
  request.set_payment_method_token("tok_decline_fraud");
  (void)ask(request);
  (void)ask(authorize("tok_success"));
  EXPECT_EQ(get("/v1/payments?reference=pay_double")["data"].size(), 3u);
  EXPECT_EQ(get("/v1/duplicate-charges"), Json::parse(R"({"data":[{"reference":"pay_double","charges":2}]})"));
  (void)ask(operation(v1::PSP_OPERATION_VOID, "psp_1", 0));
  EXPECT_EQ(get("/v1/duplicate-charges")["data"].size(), 0u);
  std::set<std::string> seen;
  std::string after;
  for (bool more = true; more;) {
    const Json page = get("/v1/payments?limit=3&after=" + after);
    for (const Json& payment : page["data"]) seen.insert(payment["id"]);
    after = page["data"].back()["id"];
    more = page["has_more"];
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST_F(ServiceTest, RefusesWrongRequests) {
  const auto create = [&](std::string body, std::string key = "k") {
    PspHttpRequest request{.method = "POST", .url = "/v1/payments", .headers = {}, .body = std::move(body)};
    request.headers.add("authorization", "Bearer sk_test");
    if (!key.empty()) request.headers.add("idempotency-key", std::move(key));
    return service_.handle(request, now_).reply.status;
  };
  const std::string good = R"({"reference":"r","amount":1,"currency":"EUR","payment_method":"tok_success"})";
  EXPECT_EQ(create(good, ""), 400);
  EXPECT_EQ(create(good, std::string(256, 'k')), 400);
  for (
      const char* body :
      {"", "{", "null", "[]", "{}", R"({"reference":"r","amount":0,"currency":"EUR","payment_method":"tok_success"})",
       R"({"reference":"r","amount":1.5,"currency":"EUR","payment_method":"tok_success"})",
       R"({"reference":"r","amount":"1","currency":"EUR","payment_method":"tok_success"})",
       R"({"reference":"r","amount":1000000000000001,"currency":"EUR","payment_method":"tok_success"})",
       R"({"reference":"r","amount":1,"currency":"eur","payment_method":"tok_success"})",
       R"({"reference":"","amount":1,"currency":"EUR","payment_method":"tok_success"})",
       R"({"reference":"r","amount":1,"currency":"EUR","payment_method":"tok_success","x":1})",
       R"({"reference":"r","amount":1,"currency":"EUR","payment_method":"tok_success","return_url":"javascript:1"})"}) {
    EXPECT_EQ(create(body), 400) << body;
  }
  EXPECT_EQ(create(std::string(9'000, ' ')), 413);
  EXPECT_EQ(service_.books().payment_count(), 0u);
  PspHttpRequest request{.method = "GET", .url = "/v1/balance-report", .headers = {}, .body = {}};
  EXPECT_EQ(service_.handle(request, now_).reply.status, 401);
  request.headers.add("authorization", "Bearer wrong");
  EXPECT_EQ(service_.handle(request, now_).reply.status, 401);
  for (const char* path :
       {"/", "/v1/", "/v1/payments/", "/v1/payments/psp_0", "/v1/payments/psp_01", "/v1/payments/psp_9",
        "/v1/payments/psp_99999999999", "/v2/payments", "/control/", "/challenge/psp_1"}) {
    EXPECT_EQ(call("GET", path).status, 404) << path;
  }
}

TEST_F(ServiceTest, SumsCannotOverflow) {
  auto request = authorize("tok_success");
  request.set_amount_minor(amount_minor_max);
  int made = 0;
  for (; made < 20'000; ++made) {
    request.set_idempotency_key(fmt::format("att_{}", made));
    if (ask(request).status() != v1::PSP_STATUS_AUTHORIZED) break;
  }
  EXPECT_EQ(made, INT64_MAX / amount_minor_max);
}

}  // namespace
}  // namespace florin::sandbox_psp
