#include "api/checkout/wait.h"

#include <stop_token>

#include "api/payments/wait.h"
#include "base/executor.h"

namespace florin::api {
namespace {

using checkout::v1::Checkout;
using Snapshot = std::shared_ptr<const store::Snapshot>;

// How long state may take to come up with what was decided.
constexpr Duration state_wait = Duration::seconds(5);

Task<Result<Snapshot>> state_from(Platform& platform, rpc::Context& context, std::uint64_t sequence) {
  Completion<Result<Snapshot>> done(context.executor());
  platform.partition.snapshot_at(
      sequence, platform.clock.now() + state_wait,
      [completer = done.completer()](Result<Snapshot> state) { completer(std::move(state)); });
  co_return co_await done;
}

}  // namespace

Task<Result<Checkout>> wait_for_checkout(Platform& platform, rpc::Context& context, CheckoutWait wait) {
  const Duration end = platform.clock.elapsed() + time_to_wait(context, wait.at_most);
  const auto state = co_await state_from(platform, context, wait.sequence);
  if (!state.ok()) co_return state.error();
  auto checkout = wait.read(**state);
  while (checkout.ok() && !wait.until(*checkout) && !context.stop_token().stop_requested()) {
    const Duration left = end - platform.clock.elapsed();
    if (left.micros <= 0) break;
    Completion<bool> woken(context.executor());
    const auto wake = [completer = woken.completer()] { completer(true); };
    // The watches are set before the checkout is read, so no change falls between. What changes the payment is filed
    // under it, and what makes or ends it under the session.
    const auto session = platform.partition.watch(checkout->session_id(), wake);
    const std::string& payment_id = checkout->payment().payment_id();
    const auto payment = payment_id.empty() ? nullptr : platform.partition.watch(payment_id, wake);
    const std::stop_callback on_stop(context.stop_token(), wake);
    checkout = wait.read(*platform.partition.snapshot());
    if (!checkout.ok() || wait.until(*checkout)) break;
    const auto timer = context.executor().post_after(left, wake);
    co_await woken;
    timer->cancel();
  }
  co_return checkout;
}

}  // namespace florin::api
