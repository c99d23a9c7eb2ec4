#include "api/checkout/checkout_service.h"

#include "api/common/submit.h"
#include "checkout/commands.h"
#include "checkout/queries.h"
#include "checkout/secrets.h"

namespace florin::api {
namespace {

// Runs `decide` for the caller's tenant.
template <class Response, class Request, class Decide>
Task<Result<Response>> change(Platform& platform, rpc::Context& context, const Request& request, Decide decide) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_command<Response>(platform, context, *tenant, request, std::move(decide));
}

}  // namespace

Task<Result<checkout::v1::CreateCheckoutSessionResponse>> CheckoutService::create_checkout_session(
    const checkout::v1::CreateCheckoutSessionRequest& request, rpc::Context& context) {
  const std::string secret = checkout::make_session_secret(platform_.random);
  co_return co_await change<checkout::v1::CreateCheckoutSessionResponse>(
      platform_, context, request,
      [&](engine::Work& work) { return checkout::decide_create_session(work, settings_, request, secret); });
}

Task<Result<checkout::v1::CancelCheckoutSessionResponse>> CheckoutService::cancel_checkout_session(
    const checkout::v1::CancelCheckoutSessionRequest& request, rpc::Context& context) {
  co_return co_await change<checkout::v1::CancelCheckoutSessionResponse>(
      platform_, context, request,
      [&](engine::Work& work) { return checkout::decide_cancel_session(work, settings_, request); });
}

Task<Result<checkout::v1::CreatePaymentLinkResponse>> CheckoutService::create_payment_link(
    const checkout::v1::CreatePaymentLinkRequest& request, rpc::Context& context) {
  const std::string secret = checkout::make_link_secret(platform_.random);
  co_return co_await change<checkout::v1::CreatePaymentLinkResponse>(
      platform_, context, request,
      [&](engine::Work& work) { return checkout::decide_create_link(work, settings_, request, secret); });
}

Task<Result<checkout::v1::UpdatePaymentLinkResponse>> CheckoutService::update_payment_link(
    const checkout::v1::UpdatePaymentLinkRequest& request, rpc::Context& context) {
  co_return co_await change<checkout::v1::UpdatePaymentLinkResponse>(
      platform_, context, request,
      [&](engine::Work& work) { return checkout::decide_update_link(work, settings_, request); });
}

Task<Result<checkout::v1::GetCheckoutSessionResponse>> CheckoutService::get_checkout_session(
    const checkout::v1::GetCheckoutSessionRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<checkout::v1::GetCheckoutSessionResponse>(
      platform_, context, [&](const store::Reader& reader) {
        return checkout::get_session({reader, settings_, *tenant, platform_.clock.now()}, request);
      });
}

Task<Result<checkout::v1::ListCheckoutSessionsResponse>> CheckoutService::list_checkout_sessions(
    const checkout::v1::ListCheckoutSessionsRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<checkout::v1::ListCheckoutSessionsResponse>(
      platform_, context, [&](const store::Reader& reader) {
        return checkout::list_sessions({reader, settings_, *tenant, platform_.clock.now()}, request);
      });
}

Task<Result<checkout::v1::GetPaymentLinkResponse>> CheckoutService::get_payment_link(
    const checkout::v1::GetPaymentLinkRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<checkout::v1::GetPaymentLinkResponse>(
      platform_, context, [&](const store::Reader& reader) {
        return checkout::get_link({reader, settings_, *tenant, platform_.clock.now()}, request);
      });
}

Task<Result<checkout::v1::ListPaymentLinksResponse>> CheckoutService::list_payment_links(
    const checkout::v1::ListPaymentLinksRequest& request, rpc::Context& context) {
  const auto tenant = tenant_of(context);
  if (!tenant.ok()) co_return tenant.error();
  co_return co_await run_query<checkout::v1::ListPaymentLinksResponse>(
      platform_, context, [&](const store::Reader& reader) {
        return checkout::list_links({reader, settings_, *tenant, platform_.clock.now()}, request);
      });
}

}  // namespace florin::api
