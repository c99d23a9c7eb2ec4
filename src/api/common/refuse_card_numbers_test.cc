#include "api/common/refuse_card_numbers.h"

#include <gmock/gmock.h>

#include <functional>

#include "florin/payments/v1/payments.pb.h"
#include "http/testing/function_handler.h"
#include "http/testing/memory_exchange.h"

namespace florin::api {
namespace {

using payments::v1::CreatePaymentRequest;
using testing::HasSubstr;
using testing::Not;

// The place that is named; "" where nothing is refused.
std::string place_in(const google::protobuf::Message& request) {
  const Status clean = refuse_card_numbers(request);
  if (clean.ok()) return {};
  EXPECT_EQ(clean.error().reason(), "card_number_refused");
  EXPECT_EQ(clean.error().code(), Code::invalid_argument);
  const FieldViolation& violation = clean.error().field_violations().at(0);
  EXPECT_THAT(clean.error().message() + violation.field + violation.description, Not(HasSubstr("4242")));
  return violation.field;
}

TEST(RefuseCardNumbers, WhereverTheyAreTheFieldIsNamed) {
  struct Case {
    const char* place;
    std::function<void(CreatePaymentRequest&)> change;
  };
  const Case cases[] = {
      {"description", [](auto& r) { r.set_description("card 4242 4242 4242 4242"); }},
      {"statement_descriptor", [](auto& r) { r.set_statement_descriptor("4242424242424242"); }},
      {"reference", [](auto& r) { r.set_reference("4242-4242-4242-4242"); }},
      {"return_url", [](auto& r) { r.set_return_url("https://shop.test/?pan=4242424242424242"); }},
      {"return_url", [](auto& r) { r.set_return_url("https://shop.test/?pan=4242%204242%204242%204242"); }},
      {"metadata[\"card\"]", [](auto& r) { (*r.mutable_metadata())["card"] = "4242424242424242"; }},
      {"metadata", [](auto& r) { (*r.mutable_metadata())["4242424242424242"] = "x"; }},
      {"payment_method.token", [](auto& r) { r.mutable_payment_method()->set_token("tok_4242424242424242"); }},
      {"payment_method.card.last_four",
       [](auto& r) { r.mutable_payment_method()->mutable_card()->set_last_four("4242424242424242"); }},
      {"amount.minor", [](auto& r) { r.mutable_amount()->set_minor(378282246310005); }},
      {"amount.currency", [](auto& r) { r.mutable_amount()->set_currency("4242424242424242"); }},
  };
  for (const Case& each : cases) {
    CreatePaymentRequest request;
    each.change(request);
    EXPECT_EQ(place_in(request), each.place);
  }
}

TEST(RefuseCardNumbers, AlsoInFieldsThatTheContractDoesNotHave) {
  CreatePaymentRequest request;
  request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(999, "4242424242424242");
  EXPECT_EQ(place_in(request), "a field that the contract does not have");
}

TEST(RefuseCardNumbers, LeavesRequestsAlone) {
  CreatePaymentRequest request;
  request.mutable_amount()->set_currency("USD");
  request.mutable_amount()->set_minor(1'000'000'000'000'000);
  request.mutable_payment_method()->set_token("tok_card_2cjghb3bhpk2300hqn1cwzmkb8j013ap");
  request.set_reference("550e8400-e29b-41d4-a716-446655440000");
  (*request.mutable_metadata())["order"] = "2026-11-23/000017";
  EXPECT_EQ(place_in(request), "");
  payments::v1::GetPaymentRequest get;
  get.set_payment_id("pay_00424242424242424242");
  EXPECT_EQ(place_in(get), "") << "an id of ours is no card number";
}

struct Head {
  std::string path = "/webhooks/sandbox/default";
  std::string query{};
  std::pair<std::string, std::string> header = {"accept", "*/*"};
};

// The status of a request with this head; 200 where it gets through.
int status_of(const Head& head) {
  http::FunctionHandler inside([](http::Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.respond({.status = 200, .headers = {}}, "through");
    co_return Unit{};
  });
  RefuseCardNumbersInHeads heads(inside);
  http::ManualExecutor executor;
  http::RequestHead request{.method = "POST", .path = head.path, .query = head.query};
  request.headers.add(head.header.first, head.header.second);
  http::MemoryExchange exchange(executor, std::move(request), "");
  exchange.serve(heads);
  EXPECT_THAT(exchange.body(), Not(HasSubstr("4242")));
  return exchange.status();
}

TEST(RefuseCardNumbersInHeads, PathsQueriesAndHeaders) {
  EXPECT_EQ(status_of({}), 200);
  EXPECT_EQ(status_of({.path = "/pay/4242424242424242"}), 400);
  EXPECT_EQ(status_of({.path = "/pay/4242%204242%204242%204242"}), 400);
  EXPECT_EQ(status_of({.query = "message=%7B%22a%22%3A%224242424242424242%22%7D"}), 400);
  EXPECT_EQ(status_of({.header = {"idempotency-key", "4242424242424242"}}), 400);
  EXPECT_EQ(status_of({.header = {"authorization", "Bearer 4242 4242 4242 4242"}}), 400);
  EXPECT_EQ(status_of({.header = {"cookie", "a=b; pan=%34242424242424242"}}), 400);
  EXPECT_EQ(status_of({.header = {"x-4242424242424242", "1"}}), 400);
}

TEST(RefuseCardNumbersInHeads, OfCallsThePathIsLookedAtHereAndTheRestByTheRouter) {
  const std::string call = "/florin.payments.v1.PaymentService/CreatePayment";
  EXPECT_EQ(status_of({.path = call + "4242424242424242"}), 400);
  EXPECT_EQ(status_of({.path = call, .header = {"idempotency-key", "4242424242424242"}}), 200);
  http::RequestHead head{.method = "POST", .path = call, .query = "a=4242424242424242"};
  EXPECT_FALSE(refuse_card_numbers(head).ok());
  head.query.clear();
  EXPECT_TRUE(refuse_card_numbers(head).ok());
  head.headers.add("idempotency-key", "4242424242424242");
  EXPECT_FALSE(refuse_card_numbers(head).ok());
}

TEST(RefuseCardNumbersInHeads, LongNumbersOfMachinesGetThrough) {
  EXPECT_EQ(status_of({.header = {"traceparent", "00-42424242424242424242424242424242-4242424242424242-01"}}), 200);
  EXPECT_EQ(status_of({.header = {"x-datadog-trace-id", "4242424242424242"}}), 200);
  EXPECT_EQ(status_of({.header = {"idempotency-key", "42424242-4242-4242-9424-242424242424"}}), 200);
  EXPECT_EQ(status_of({.header = {"content-length", "1790000000"}}), 200);
}

}  // namespace
}  // namespace florin::api
