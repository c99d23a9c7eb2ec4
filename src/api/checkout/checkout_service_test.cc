// Checkout as merchants and shoppers meet it: the interceptors around the real services.
#include "api/checkout/checkout_service.h"

#include <gmock/gmock.h>

#include "api/checkout/shopper_service.h"
#include "api/common/authenticate.h"
#include "api/common/error_detail.h"
#include "api/common/limit_calls.h"
#include "api/common/submit.h"
#include "api/common/validate.h"
#include "checkout/testing/checkout_fixture.h"
#include "florin/common/v1/error.pb.h"
#include "rpc/router.h"
#include "rpc/testing/memory_channel.h"
#include "tenants/tenants.h"

namespace florin::api {
namespace {

using checkout::CheckoutFixture;
using checkout::secret_in;
using payments::captured;
using payments::challenged;
using payments::declined;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
namespace pb = checkout::v1;

Error decode_error(rpc::WireError wire) {
  common::v1::ErrorDetail detail;
  for (const ErrorPayload& payload : wire.details) {
    if (payload.type == "florin.common.v1.ErrorDetail") detail.ParseFromString(payload.bytes);
  }
  return {wire.code, static_cast<ErrorDomain>(detail.domain()), detail.reason(), wire.message};
}

// The partition's own time.
class LaneClock final : public Clock {
 public:
  explicit LaneClock(const engine::SynchronousPartition& partition) : partition_(partition) {}
  Timestamp now() const override { return partition_.now(); }
  Duration elapsed() const override { return {partition_.now().micros}; }

 private:
  const engine::SynchronousPartition& partition_;
};

class CheckoutCallsTest : public testing::Test {
 protected:
  CheckoutCallsTest() {
    pb::mount(router_, merchants_);
    pb::mount(router_, shoppers_);
  }

  static std::string reason(const auto& result) { return result.ok() ? "ok" : result.error().reason(); }

  // The secret of a new key of the fixture's tenant.
  std::string make_key(const std::vector<std::string>& permissions) {
    const auto secret =
        tenants::make_secret(system_random(), tenants::SecretKind::secret, tenants::v1::ENVIRONMENT_SANDBOX);
    tenants::v1::CreateApiKeyRequest request;
    request.set_name("Key");
    for (const auto& permission : permissions) request.add_permissions(permission);
    const auto made = f_.run<tenants::v1::CreateApiKeyResponse>(
        f_.tenant, [&](engine::Work& work) { return tenants::decide_create_api_key(work, request, secret.record); });
    EXPECT_EQ(reason(made), "ok");
    return secret.text;
  }
  rpc::CallOptions with_key(const std::string& secret, const std::string& idempotency_key = {}) {
    rpc::CallOptions options = as_shopper(idempotency_key);
    options.headers.add("authorization", "Bearer " + secret);
    return options;
  }
  rpc::CallOptions as_merchant(const std::string& idempotency_key = {}) { return with_key(key_, idempotency_key); }
  // No key: the secret in the request is the authority.
  rpc::CallOptions as_shopper(const std::string& idempotency_key = {}) {
    rpc::CallOptions options;
    options.metadata = &metadata_;
    if (!idempotency_key.empty()) options.headers.add(std::string(idempotency_header), idempotency_key);
    return options;
  }

  static pb::CreateCheckoutSessionRequest sale(std::int64_t amount_minor = 1'000) {
    pb::CreateCheckoutSessionRequest request;
    *request.mutable_terms() = checkout::terms_of({.amount_minor = amount_minor});
    return request;
  }
  pb::CheckoutSession create(const std::string& idempotency_key = {}) {
    return merchant_.create_checkout_session(sale(), as_merchant(idempotency_key)).value().session();
  }
  // The secret of a new session's page.
  std::string page() { return secret_in(create().url()); }
  pb::PaymentLink create_link(pb::PaymentLinkUse use = pb::PAYMENT_LINK_USE_REUSABLE) {
    pb::CreatePaymentLinkRequest request;
    *request.mutable_terms() = sale().terms();
    request.set_use(use);
    return merchant_.create_payment_link(request, as_merchant()).value().payment_link();
  }
  // Does not wait for the outcome.
  Result<pb::PayCheckoutResponse> pay(const std::string& secret, const std::string& idempotency_key = {},
                                      const std::string& token = "tok_success") {
    pb::PayCheckoutRequest request;
    request.set_secret(secret);
    request.mutable_payment_method()->set_token(token);
    request.mutable_wait();
    return shopper_.pay_checkout(request, as_shopper(idempotency_key));
  }
  Result<pb::GetCheckoutResponse> get(const std::string& secret) {
    pb::GetCheckoutRequest request;
    request.set_secret(secret);
    return shopper_.get_checkout(request, as_shopper());
  }
  pb::Checkout seen(const std::string& secret) { return get(secret).value().checkout(); }
  Result<pb::OpenPaymentLinkResponse> open(const std::string& secret) {
    pb::OpenPaymentLinkRequest request;
    request.set_secret(secret);
    return shopper_.open_payment_link(request, as_shopper());
  }
  Result<pb::LeaveActionResponse> leave(const std::string& secret) {
    pb::LeaveActionRequest request;
    request.set_secret(secret);
    request.mutable_wait();
    return shopper_.leave_action(request, as_shopper());
  }

  CheckoutFixture f_;
  LaneClock clock_{f_.partition()};
  Platform platform_{f_.partition(), clock_, system_random()};
  tenants::KeyRing keys_{[this] { return f_.partition().snapshot(); }, clock_};
  Browser browser_{""};
  Authenticate authenticate_{{keys_, platform_, browser_}};
  LimitCalls limit_calls_{clock_};
  Validate validate_;
  CheckoutService merchants_{platform_, f_.checkout_settings()};
  ShopperService shoppers_{platform_, f_.checkout_settings()};
  rpc::Router router_{{.interceptors = {&authenticate_, &limit_calls_, &validate_},
                       .error_encoder = error_detail_encoder(system_random()),
                       .clock = &clock_}};
  rpc::MemoryChannel channel_{router_, {.error_decoder = &decode_error}};
  pb::CheckoutServiceClient merchant_{channel_};
  pb::ShopperServiceClient shopper_{channel_};
  rpc::ReplyMetadata metadata_;
  const std::string key_ = make_key({"checkout.read", "checkout.write"});
};

// ---- the merchant ----

TEST_F(CheckoutCallsTest, ASessionIsMadeReadListedAndCanceled) {
  const auto made = create();
  EXPECT_THAT(made.url(), StartsWith("https://pay.test/checkout/#s_"));
  pb::GetCheckoutSessionRequest get_it;
  get_it.set_session_id(made.id());
  EXPECT_EQ(merchant_.get_checkout_session(get_it, as_merchant())->session().SerializeAsString(),
            made.SerializeAsString());
  EXPECT_EQ(merchant_.list_checkout_sessions({}, as_merchant())->sessions(0).id(), made.id());
  pb::CancelCheckoutSessionRequest cancel_it;
  cancel_it.set_session_id(made.id());
  EXPECT_EQ(merchant_.cancel_checkout_session(cancel_it, as_merchant())->session().status(),
            pb::CHECKOUT_SESSION_STATUS_CANCELED);
}

TEST_F(CheckoutCallsTest, TheSameIdempotencyKeyMakesTheSameSession) {
  const auto first = create("order-7");
  const auto again = create("order-7");
  EXPECT_EQ(again.id(), first.id());
  EXPECT_EQ(again.url(), first.url()) << "with the secret it had";
  EXPECT_EQ(reason(merchant_.create_checkout_session(sale(2'000), as_merchant("order-7"))), "idempotency_key_reused");
  EXPECT_NE(create().id(), first.id());
}

TEST_F(CheckoutCallsTest, LinksAreMadeReadListedAndTurnedOff) {
  const auto made = create_link();
  pb::GetPaymentLinkRequest get_it;
  get_it.set_payment_link_id(made.id());
  EXPECT_EQ(merchant_.get_payment_link(get_it, as_merchant())->payment_link().url(), made.url());
  EXPECT_EQ(merchant_.list_payment_links({}, as_merchant())->payment_links(0).id(), made.id());
  pb::UpdatePaymentLinkRequest off;
  off.set_payment_link_id(made.id());
  EXPECT_EQ(merchant_.update_payment_link(off, as_merchant())->payment_link().status(),
            pb::PAYMENT_LINK_STATUS_INACTIVE);
}

TEST_F(CheckoutCallsTest, AKeyMustHoldThePermission) {
  const auto reader = with_key(make_key({"checkout.read"}));
  EXPECT_EQ(reason(merchant_.list_checkout_sessions({}, reader)), "ok");
  EXPECT_EQ(reason(merchant_.create_checkout_session(sale(), reader)), "permission_missing");
  const auto of_payments = with_key(make_key({"payments.read", "payments.write"}));
  EXPECT_EQ(reason(merchant_.list_checkout_sessions({}, of_payments)), "permission_missing");
  EXPECT_EQ(reason(merchant_.create_checkout_session(sale(), as_shopper())), "api_key_missing");
}

TEST_F(CheckoutCallsTest, TheContractsFieldsAreChecked) {
  auto without_items = sale();
  without_items.mutable_terms()->clear_line_items();
  EXPECT_EQ(reason(merchant_.create_checkout_session(without_items, as_merchant())), "field_invalid");
  auto too_many = sale();
  too_many.mutable_terms()->mutable_line_items(0)->set_quantity(1'000'001);
  EXPECT_EQ(reason(merchant_.create_checkout_session(too_many, as_merchant())), "field_invalid");
  auto nowhere = sale();
  nowhere.mutable_terms()->set_cancel_url("javascript:alert(1)");
  EXPECT_EQ(reason(merchant_.create_checkout_session(nowhere, as_merchant())), "field_invalid");
  pb::ListCheckoutSessionsRequest of_nothing;
  of_nothing.set_payment_link_id("lnk_garbage");
  EXPECT_EQ(reason(merchant_.list_checkout_sessions(of_nothing, as_merchant())), "field_invalid")
      << "not the list without a filter";
  EXPECT_EQ(reason(merchant_.create_checkout_session(sale(0), as_merchant())), "amount_out_of_range");
}

// ---- the shopper ----

TEST_F(CheckoutCallsTest, TheSecretAloneLetsTheShopperPay) {
  const std::string secret = page();
  EXPECT_EQ(seen(secret).status(), pb::CHECKOUT_SESSION_STATUS_OPEN);
  EXPECT_EQ(pay(secret)->checkout().payment().status(), payments::v1::PAYMENT_STATUS_PROCESSING);
  f_.answer(captured(1'000));
  EXPECT_EQ(seen(secret).status(), pb::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(reason(pay(secret)), "ok") << "and pays nothing more";
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(CheckoutCallsTest, WithoutTheSecretThereIsNothing) {
  const std::string secret = page();
  EXPECT_EQ(reason(get("")), "checkout_secret_missing");
  for (const std::string& wrong : {std::string("s_"), std::string("l_"), secret.substr(0, 20), secret + "0",
                                   std::string("s_") + std::string(32, '0'), std::string("\0s_", 3)}) {
    EXPECT_EQ(reason(get(wrong)), "checkout_not_found") << wrong;
    EXPECT_EQ(reason(pay(wrong)), "checkout_not_found") << wrong;
    EXPECT_EQ(reason(open(wrong)), "checkout_not_found") << wrong;
    EXPECT_EQ(reason(leave(wrong)), "checkout_not_found") << wrong;
  }
  pb::GetCheckoutRequest request;
  request.set_secret("s_wrong");
  EXPECT_EQ(reason(shopper_.get_checkout(request, as_merchant())), "checkout_not_found") << "a key does not help";
}

TEST_F(CheckoutCallsTest, ASecretIsGoodForItsOwnMethods) {
  const std::string session = page();
  const std::string link = secret_in(create_link().url());
  EXPECT_EQ(reason(open(session)), "checkout_secret_wrong");
  EXPECT_EQ(reason(get(link)), "checkout_secret_wrong");
  EXPECT_EQ(reason(pay(link)), "checkout_secret_wrong");
  EXPECT_EQ(reason(leave(link)), "checkout_secret_wrong");
}

TEST_F(CheckoutCallsTest, APageOfAnotherOriginIsTurnedAway) {
  const std::string secret = page();
  pb::PayCheckoutRequest request;
  request.set_secret(secret);
  request.mutable_payment_method()->set_token("tok_success");
  auto options = as_shopper();
  options.headers.add("origin", "https://evil.test");
  EXPECT_EQ(reason(shopper_.pay_checkout(request, options)), "foreign_origin");
  EXPECT_TRUE(f_.requests().empty());
}

TEST_F(CheckoutCallsTest, ALinkOpensSessions) {
  const auto link = create_link(pb::PAYMENT_LINK_USE_SINGLE);
  const auto first = open(secret_in(link.url())).value();
  EXPECT_THAT(first.secret(), StartsWith("s_"));
  EXPECT_EQ(first.checkout().amount().minor(), 1'000);
  EXPECT_EQ(open(secret_in(link.url()))->secret(), first.secret());
  EXPECT_EQ(seen(first.secret()).session_id(), first.checkout().session_id());
  EXPECT_EQ(reason(pay(first.secret())), "ok");
  f_.answer(captured(1'000));
  EXPECT_EQ(reason(open(secret_in(link.url()))), "payment_link_not_active");
}

TEST_F(CheckoutCallsTest, AnIdempotencyKeyIsThePagesOwn) {
  const std::string mine = page();
  const std::string hers = page();
  EXPECT_EQ(reason(pay(mine, "try-1")), "ok");
  EXPECT_EQ(reason(pay(hers, "try-1")), "ok") << "two shoppers may choose the same";
  EXPECT_EQ(f_.requests().size(), 2u);
  f_.answer(declined());
  f_.answer(captured(1'000));
  EXPECT_EQ(seen(mine).payment().tries_left(), 9);

  EXPECT_EQ(reason(pay(mine, "try-1")), "ok");
  EXPECT_TRUE(f_.requests().empty()) << "the same call, sent again, is no second try";
  EXPECT_EQ(reason(pay(mine, "try-1", "tok_wallet")), "idempotency_key_reused");
  EXPECT_EQ(reason(pay(mine, "try-2")), "ok");
  EXPECT_EQ(f_.requests().size(), 1u);
  f_.answer(captured(1'000));
  EXPECT_EQ(seen(mine).status(), pb::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_EQ(seen(hers).status(), pb::CHECKOUT_SESSION_STATUS_COMPLETED);
}

TEST_F(CheckoutCallsTest, ARefusalLeavesNoTrace) {
  const std::string secret = page();
  EXPECT_EQ(reason(pay(secret, "try-1", "tok_upi")), "payment_method_not_offered");
  EXPECT_EQ(reason(pay(secret, "try-1", "tok_card_00000000000000000000000000000000")), "vault_missing");
  EXPECT_FALSE(seen(secret).has_payment());
  EXPECT_EQ(reason(pay(secret, "try-1")), "ok") << "the key was not used up";
}

TEST_F(CheckoutCallsTest, ThePaymentKnowsThatAShopperMadeIt) {
  const std::string secret = page();
  ASSERT_EQ(reason(pay(secret)), "ok");
  const auto events = f_.partition().events(f_.tenant, seen(secret).session_id());
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().context.actor.kind, journal::v1::ACTOR_KIND_SHOPPER);
  EXPECT_EQ(events.back().context.actor.id, seen(secret).session_id());
}

TEST_F(CheckoutCallsTest, AnActionIsShownAndLeft) {
  const std::string secret = page();
  ASSERT_EQ(reason(pay(secret)), "ok");
  f_.answer(challenged());
  EXPECT_EQ(seen(secret).payment().action().redirect_url(), "https://bank.test/check");
  EXPECT_EQ(leave(secret)->checkout().payment().status(), payments::v1::PAYMENT_STATUS_REQUIRES_ACTION)
      << "the provider has yet to agree";
  f_.answer(payments::replied(connectors::v1::PSP_STATUS_SUCCEEDED));
  EXPECT_EQ(leave(secret)->checkout().payment().status(), payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD);
}

TEST_F(CheckoutCallsTest, NoAnswerToAShopperHoldsTheSecretOrWhatIsTheMerchants) {
  const std::string secret = page();
  ASSERT_EQ(reason(pay(secret)), "ok");
  auto refused = declined(false);
  refused.mutable_failure()->set_code(common::v1::FAILURE_CODE_LOST_OR_STOLEN);
  refused.mutable_failure()->set_psp_code("lost_card");
  f_.answer(refused);
  const auto checkout = seen(secret);
  EXPECT_EQ(checkout.payment().failure().code(), common::v1::FAILURE_CODE_DO_NOT_HONOR);
  EXPECT_THAT(checkout.SerializeAsString(), Not(HasSubstr(secret)));
  EXPECT_THAT(checkout.SerializeAsString(), Not(HasSubstr("lost")));
  EXPECT_THAT(checkout.SerializeAsString(), Not(HasSubstr("No money")));
}

}  // namespace
}  // namespace florin::api
