#include "sandbox_psp/books.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {
namespace {

constexpr Timestamp start_time{1'790'000'000'000'000};

// One step of a random life of the sandbox.
struct Step {
  int action = 0;
  int payment = 0;
  int key = 0;
  std::int64_t amount = 1;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << step.action << "/" << step.payment << "/" << step.key << "/" << step.amount;
}

connectors::PspHttpRequest request_of(const Step& step) {
  connectors::PspHttpRequest request{.method = "POST", .url = {}, .headers = {}, .body = {}};
  request.headers.add("authorization", "Bearer sk");
  request.headers.add("idempotency-key", fmt::format("key_{}", step.key));
  if (step.action == 0) {
    request.url = "/v1/payments";
    request.body = fmt::format(
        R"({{"reference":"pay_{}","amount":{},"currency":"EUR","capture":{},"payment_method":"{}"}})", step.payment,
        step.amount, step.payment % 2 == 0, scenarios()[static_cast<std::size_t>(step.key) % scenarios().size()].token);
    return request;
  }
  constexpr const char* actions[] = {"capture", "void", "refund"};
  request.url = fmt::format("/v1/payments/psp_{}/{}", step.payment, actions[step.action - 1]);
  request.body = step.action == 2 ? "{}" : fmt::format(R"({{"amount":{}}})", step.amount);
  return request;
}

rc::Gen<std::vector<Step>> steps() {
  return rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
      rc::gen::set(&Step::action, rc::gen::inRange(0, 4)), rc::gen::set(&Step::payment, rc::gen::inRange(1, 6)),
      rc::gen::set(&Step::key, rc::gen::inRange(0, 60)),
      rc::gen::set(&Step::amount, rc::gen::inRange<std::int64_t>(1, 12))));
}

// The books' rules, counted anew from every payment and operation.
void check_books(const Books& books) {
  Totals sums;
  std::map<std::uint32_t, std::array<std::int64_t, 3>> done;  // by payment: captured, voided, refunded
  for (std::uint32_t n = 1; n <= books.operation_count(); ++n) {
    const Operation& operation = books.operation(n);
    if (operation.status == OperationStatus::succeeded) {
      done[operation.payment][static_cast<std::size_t>(operation.kind)] += operation.amount;
    }
  }
  for (std::uint32_t n = 1; n <= books.payment_count(); ++n) {
    const Payment& payment = books.payment(n);
    RC_ASSERT(payment.authorized == 0 || payment.authorized == payment.amount);
    RC_ASSERT(payment.capturable() >= 0);
    RC_ASSERT(payment.refundable() >= 0);
    RC_ASSERT(payment.capturing >= 0 && payment.refunding >= 0);
    // What the create captured at once has no operation.
    const std::int64_t at_once = payment.capture && payment.authorized > 0 ? payment.amount : 0;
    RC_ASSERT(payment.captured == at_once + done[n][0]);
    RC_ASSERT(payment.voided == done[n][1]);
    RC_ASSERT(payment.refunded == done[n][2]);
    sums.created.sum += payment.amount;
    sums.authorized.sum += payment.authorized;
    sums.captured.sum += payment.captured;
    sums.refunded.sum += payment.refunded;
    sums.voided.sum += payment.voided;
  }
  if (books.totals().empty()) return;
  const Totals& totals = books.totals().at("EUR");
  RC_ASSERT(totals.created.sum == sums.created.sum && totals.authorized.sum == sums.authorized.sum);
  RC_ASSERT(totals.captured.sum == sums.captured.sum && totals.refunded.sum == sums.refunded.sum);
  RC_ASSERT(totals.voided.sum == sums.voided.sum);
}

RC_GTEST_PROP(Books, HoldTheirRulesWhateverIsAsked, ()) {
  ServiceOptions options;
  options.api_key = "sk";
  Service service(options);
  Timestamp now = start_time;
  std::string log;
  for (const Step& step : *steps()) {
    const auto request = request_of(step);
    (void)service.handle(request, now);
    // The same request again changes nothing.
    const auto payments = service.books().payment_count();
    const auto operations = service.books().operation_count();
    const auto totals = service.books().totals();
    (void)service.handle(request, now);
    RC_ASSERT(service.books().payment_count() == payments && service.books().operation_count() == operations);
    RC_ASSERT(service.books().totals() == totals);
    now = now + Duration::milliseconds(100);
    log += service.take_log();
  }
  check_books(service.books());
  // The records alone give the same books.
  Service restored(options);
  for (std::string_view rest = log; !rest.empty();) {
    const auto frame = read_frame(rest);
    RC_ASSERT(frame.has_value());
    RC_ASSERT(restored.restore(frame->record).ok());
    rest.remove_prefix(frame->size);
  }
  RC_ASSERT(restored.books().totals() == service.books().totals());
  RC_ASSERT(restored.books().settlements() == service.books().settlements());
  RC_ASSERT(restored.books().outbox().size() == service.books().outbox().size());
}

TEST(Books, RefuseRecordsThatBreakTheirRules) {
  Books books;
  const PaymentCreated good{.at = start_time, .key = "a", .reference = "r", .currency = "EUR", .amount = 10};
  books.apply(good);
  const auto refused = [&](const Record& record) { return !books.check(record).ok(); };
  EXPECT_TRUE(refused(good)) << "the key is taken";
  PaymentCreated other = good;
  other.key = "b";
  other.amount = 0;
  EXPECT_TRUE(refused(other));
  EXPECT_TRUE(refused(PaymentChanged{.payment = 1, .status = PaymentStatus::captured})) << "not open";
  EXPECT_TRUE(refused(PaymentChanged{.payment = 2}));
  OperationCreated capture{.at = start_time, .payment = 1, .kind = OperationKind::capture, .key = "c", .amount = 11};
  EXPECT_TRUE(refused(capture));
  capture.amount = 10;
  EXPECT_FALSE(refused(capture));
  capture.kind = OperationKind::refund;
  EXPECT_TRUE(refused(capture));
  EXPECT_TRUE(refused(OperationChanged{.operation = 1, .status = OperationStatus::succeeded}));
  EXPECT_TRUE(refused(WebhookEnded{.webhook = 1}));
}

}  // namespace
}  // namespace florin::sandbox_psp
