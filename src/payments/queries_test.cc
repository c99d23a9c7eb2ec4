#include "payments/queries.h"

#include <gmock/gmock.h>

#include "contracts/convert.h"
#include "payments/limits.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QueriesTest : public testing::Test {
 protected:
  // Names the payments by their references; one is created each second.
  void create(const std::string& reference, NewPayment payment = {.confirm = false}) {
    payment.reference = reference;
    f_.create(payment);
    f_.partition().advance(Duration::seconds(1));
  }
  Result<v1::ListPaymentsResponse> list(const v1::ListPaymentsRequest& request) {
    return list_payments(f_.state(), f_.tenant, request);
  }
  std::vector<std::string> references(const v1::ListPaymentsRequest& request) {
    std::vector<std::string> found;
    for (const v1::Payment& payment : list(request).value().payments()) found.push_back(payment.reference());
    return found;
  }
  // All pages of the list.
  std::vector<std::string> page_through(v1::ListPaymentsRequest request) {
    std::vector<std::string> found;
    do {
      const auto page = list(request).value();
      for (const v1::Payment& payment : page.payments()) found.push_back(payment.reference());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  }
  // Times in seconds after the first payment.
  v1::ListPaymentsRequest between(std::int64_t from, std::int64_t to) {
    v1::ListPaymentsRequest request;
    *request.mutable_create_time_from() = contracts::to_message(start_ + Duration::seconds(from));
    *request.mutable_create_time_to() = contracts::to_message(start_ + Duration::seconds(to));
    return request;
  }

  PaymentsFixture f_;
  const Timestamp start_ = f_.partition().now();
};

TEST_F(QueriesTest, ListsNewestFirst) {
  for (const char* name : {"a", "b", "c"}) create(name);
  create("foreign", {.confirm = false, .tenant = f_.other});
  EXPECT_THAT(references({}), ElementsAre("c", "b", "a"));
}

TEST_F(QueriesTest, FiltersByStatusReferenceAndCurrency) {
  create("a");
  create("b", {.currency = "EUR", .confirm = false});
  create("c", {.token = "", .confirm = false});
  create("d", {.currency = "EUR", .token = "", .confirm = false});
  create("b", {.confirm = false});
  v1::ListPaymentsRequest request;
  request.set_status(v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
  EXPECT_THAT(references(request), ElementsAre("b", "b", "a"));
  request.set_currency("EUR");
  EXPECT_THAT(references(request), ElementsAre("b"));
  request.clear_status();
  EXPECT_THAT(references(request), ElementsAre("d", "b"));
  request.set_reference("b");
  EXPECT_THAT(references(request), ElementsAre("b"));
  request.clear_currency();
  EXPECT_THAT(references(request), ElementsAre("b", "b"));
  request.set_status(v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_THAT(references(request), IsEmpty());
  request.clear_status();
  request.set_reference("");
  request.set_currency("CHF");
  EXPECT_THAT(references(request), IsEmpty());
}

TEST_F(QueriesTest, TheStatusFilterFollowsTheStatus) {
  create("a", {});
  v1::ListPaymentsRequest request;
  request.set_status(v1::PAYMENT_STATUS_PROCESSING);
  EXPECT_THAT(references(request), ElementsAre("a"));
  f_.answer(captured(1'000));
  EXPECT_THAT(references(request), IsEmpty());
  request.set_status(v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_THAT(references(request), ElementsAre("a"));
}

TEST_F(QueriesTest, PagesDoNotOverlapOrLose) {
  for (const char* name : {"a", "b", "c", "d", "e"}) create(name);
  v1::ListPaymentsRequest request;
  for (const int size : {1, 2, 3, 5, 6}) {
    request.set_page_size(size);
    EXPECT_THAT(page_through(request), ElementsAre("e", "d", "c", "b", "a")) << size;
    request.set_status(v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
    EXPECT_THAT(page_through(request), ElementsAre("e", "d", "c", "b", "a")) << size;
    request.clear_status();
  }
}

TEST_F(QueriesTest, APageIsNotDisturbedByNewPayments) {
  for (const char* name : {"a", "b", "c"}) create(name);
  v1::ListPaymentsRequest request;
  request.set_page_size(2);
  const auto first = list(request).value();
  create("d");
  request.set_page_token(first.next_page_token());
  EXPECT_THAT(references(request), ElementsAre("a"));
}

TEST_F(QueriesTest, FindsATimeRange) {
  for (const char* name : {"a", "b", "c", "d", "e"}) create(name);
  EXPECT_THAT(references(between(1, 4)), ElementsAre("d", "c", "b")) << "from is in it, to is not";
  EXPECT_THAT(references(between(0, 100)), ElementsAre("e", "d", "c", "b", "a"));
  EXPECT_THAT(references(between(5, 100)), IsEmpty());
  EXPECT_THAT(references(between(-100, 0)), IsEmpty());
  EXPECT_THAT(references(between(2, 2)), IsEmpty());
  v1::ListPaymentsRequest request = between(1, 4);
  request.set_page_size(1);
  EXPECT_THAT(page_through(request), ElementsAre("d", "c", "b"));
  request.set_status(v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
  EXPECT_THAT(page_through(request), ElementsAre("d", "c", "b"));
  request.clear_status();
  request.set_reference("c");
  EXPECT_THAT(page_through(request), ElementsAre("c"));
  v1::ListPaymentsRequest only_to = between(0, 2);
  only_to.clear_create_time_from();
  EXPECT_THAT(references(only_to), ElementsAre("b", "a"));
}

TEST_F(QueriesTest, PageTokensOfOtherListsAreRefused) {
  for (const char* name : {"a", "b"}) create(name);
  v1::ListPaymentsRequest request;
  request.set_page_size(1);
  const std::string token = list(request).value().next_page_token();
  request.set_page_token("%%%");
  EXPECT_EQ(list(request).error().reason(), "page_token_invalid");
  request.set_page_token("AAAA");
  EXPECT_EQ(list(request).error().reason(), "page_token_invalid");
  request.set_page_token(token);
  EXPECT_EQ(list_payments(f_.state(), f_.other, request).error().reason(), "page_token_invalid");
  request.set_status(v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(list(request).error().reason(), "page_token_invalid");
}

TEST_F(QueriesTest, PageSizesHaveADefaultAndAMaximum) {
  for (std::size_t i = 0; i < page_size_max + 1; ++i) f_.create({.confirm = false});
  v1::ListPaymentsRequest request;
  EXPECT_EQ(list(request).value().payments_size(), page_size_default);
  request.set_page_size(1'000);
  EXPECT_EQ(list(request).value().payments_size(), page_size_max);
}

TEST_F(QueriesTest, AForeignPaymentIsNotFound) {
  const std::string id = f_.create({});
  v1::GetPaymentRequest request;
  request.set_payment_id(id);
  EXPECT_TRUE(get_payment(f_.state(), f_.tenant, request).ok());
  const auto foreign = get_payment(f_.state(), f_.other, request);
  request.set_payment_id("pay_00000000000000000009");
  EXPECT_EQ(foreign.error(), get_payment(f_.state(), f_.tenant, request).error());
  EXPECT_EQ(foreign.error().reason(), "payment_not_found");
}

TEST_F(QueriesTest, TheTimelineTellsWhatHappened) {
  const std::string id = f_.create({});
  f_.answer(declined());
  ASSERT_TRUE(f_.confirm(id, "tok_other").ok());
  f_.answer(captured(1'000));
  ASSERT_TRUE(f_.refund(id, {.amount_minor = 400}).ok());
  f_.answer(replied(connectors::v1::PSP_STATUS_SUCCEEDED));
  v1::GetPaymentRequest request;
  request.set_payment_id(id);
  std::vector<std::string> sentences;
  const auto response = get_payment(f_.state(), f_.tenant, request).value();
  for (const v1::TimelineEntry& entry : response.timeline()) sentences.push_back(entry.summary());
  EXPECT_THAT(
      sentences,
      ElementsAre("Payment of 10.00 USD created", "Attempt started at sandbox/default: the only connected account",
                  "Declined: No money.", "Attempt started at sandbox/default: the only connected account",
                  "10.00 USD paid", "Refund of 4.00 USD asked for", "Refund of 4.00 USD done"));
  EXPECT_EQ(response.timeline(0).type(), "payments.payment_created");
  EXPECT_EQ(response.timeline(0).command(), "test");
  EXPECT_EQ(response.timeline(2).command(), "effect");
  request.set_omit_timeline(true);
  EXPECT_EQ(get_payment(f_.state(), f_.tenant, request).value().timeline_size(), 0);
}

}  // namespace
}  // namespace florin::payments
