#include "payments/testing/payments_fixture.h"

#include <utility>

#include "base/check.h"
#include "engine/recovery.h"
#include "ledger/queries.h"
#include "ledger/register.h"
#include "payments/commands.h"
#include "payments/register.h"

namespace florin::payments {
namespace {

using namespace connectors::v1;

engine::Registry make_registry(const Settings& settings, const std::function<void(engine::Registry&)>& declare_more) {
  engine::Registry registry;
  ledger::register_ledger(registry);
  register_payments(registry, settings);
  if (declare_more) declare_more(registry);
  return registry;
}

template <class Request>
void set_part(const Part& part, Request& request) {
  if (!part.amount_minor) return;
  request.mutable_amount()->set_currency(part.currency);
  request.mutable_amount()->set_minor(*part.amount_minor);
}

}  // namespace

PaymentsFixture::PaymentsFixture(Settings settings, const std::function<void(engine::Registry&)>& declare_more)
    : settings_(std::move(settings)),
      registry_(make_registry(settings_, declare_more)),
      partition_({.registry = &registry_, .limits = {}}) {
  connect(tenant, "sandbox", "default");
  connect(other, "sandbox", "default");
}

void PaymentsFixture::connect(TenantId owner, std::string_view connector, std::string_view psp_account) {
  const auto connected = run<Unit>(
      {}, [&](engine::Work& work) { return decide_connect_psp_account(work, owner, {connector, psp_account}); });
  CHECK(connected.ok());
}

Result<v1::CreatePaymentResponse> PaymentsFixture::try_create(const NewPayment& payment) {
  v1::CreatePaymentRequest request;
  request.mutable_amount()->set_currency(payment.currency);
  request.mutable_amount()->set_minor(payment.amount_minor);
  if (!payment.token.empty()) request.mutable_payment_method()->set_token(payment.token);
  if (payment.manual) request.set_capture_method(v1::CAPTURE_METHOD_MANUAL);
  request.set_confirm(payment.confirm);
  request.set_reference(payment.reference);
  request.set_return_url(payment.return_url);
  return run<v1::CreatePaymentResponse>(payment.tenant.empty() ? tenant : payment.tenant, [&](engine::Work& work) {
    return decide_create(work, settings_, request, payment.vault);
  });
}

std::string PaymentsFixture::create(const NewPayment& payment) {
  return try_create(payment).value().payment().id();
}

Result<v1::ConfirmPaymentResponse> PaymentsFixture::confirm(const std::string& payment_id, const std::string& token,
                                                            const VaultAnswer& vault) {
  v1::ConfirmPaymentRequest request;
  request.set_payment_id(payment_id);
  if (!token.empty()) request.mutable_payment_method()->set_token(token);
  return run<v1::ConfirmPaymentResponse>(
      tenant, [&](engine::Work& work) { return decide_confirm(work, settings_, request, vault); });
}

Result<v1::CapturePaymentResponse> PaymentsFixture::capture(const std::string& payment_id, const Part& part) {
  v1::CapturePaymentRequest request;
  request.set_payment_id(payment_id);
  request.set_final_capture(part.final_capture);
  set_part(part, request);
  return run<v1::CapturePaymentResponse>(tenant, [&](engine::Work& work) { return decide_capture(work, request); });
}

Result<v1::RefundPaymentResponse> PaymentsFixture::refund(const std::string& payment_id, const Part& part) {
  v1::RefundPaymentRequest request;
  request.set_payment_id(payment_id);
  set_part(part, request);
  return run<v1::RefundPaymentResponse>(tenant, [&](engine::Work& work) { return decide_refund(work, request); });
}

Result<v1::CancelPaymentResponse> PaymentsFixture::cancel(const std::string& payment_id) {
  v1::CancelPaymentRequest request;
  request.set_payment_id(payment_id);
  return run<v1::CancelPaymentResponse>(tenant, [&](engine::Work& work) { return decide_cancel(work, request); });
}

Result<v1::GetPaymentResponse> PaymentsFixture::shopper_returned(const std::string& payment_id) {
  return run<v1::GetPaymentResponse>(tenant,
                                     [&](engine::Work& work) { return decide_shopper_returned(work, payment_id); });
}

Status PaymentsFixture::leave_action(const std::string& payment_id) {
  const auto left = run<v1::GetPaymentResponse>(tenant, [&](engine::Work& work) -> Result<v1::GetPaymentResponse> {
    RETURN_IF_ERROR(decide_leave_action(work, payment_id));
    return v1::GetPaymentResponse();
  });
  return left.ok() ? ok() : Status(left.error());
}

PaymentRow PaymentsFixture::row(const std::string& payment_id) const {
  const auto id = PaymentId::parse(payment_id);
  CHECK(id);
  auto found = find_payment_of_any_tenant(state(), *id);
  CHECK(found);
  return *std::move(found);
}

std::vector<PaymentsFixture::Request> PaymentsFixture::requests() const {
  std::vector<Request> requests;
  for (const engine::Effect& effect : partition_.pending_effects()) {
    Request& request = requests.emplace_back();
    request.effect = effect.id;
    CHECK(request.content.ParseFromString(effect.payload));
  }
  return requests;
}

void PaymentsFixture::answer(const PspReply& reply) {
  const auto waiting = requests();
  CHECK(!waiting.empty(), "nothing was asked of the provider");
  answer(waiting.front().effect, reply);
}

void PaymentsFixture::end(engine::v1::EffectOutcome outcome) {
  const auto waiting = requests();
  CHECK(!waiting.empty(), "nothing was asked of the provider");
  end(waiting.front().effect, outcome);
}

void PaymentsFixture::answer(engine::EffectId effect, const PspReply& reply) {
  engine::EffectResult result;
  result.outcome = engine::v1::EFFECT_OUTCOME_ANSWERED;
  result.reply = reply.SerializeAsString();
  partition_.complete(effect, std::move(result));
}

void PaymentsFixture::end(engine::EffectId effect, engine::v1::EffectOutcome outcome) {
  engine::EffectResult result;
  result.outcome = outcome;
  partition_.complete(effect, std::move(result));
}

void PaymentsFixture::receive(PspWebhook content) {
  if (content.event_id().empty()) content.set_event_id("evt");
  const auto id = PaymentId::parse(content.reference());
  const auto found = id ? find_payment_of_any_tenant(state(), *id) : std::nullopt;
  const Webhook webhook{"sandbox", "default", content.SerializeAsString(), content};
  const auto received = run<Unit>(found ? tenant_of(*found) : TenantId{},
                                  [&](engine::Work& work) { return decide_webhook(work, settings_, webhook); });
  CHECK(received.ok());
}

PaymentsFixture::Books PaymentsFixture::books() const {
  Books books;
  const auto page = ledger::list_accounts(state(), tenant, {}).value();
  for (const auto& account : page.accounts()) {
    const std::array<std::int64_t, 4> figures = {
        std::stoll(account.debits_posted()), std::stoll(account.credits_posted()), std::stoll(account.debits_pending()),
        std::stoll(account.credits_pending())};
    if (figures != std::array<std::int64_t, 4>{}) books[account.path()] = figures;
  }
  return books;
}

std::string PaymentsFixture::replayed_digest() const {
  const auto scratch = engine::empty_state();
  const auto recovered = engine::recover({1, &partition_.journal(), &registry_, scratch.get()});
  CHECK(recovered.ok(), "{}", recovered.error().to_string());
  return engine::state_digest(scratch->latest());
}

PspReply replied(PspStatus status) {
  PspReply reply;
  reply.set_status(status);
  reply.set_psp_reference("psp_1");
  return reply;
}

PspReply challenged() {
  PspReply reply = replied(PSP_STATUS_ACTION_REQUIRED);
  reply.set_action_url("https://bank.test/check");
  return reply;
}

PspReply captured(std::int64_t amount_minor) {
  PspReply reply = replied(PSP_STATUS_CAPTURED);
  reply.set_authorized_minor(amount_minor);
  reply.set_captured_minor(amount_minor);
  return reply;
}

PspReply authorized(std::int64_t amount_minor) {
  PspReply reply = replied(PSP_STATUS_AUTHORIZED);
  reply.set_authorized_minor(amount_minor);
  return reply;
}

PspReply declined(bool soft) {
  PspReply reply = replied(soft ? PSP_STATUS_DECLINED_SOFT : PSP_STATUS_DECLINED_HARD);
  reply.mutable_failure()->set_code(common::v1::FAILURE_CODE_INSUFFICIENT_FUNDS);
  reply.mutable_failure()->set_actor(common::v1::FAILURE_ACTOR_SHOPPER);
  reply.mutable_failure()->set_retryable(soft);
  reply.mutable_failure()->set_message("No money.");
  return reply;
}

}  // namespace florin::payments
