#include "api/checkout/shopper_service.h"

#include "api/checkout/wait.h"
#include "api/common/shopper.h"
#include "api/common/submit.h"
#include "api/payments/wait.h"
#include "checkout/commands.h"
#include "checkout/secrets.h"

namespace florin::api {
namespace {

using checkout::Shopper;
using checkout::v1::Checkout;
using payments::v1::PaymentStatus;

bool is_open(const Checkout& checkout) {
  return checkout.status() == checkout::v1::CHECKOUT_SESSION_STATUS_OPEN;
}

// The outcome of a try is there, or the shopper must act.
bool is_settled(const Checkout& checkout) {
  return !is_open(checkout) || checkout.payment().status() != payments::v1::PAYMENT_STATUS_PROCESSING;
}

// Nothing is asked of the shopper any more, and the provider has agreed.
bool has_left_action(const Checkout& checkout) {
  return is_settled(checkout) && checkout.payment().status() != payments::v1::PAYMENT_STATUS_REQUIRES_ACTION;
}

// The error of a link's secret where a session's is needed, and the other way round.
Error wrong_secret() {
  return invalid_argument("checkout_secret_wrong",
                          "OpenPaymentLink takes the secret of a payment link (l_...), the other methods that of a "
                          "session (s_...).")
      .with_violation("secret", "must be of the other kind");
}

}  // namespace

Result<Checkout> ShopperService::view(const store::Reader& state, const Shopper& shopper) const {
  return checkout::view_checkout({state, settings_, shopper.tenant, platform_.clock.now()}, *shopper.session);
}

Task<Result<checkout::v1::OpenPaymentLinkResponse>> ShopperService::open_payment_link(
    const checkout::v1::OpenPaymentLinkRequest& request, rpc::Context& context) {
  const Shopper shopper = shopper_of(context);
  if (!shopper.link) co_return wrong_secret();
  auto command = shopper_command_context(context, shopper, request);
  if (!command.ok()) co_return std::move(command).error();
  const std::string secret = checkout::make_session_secret(platform_.random);
  co_return co_await submit_for<checkout::v1::OpenPaymentLinkResponse>(
      platform_, context, std::move(*command),
      [&](engine::Work& work) -> Result<checkout::v1::OpenPaymentLinkResponse> {
        ASSIGN_OR_RETURN(const auto opened, checkout::decide_open_link(work, *shopper.link, secret));
        checkout::v1::OpenPaymentLinkResponse response;
        response.set_secret(opened.secret);
        ASSIGN_OR_RETURN(
            *response.mutable_checkout(),
            checkout::view_checkout({work.state(), settings_, shopper.tenant, work.now()}, opened.session));
        return response;
      });
}

Task<Result<checkout::v1::GetCheckoutResponse>> ShopperService::get_checkout(
    const checkout::v1::GetCheckoutRequest& request, rpc::Context& context) {
  const Shopper shopper = shopper_of(context);
  if (!shopper.session) co_return wrong_secret();
  const auto wait = request.has_wait() ? wait_of(true, request.wait()) : Result<Duration>(Duration{});
  if (!wait.ok()) co_return wait.error();
  const auto has_news = [known = request.known_status()](const Checkout& checkout) {
    return !is_open(checkout) || checkout.payment().status() != known;
  };
  auto now = co_await wait_for_checkout(
      platform_, context,
      {.read = [&](const store::Reader& state) { return view(state, shopper); }, .until = has_news, .at_most = *wait});
  if (!now.ok()) co_return std::move(now).error();
  checkout::v1::GetCheckoutResponse response;
  *response.mutable_checkout() = std::move(*now);
  co_return response;
}

Task<Result<checkout::v1::PayCheckoutResponse>> ShopperService::pay_checkout(
    const checkout::v1::PayCheckoutRequest& request, rpc::Context& context) {
  const Shopper shopper = shopper_of(context);
  if (!shopper.session) co_return wrong_secret();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  auto command = shopper_command_context(context, shopper, request);
  if (!command.ok()) co_return std::move(command).error();
  const std::string& token = request.payment_method().token();
  // A card belongs to the session, so that a second try may use it again.
  const auto card = co_await cards_.for_payment(context, shopper.tenant, token, shopper.session->to_string());
  const auto reply =
      co_await submit(platform_, context, std::move(*command), [&](engine::Work& work) -> Result<std::string> {
        RETURN_IF_ERROR(checkout::decide_pay(work, settings_, {*shopper.session, token, card}));
        return std::string();
      });
  if (!reply.ok()) co_return reply.error();
  auto now = co_await wait_for_checkout(platform_, context,
                                        {.read = [&](const store::Reader& state) { return view(state, shopper); },
                                         .until = &is_settled,
                                         .at_most = *wait,
                                         .sequence = reply->sequence});
  if (!now.ok()) co_return std::move(now).error();
  checkout::v1::PayCheckoutResponse response;
  *response.mutable_checkout() = std::move(*now);
  co_return response;
}

Task<Result<checkout::v1::LeaveActionResponse>> ShopperService::leave_action(
    const checkout::v1::LeaveActionRequest& request, rpc::Context& context) {
  const Shopper shopper = shopper_of(context);
  if (!shopper.session) co_return wrong_secret();
  const auto wait = wait_of(request.has_wait(), request.wait());
  if (!wait.ok()) co_return wait.error();
  auto command = shopper_command_context(context, shopper, request);
  if (!command.ok()) co_return std::move(command).error();
  const auto reply =
      co_await submit(platform_, context, std::move(*command), [&](engine::Work& work) -> Result<std::string> {
        RETURN_IF_ERROR(checkout::decide_leave_action(work, *shopper.session));
        return std::string();
      });
  if (!reply.ok()) co_return reply.error();
  auto now = co_await wait_for_checkout(platform_, context,
                                        {.read = [&](const store::Reader& state) { return view(state, shopper); },
                                         .until = &has_left_action,
                                         .at_most = *wait,
                                         .sequence = reply->sequence});
  if (!now.ok()) co_return std::move(now).error();
  checkout::v1::LeaveActionResponse response;
  *response.mutable_checkout() = std::move(*now);
  co_return response;
}

}  // namespace florin::api
