#include "api/payments/wait.h"

#include <algorithm>

#include "contracts/convert.h"
#include "payments/rows.h"

namespace florin::api {
namespace {

using payments::v1::Payment;

constexpr Duration answer_margin = Duration::milliseconds(200);

std::optional<Payment> read(const Platform& platform, TenantId tenant, const std::string& payment_id) {
  const auto id = payments::PaymentId::parse(payment_id);
  if (!id) return std::nullopt;
  auto row = payments::find_payment(*platform.partition.snapshot(), tenant, *id);
  if (!row) return std::nullopt;
  return std::move(*row->mutable_payment());
}

}  // namespace

Result<Duration> wait_of(bool given, const google::protobuf::Duration& wait) {
  if (!given) return wait_default;
  const Duration asked = contracts::from_message(wait);
  if (asked.micros >= 0 && asked <= wait_max) return asked;
  return invalid_argument("field_invalid", "wait must be 0 to 60 seconds.").with_violation("wait", "must be 0s to 60s");
}

Duration time_to_wait(const rpc::Context& context, Duration wanted) {
  const auto left = context.remaining();
  return left ? std::max(std::min(wanted, *left - answer_margin), Duration{}) : wanted;
}

Task<Payment> wait_for_payment(Platform& platform, Executor& executor, Wait wait) {
  Payment payment = wait.payment;
  const Duration end = platform.clock.elapsed() + wait.at_most;
  while (!wait.until(payment) && !wait.stop.stop_requested()) {
    const Duration left = end - platform.clock.elapsed();
    if (left.micros <= 0) break;
    Completion<bool> woken(executor);
    const auto wake = [completer = woken.completer()] { completer(true); };
    // The watch is set before the payment is read, so no change falls between the two.
    const auto watch = platform.partition.watch(payment.id(), wake);
    const std::stop_callback on_stop(wait.stop, wake);
    if (auto now = read(platform, wait.tenant, payment.id())) payment = std::move(*now);
    if (wait.until(payment)) break;
    const auto timer = executor.post_after(left, wake);
    co_await woken;
    timer->cancel();
  }
  co_return payment;
}

}  // namespace florin::api
