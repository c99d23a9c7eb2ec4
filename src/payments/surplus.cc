#include "payments/surplus.h"

#include <algorithm>

#include "florin/payments/v1/events.pb.h"
#include "payments/fold.h"
#include "payments/limits.h"
#include "payments/operations.h"

namespace florin::payments {
namespace {

bool is_being_undone(const PaymentRow& row, int attempt) {
  const std::string& attempt_id = row.payment().attempts(attempt).id();
  return has_open_operation(row, v1::OPERATION_KIND_VOID, attempt_id) ||
         has_open_operation(row, v1::OPERATION_KIND_REFUND, attempt_id);
}

Duration wait_after(std::uint32_t tries) {
  Duration wait = surplus_wait_min;
  for (std::uint32_t i = 1; i < tries && wait < surplus_wait_max; ++i) wait = wait + wait;
  return std::min(wait, surplus_wait_max);
}

void give_up(engine::Work& work, const PaymentRow& row, int attempt) {
  if (row.attempts(attempt).surplus_given_up()) return;
  v1::SurplusGivenUp event;
  event.set_payment_id(row.payment().id());
  event.set_attempt_id(row.payment().attempts(attempt).id());
  event.set_amount_minor(surplus_minor(row, attempt));
  event.set_tries(row.attempts(attempt).surplus_tries());
  work.emit(row.payment().id(), event);
}

}  // namespace

void give_back_surplus(engine::Work& work, const PaymentRow& row, int attempt) {
  const std::int64_t surplus = surplus_minor(row, attempt);
  if (surplus == 0 || is_being_undone(row, attempt)) return;
  if (row.attempts(attempt).surplus_tries() >= surplus_tries_max) {
    give_up(work, row, attempt);
  } else if (row.attempts(attempt).open_minor() > 0) {
    // What is captured beside it follows when the void is done.
    void_attempt(work, row, attempt, {.cause = v1::VOID_CAUSE_SURPLUS});
  } else {
    refund_attempt(work, row, attempt, {.amount_minor = surplus, .reason = "surplus charge", .surplus = true});
  }
}

void give_back_all(engine::Work& work, const PaymentRow& row) {
  for (int i = 0; i < row.attempts_size(); ++i) give_back_surplus(work, reload(work.state(), row), i);
}

void retry_surplus_later(engine::Work& work, const PaymentRow& row, int attempt) {
  if (surplus_minor(row, attempt) == 0) return;
  const std::uint32_t tries = row.attempts(attempt).surplus_tries();
  if (tries >= surplus_tries_max) return give_up(work, row, attempt);
  work.set_timer({.kind = std::string(surplus_timer),
                  .subject = row.payment().id(),
                  .due = work.now() + wait_after(tries),
                  .payload = row.payment().attempts(attempt).id()});
}

void on_surplus_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = PaymentId::parse(timer.subject);
  const auto row = id ? find_payment(work.state(), work.tenant(), *id) : std::nullopt;
  const auto attempt = row ? attempt_index(*row, timer.payload) : std::nullopt;
  if (attempt) give_back_surplus(work, *row, *attempt);
}

}  // namespace florin::payments
