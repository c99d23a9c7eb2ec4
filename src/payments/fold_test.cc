#include "payments/fold.h"

#include <gmock/gmock.h>

#include "payments/limits.h"

namespace florin::payments {
namespace {

struct Money {
  std::int64_t authorized = 0;
  std::int64_t open = 0;
  std::int64_t captured = 0;
};

// A row that grows attempt by attempt; refresh() follows.
class RowBuilder {
 public:
  RowBuilder() {
    row_.mutable_payment()->set_id("pay_00000000000000000001");
    row_.mutable_payment()->mutable_payment_method()->set_token("tok_success");
  }
  RowBuilder& attempt(v1::AttemptStatus status, Money money = {}) {
    v1::Attempt& attempt = *row_.mutable_payment()->add_attempts();
    attempt.set_id("att_" + std::to_string(row_.payment().attempts_size()));
    attempt.set_status(status);
    AttemptDetail& detail = *row_.add_attempts();
    detail.set_authorized_minor(money.authorized);
    detail.set_open_minor(money.open);
    detail.set_captured_minor(money.captured);
    return *this;
  }
  // Of the latest attempt.
  RowBuilder& operation(v1::OperationKind kind, v1::OperationStatus status, std::int64_t amount, bool final = false) {
    v1::Operation& operation = *row_.mutable_payment()->add_operations();
    operation.set_kind(kind);
    operation.set_status(status);
    operation.set_amount_minor(amount);
    OperationDetail& detail = *row_.add_operations();
    detail.set_attempt_id(row_.payment().attempts().rbegin()->id());
    detail.set_final_capture(final);
    return *this;
  }
  PaymentRow& row() { return row_; }
  const v1::Payment& refreshed() {
    refresh(row_);
    return row_.payment();
  }

 private:
  PaymentRow row_;
};

TEST(FoldTest, TheLatestAttemptGivesTheStatus) {
  const std::pair<v1::AttemptStatus, v1::PaymentStatus> table[] = {
      {v1::ATTEMPT_STATUS_SENT, v1::PAYMENT_STATUS_PROCESSING},
      {v1::ATTEMPT_STATUS_PENDING, v1::PAYMENT_STATUS_PROCESSING},
      {v1::ATTEMPT_STATUS_UNKNOWN, v1::PAYMENT_STATUS_PROCESSING},
      {v1::ATTEMPT_STATUS_ACTION_REQUIRED, v1::PAYMENT_STATUS_REQUIRES_ACTION},
      {v1::ATTEMPT_STATUS_DECLINED_SOFT, v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD},
      {v1::ATTEMPT_STATUS_DECLINED_HARD, v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD},
      {v1::ATTEMPT_STATUS_VOIDED, v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD},
      {v1::ATTEMPT_STATUS_NOT_SENT, v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION},
  };
  for (const auto& [attempt, payment] : table) {
    RowBuilder builder;
    builder.attempt(v1::ATTEMPT_STATUS_DECLINED_SOFT).attempt(attempt);
    EXPECT_EQ(builder.refreshed().status(), payment) << v1::AttemptStatus_Name(attempt);
  }
}

TEST(FoldTest, WithoutAnAttemptTheMethodGivesTheStatus) {
  RowBuilder builder;
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION);
  builder.row().mutable_payment()->clear_payment_method();
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  builder.row().set_canceled(true);
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_CANCELED);
}

TEST(FoldTest, AmountsDecideBetweenAuthorizedAndPaid) {
  RowBuilder open;
  open.attempt(v1::ATTEMPT_STATUS_AUTHORIZED, {.authorized = 100, .open = 40, .captured = 60});
  EXPECT_EQ(open.refreshed().status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
  EXPECT_EQ(open.refreshed().capturable_minor(), 40);
  EXPECT_EQ(open.refreshed().refundable_minor(), 60);
  RowBuilder closed;
  closed.attempt(v1::ATTEMPT_STATUS_AUTHORIZED, {.authorized = 100, .open = 0, .captured = 60});
  EXPECT_EQ(closed.refreshed().status(), v1::PAYMENT_STATUS_SUCCEEDED);
  EXPECT_EQ(closed.refreshed().authorized_minor(), 100);
}

TEST(FoldTest, TheLastLostAttemptFailsThePayment) {
  RowBuilder builder;
  for (int i = 1; i < attempts_max; ++i) builder.attempt(v1::ATTEMPT_STATUS_DECLINED_SOFT);
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
  builder.attempt(v1::ATTEMPT_STATUS_UNKNOWN);
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_PROCESSING);
  builder.row().mutable_payment()->mutable_attempts(attempts_max - 1)->set_status(v1::ATTEMPT_STATUS_NOT_SENT);
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_FAILED);
}

TEST(FoldTest, WhatIsUnderWayIsSetAside) {
  RowBuilder builder;
  builder.attempt(v1::ATTEMPT_STATUS_AUTHORIZED, {.authorized = 100, .open = 70, .captured = 30})
      .operation(v1::OPERATION_KIND_CAPTURE, v1::OPERATION_STATUS_SUCCEEDED, 30)
      .operation(v1::OPERATION_KIND_CAPTURE, v1::OPERATION_STATUS_UNKNOWN, 20)
      .operation(v1::OPERATION_KIND_CAPTURE, v1::OPERATION_STATUS_FAILED, 50)
      .operation(v1::OPERATION_KIND_REFUND, v1::OPERATION_STATUS_PENDING, 5)
      .operation(v1::OPERATION_KIND_REFUND, v1::OPERATION_STATUS_SUCCEEDED, 7)
      .operation(v1::OPERATION_KIND_REFUND, v1::OPERATION_STATUS_FAILED, 9);
  EXPECT_EQ(builder.refreshed().capturable_minor(), 50);
  EXPECT_EQ(builder.refreshed().refundable_minor(), 18);
  EXPECT_EQ(builder.refreshed().refunded_minor(), 7);
  builder.operation(v1::OPERATION_KIND_CAPTURE, v1::OPERATION_STATUS_SENT, 10, true);
  EXPECT_EQ(builder.refreshed().capturable_minor(), 0) << "a final capture leaves nothing";
}

TEST(FoldTest, AVoidUnderWayForbidsCaptures) {
  RowBuilder builder;
  builder.attempt(v1::ATTEMPT_STATUS_AUTHORIZED, {.authorized = 100, .open = 100})
      .operation(v1::OPERATION_KIND_VOID, v1::OPERATION_STATUS_UNKNOWN, 100);
  EXPECT_EQ(builder.refreshed().capturable_minor(), 0);
  EXPECT_EQ(builder.refreshed().status(), v1::PAYMENT_STATUS_REQUIRES_CAPTURE);
}

TEST(FoldTest, TheAttemptThatHoldsMoneyDecides) {
  RowBuilder builder;
  EXPECT_FALSE(deciding_attempt(builder.row()));
  builder.attempt(v1::ATTEMPT_STATUS_NOT_SENT).attempt(v1::ATTEMPT_STATUS_CAPTURED, {100, 0, 100});
  EXPECT_EQ(deciding_attempt(builder.row()), 1);
  EXPECT_FALSE(has_other_winner(builder.row(), 1));
  // The first one had been taken after all.
  builder.row().mutable_payment()->mutable_attempts(0)->set_status(v1::ATTEMPT_STATUS_CAPTURED);
  builder.row().mutable_attempts(0)->set_captured_minor(100);
  EXPECT_TRUE(has_other_winner(builder.row(), 0));
  EXPECT_EQ(builder.refreshed().captured_minor(), 200);
  // It is given back: what remains is the second one's.
  v1::Operation& refund = *builder.row().mutable_payment()->add_operations();
  refund.set_kind(v1::OPERATION_KIND_REFUND);
  refund.set_status(v1::OPERATION_STATUS_SENT);
  refund.set_amount_minor(100);
  builder.row().add_operations()->set_attempt_id("att_1");
  EXPECT_EQ(deciding_attempt(builder.row()), 1);
  EXPECT_EQ(builder.refreshed().refundable_minor(), 100);
}

TEST(FoldTest, ActionAndExpiryGoWithTheirStatus) {
  RowBuilder builder;
  builder.attempt(v1::ATTEMPT_STATUS_ACTION_REQUIRED);
  builder.row().mutable_payment()->mutable_action()->set_redirect_url("https://bank.test");
  EXPECT_TRUE(builder.refreshed().has_action());
  builder.row().mutable_payment()->mutable_attempts(0)->set_status(v1::ATTEMPT_STATUS_AUTHORIZED);
  builder.row().mutable_attempts(0)->set_open_minor(10);
  builder.row().mutable_payment()->mutable_expire_time()->set_seconds(1);
  EXPECT_FALSE(builder.refreshed().has_action());
  EXPECT_TRUE(builder.refreshed().has_expire_time());
  builder.row().set_expired(true);
  EXPECT_FALSE(builder.refreshed().has_expire_time());
  EXPECT_EQ(builder.refreshed().capturable_minor(), 0);
}

}  // namespace
}  // namespace florin::payments
