// The interceptors and submit, around calls of services whose handlers only note what they were given.
#include <gmock/gmock.h>

#include "api/common/authenticate.h"
#include "api/common/caller.h"
#include "api/common/error_detail.h"
#include "api/common/limit_calls.h"
#include "api/common/shopper.h"
#include "api/common/submit.h"
#include "checkout/secrets.h"
#include "checkout/testing/checkout_fixture.h"
#include "florin/checkout/v1/shopper.connect.h"
#include "florin/common/v1/error.pb.h"
#include "florin/payments/v1/payments.connect.h"
#include "florin/tenants/v1/tenants.connect.h"
#include "rpc/router.h"
#include "rpc/testing/memory_channel.h"
#include "tenants/testing/tenants_fixture.h"

namespace florin::api {
namespace {

using payments::v1::CreatePaymentRequest;
using payments::v1::CreatePaymentResponse;
using payments::v1::GetPaymentResponse;

// The reason in the ErrorDetail of an answer.
Error decode_error(rpc::WireError wire) {
  common::v1::ErrorDetail detail;
  for (const ErrorPayload& payload : wire.details) {
    if (payload.type == "florin.common.v1.ErrorDetail") detail.ParseFromString(payload.bytes);
  }
  return {wire.code, static_cast<ErrorDomain>(detail.domain()), detail.reason(), wire.message};
}

class NotingService final : public payments::v1::PaymentServiceHandler {
 public:
  explicit NotingService(Platform& platform) : platform_(platform) {}

  // The answer's payment is for the amount asked for, and its description counts the decisions.
  Task<Result<CreatePaymentResponse>> create_payment(const CreatePaymentRequest& request,
                                                     rpc::Context& context) override {
    const auto tenant = tenant_of(context);
    if (!tenant.ok()) co_return tenant.error();
    co_return co_await run_command<CreatePaymentResponse>(
        platform_, context, *tenant, request, [&](engine::Work& work) -> Result<CreatePaymentResponse> {
          last_command = work.context();
          CreatePaymentResponse response;
          response.mutable_payment()->set_description(std::to_string(++decided));
          return response;
        });
  }
  Task<Result<GetPaymentResponse>> get_payment(const payments::v1::GetPaymentRequest&, rpc::Context& context) override {
    const auto tenant = tenant_of(context);
    if (!tenant.ok()) co_return tenant.error();
    co_return co_await run_query<GetPaymentResponse>(platform_, context,
                                                     [&](const store::Reader&) -> Result<GetPaymentResponse> {
                                                       ++read;
                                                       return GetPaymentResponse();
                                                     });
  }

  int decided = 0;
  int read = 0;
  engine::CommandContext last_command;

 private:
  Platform& platform_;
};

class CallsTest : public testing::Test {
 protected:
  CallsTest() {
    payments::v1::mount(router_, service_);
    tenants::v1::mount(router_, tenants_);
  }
  rpc::CallOptions with_key(const std::string& secret) {
    rpc::CallOptions options;
    options.headers.add("authorization", "Bearer " + secret);
    options.metadata = &metadata_;
    return options;
  }
  rpc::CallOptions as_shop() { return with_key(shop_.secret.text); }
  std::string create(const rpc::CallOptions& options, std::int64_t minor = 1) {
    CreatePaymentRequest request;
    request.mutable_amount()->set_minor(minor);
    (*request.mutable_metadata())["b"] = "2";
    (*request.mutable_metadata())["a"] = "1";
    const auto response = client_.create_payment(request, options);
    return response.ok() ? response->payment().description() : response.error().reason();
  }
  std::string get(const rpc::CallOptions& options) {
    const auto response = client_.get_payment({}, options);
    return response.ok() ? "ok" : response.error().reason();
  }
  std::optional<std::string> answered(std::string_view header) {
    const auto value = metadata_.headers.get(header);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  }

  tenants::TenantsFixture tenants_fixture_;
  engine::ManualClock clock_{tenants_fixture_.partition().now()};
  Platform platform_{tenants_fixture_.partition(), clock_, system_random()};
  tenants::TenantsFixture::Made shop_ = tenants_fixture_.create_tenant("shop");
  tenants::KeyRing keys_{[this] { return tenants_fixture_.partition().snapshot(); }, clock_};
  Browser browser_{""};
  Authenticate authenticate_{{keys_, platform_, browser_}};
  NotingService service_{platform_};
  tenants::v1::TenantServiceHandler tenants_;
  rpc::Router router_{
      {.interceptors = {&authenticate_}, .error_encoder = error_detail_encoder(system_random()), .clock = &clock_}};
  rpc::MemoryChannel channel_{router_, {.error_decoder = &decode_error}};
  payments::v1::PaymentServiceClient client_{channel_};
  tenants::v1::TenantServiceClient tenants_client_{channel_};
  rpc::ReplyMetadata metadata_;
};

TEST_F(CallsTest, AKeyLetsItsTenantIn) {
  EXPECT_EQ(create(as_shop()), "1");
  EXPECT_EQ(service_.last_command.tenant, shop_.id);
  EXPECT_EQ(service_.last_command.actor.kind, journal::v1::ACTOR_KIND_API_KEY);
  EXPECT_EQ(service_.last_command.actor.id, shop_.secret_key_id.to_string());
  EXPECT_EQ(service_.last_command.name, "florin.payments.v1.PaymentService/CreatePayment");
}

TEST_F(CallsTest, TheSchemeIsBearerInAnyCase) {
  for (const char* scheme : {"bearer ", "BEARER ", "Bearer   "}) {
    rpc::CallOptions options;
    options.headers.add("authorization", scheme + shop_.secret.text);
    EXPECT_EQ(get(options), "ok") << scheme;
  }
  for (const std::string& header : {std::string(), std::string("Bearer"), std::string("Bearer "), shop_.secret.text,
                                    "Bearer" + shop_.secret.text, "Basic " + shop_.secret.text}) {
    rpc::CallOptions options;
    if (!header.empty()) options.headers.add("authorization", header);
    EXPECT_EQ(get(options), "api_key_missing") << header;
  }
  EXPECT_EQ(service_.read, 3);
}

TEST_F(CallsTest, WrongKeysAreTurnedAway) {
  EXPECT_EQ(get(with_key("fl_test_wrong")), "api_key_unknown");
  EXPECT_EQ(answered("www-authenticate"), "Bearer");
  EXPECT_EQ(get(with_key(shop_.publishable.text)), "publishable_key_refused");
  const auto reader =
      tenants::make_secret(system_random(), tenants::SecretKind::secret, tenants::v1::ENVIRONMENT_SANDBOX);
  tenants::v1::CreateApiKeyRequest request;
  request.set_name("Reader");
  request.add_permissions("payments.read");
  ASSERT_TRUE(tenants_fixture_
                  .run(shop_.caller(),
                       [&](engine::Work& work) { return tenants::decide_create_api_key(work, request, reader.record); })
                  .ok());
  EXPECT_EQ(get(with_key(reader.text)), "ok");
  EXPECT_EQ(create(with_key(reader.text)), "permission_missing");
  EXPECT_EQ(service_.decided, 0);
}

TEST_F(CallsTest, PlatformMethodsAndTenantMethodsAreApart) {
  const std::string platform = tenants_fixture_.platform_secret().text;
  EXPECT_EQ(tenants_client_.create_tenant({}, as_shop()).error().reason(), "platform_key_required");
  EXPECT_EQ(tenants_client_.create_tenant({}, with_key(platform)).error().code(), Code::unimplemented)
      << "it was let in";
  EXPECT_EQ(create(with_key(platform)), "tenant_key_required");
  EXPECT_EQ(get(with_key(platform)), "tenant_key_required");
}

TEST_F(CallsTest, ThePlatformMayReadForATenantItNames) {
  auto options = with_key(tenants_fixture_.platform_secret().text);
  options.headers.add(std::string(tenant_header), shop_.id.to_string());
  EXPECT_EQ(get(options), "ok");
  EXPECT_EQ(create(options), "tenant_key_required") << "but not write";
  auto wrong = with_key(tenants_fixture_.platform_secret().text);
  wrong.headers.add(std::string(tenant_header), "shop");
  EXPECT_EQ(get(wrong), "tenant_invalid");
}

TEST_F(CallsTest, TheSameIdempotencyKeyAnswersTheSame) {
  auto options = as_shop();
  options.headers.add(std::string(idempotency_header), "order-7");
  EXPECT_EQ(create(options), "1");
  EXPECT_EQ(answered(replayed_header), std::nullopt);
  const auto position = answered(position_header);
  EXPECT_EQ(create(options), "1");
  EXPECT_EQ(answered(replayed_header), "true");
  EXPECT_EQ(answered(position_header), position);
  EXPECT_EQ(create(options, 2), "idempotency_key_reused");
  EXPECT_EQ(create(as_shop()), "2") << "without a key everything is new";
  EXPECT_EQ(service_.decided, 2);
}

TEST_F(CallsTest, BadIdempotencyKeysAreRefused) {
  for (const std::string& key :
       {std::string(), std::string(256, 'k'), std::string("a b"), std::string("caf\xc3\xa9")}) {
    auto options = as_shop();
    options.headers.add(std::string(idempotency_header), key);
    EXPECT_EQ(create(options), "idempotency_key_invalid") << key;
  }
  auto longest = as_shop();
  longest.headers.add(std::string(idempotency_header), std::string(255, 'k'));
  EXPECT_EQ(create(longest), "1");
  auto reading = as_shop();
  reading.headers.add(std::string(idempotency_header), "a b");
  EXPECT_EQ(get(reading), "ok") << "a read takes none";
}

TEST_F(CallsTest, AReadWaitsForItsPosition) {
  ASSERT_EQ(create(as_shop()), "1");
  auto reached = as_shop();
  reached.headers.add(std::string(position_header), answered(position_header).value());
  EXPECT_EQ(get(reached), "ok");
  for (const char* wrong : {"", "x", "-1", "1x", "99999999999999999999"}) {
    auto options = as_shop();
    options.headers.add(std::string(position_header), wrong);
    EXPECT_EQ(get(options), "position_invalid") << wrong;
  }
}

// What a service for shoppers is told of its callers. Handlers that only note it.
class NotingShopperService final : public checkout::v1::ShopperServiceHandler {
 public:
  Task<Result<checkout::v1::GetCheckoutResponse>> get_checkout(const checkout::v1::GetCheckoutRequest&,
                                                               rpc::Context& context) override {
    last = shopper_of(context);
    co_return checkout::v1::GetCheckoutResponse();
  }
  Task<Result<checkout::v1::OpenPaymentLinkResponse>> open_payment_link(const checkout::v1::OpenPaymentLinkRequest&,
                                                                        rpc::Context& context) override {
    last = shopper_of(context);
    co_return checkout::v1::OpenPaymentLinkResponse();
  }
  Task<Result<checkout::v1::PayCheckoutResponse>> pay_checkout(const checkout::v1::PayCheckoutRequest& request,
                                                               rpc::Context& context) override {
    auto command = shopper_command_context(context, shopper_of(context), request);
    if (!command.ok()) co_return std::move(command).error();
    last_command = std::move(*command);
    co_return checkout::v1::PayCheckoutResponse();
  }

  std::optional<checkout::Shopper> last;
  engine::CommandContext last_command;
};

class ShopperCallsTest : public testing::Test {
 protected:
  ShopperCallsTest() { checkout::v1::mount(router_, service_); }

  std::string get(const std::string& secret, const rpc::CallOptions& options = {}) {
    checkout::v1::GetCheckoutRequest request;
    request.set_secret(secret);
    const auto response = client_.get_checkout(request, options);
    return response.ok() ? "ok" : response.error().reason();
  }
  std::string pay(const std::string& secret, const std::string& idempotency_key) {
    checkout::v1::PayCheckoutRequest request;
    request.set_secret(secret);
    rpc::CallOptions options;
    if (!idempotency_key.empty()) options.headers.add(std::string(idempotency_header), idempotency_key);
    const auto response = client_.pay_checkout(request, options);
    return response.ok() ? "ok" : response.error().reason();
  }
  std::string secret_of(const std::string& session) { return checkout::secret_in(f_.session(session).url()); }

  checkout::CheckoutFixture f_;
  engine::ManualClock clock_{f_.partition().now()};
  Platform platform_{f_.partition(), clock_, system_random()};
  tenants::KeyRing keys_{[this] { return f_.partition().snapshot(); }, clock_};
  Browser browser_{""};
  Authenticate authenticate_{{keys_, platform_, browser_}};
  NotingShopperService service_;
  rpc::Router router_{
      {.interceptors = {&authenticate_}, .error_encoder = error_detail_encoder(system_random()), .clock = &clock_}};
  rpc::MemoryChannel channel_{router_, {.error_decoder = &decode_error}};
  checkout::v1::ShopperServiceClient client_{channel_};
};

TEST_F(ShopperCallsTest, AShopperIsKnownByTheSecret) {
  const std::string session = f_.create_session();
  const std::string link = f_.create_link();
  EXPECT_EQ(get(secret_of(session)), "ok");
  ASSERT_TRUE(service_.last);
  EXPECT_EQ(service_.last->tenant, f_.tenant);
  EXPECT_EQ(service_.last->session.value().to_string(), session);
  checkout::v1::OpenPaymentLinkRequest request;
  request.set_secret(checkout::secret_in(f_.link(link).url()));
  ASSERT_TRUE(client_.open_payment_link(request).ok());
  EXPECT_EQ(service_.last->link.value().to_string(), link);
}

TEST_F(ShopperCallsTest, WithoutTheSecretNobodyIsLetIn) {
  EXPECT_EQ(get(""), "checkout_secret_missing");
  EXPECT_EQ(get("s_wrong"), "checkout_not_found");
  EXPECT_EQ(get(checkout::make_session_secret(system_random())), "checkout_not_found");
  EXPECT_EQ(get(f_.create_session()), "checkout_not_found") << "an id is no secret";
  rpc::CallOptions with_key;
  with_key.headers.add("authorization", "Bearer fl_test_any");
  EXPECT_EQ(get("s_wrong", with_key), "checkout_not_found") << "a key is not asked for and does not help";
  EXPECT_FALSE(service_.last);
}

TEST_F(ShopperCallsTest, AnotherPageInTheBrowserIsTurnedAway) {
  const std::string secret = secret_of(f_.create_session());
  rpc::CallOptions foreign;
  foreign.headers.add("origin", "https://evil.test");
  EXPECT_EQ(get(secret, foreign), "foreign_origin");
  rpc::CallOptions own;
  own.headers.add("origin", "http://memory");
  EXPECT_EQ(get(secret, own), "ok");
}

TEST_F(ShopperCallsTest, CommandsAreTheShoppersAndTheirKeysThePages) {
  const std::string first = f_.create_session();
  const std::string second = f_.create_session();
  ASSERT_EQ(pay(secret_of(first), "try-1"), "ok");
  const engine::CommandContext of_first = service_.last_command;
  EXPECT_EQ(of_first.tenant, f_.tenant);
  EXPECT_EQ(of_first.actor.kind, journal::v1::ACTOR_KIND_SHOPPER);
  EXPECT_EQ(of_first.actor.id, first);
  EXPECT_EQ(of_first.name, "florin.checkout.v1.ShopperService/PayCheckout");
  ASSERT_EQ(pay(secret_of(second), "try-1"), "ok");
  ASSERT_TRUE(of_first.idempotency && service_.last_command.idempotency);
  EXPECT_NE(service_.last_command.idempotency->method, of_first.idempotency->method);
  EXPECT_EQ(service_.last_command.idempotency->key, of_first.idempotency->key);
  EXPECT_EQ(pay(secret_of(first), "a b"), "idempotency_key_invalid");
  ASSERT_EQ(pay(secret_of(first), ""), "ok");
  EXPECT_FALSE(service_.last_command.idempotency);
}

// LimitCalls by itself, with contexts whose calls are still running as long as they live.
class LimitCallsTest : public testing::Test {
 protected:
  std::unique_ptr<rpc::Context> begin(TenantId tenant, tenants::CallLimits limits) {
    auto context = std::make_unique<rpc::Context>(rpc::Context::Start{
        .spec = payments::v1::PaymentServiceMethods::get_payment(), .executor = executor_, .clock = clock_});
    auto key = std::make_shared<tenants::AuthenticatedKey>();
    key->tenant = tenant;
    key->limits = limits;
    context->set(Caller{std::move(key)});
    return context;
  }
  std::unique_ptr<rpc::Context> begin_as_shopper(TenantId tenant) {
    auto context = std::make_unique<rpc::Context>(rpc::Context::Start{
        .spec = checkout::v1::ShopperServiceMethods::get_checkout(), .executor = executor_, .clock = clock_});
    context->set(checkout::Shopper{.tenant = tenant, .session = std::nullopt, .link = std::nullopt});
    return context;
  }
  // The refusal, or nothing.
  std::optional<Error> call(rpc::Context& context) {
    std::optional<Error> refused;
    const rpc::UnaryFunction handler = [](const google::protobuf::Message&,
                                          rpc::Context&) -> Task<Result<rpc::MessagePtr>> {
      co_return rpc::MessagePtr(std::make_unique<GetPaymentResponse>());
    };
    const payments::v1::GetPaymentRequest request;
    start(limit_.unary(context, request, rpc::Next({}, handler)), [&](const Result<rpc::MessagePtr>& done) {
      if (!done.ok()) refused = done.error();
    });
    return refused;
  }
  // How many of `count` calls that end at once are let through.
  int passed(int count, TenantId tenant, tenants::CallLimits limits) {
    int passed = 0;
    for (int i = 0; i < count; ++i) passed += call(*begin(tenant, limits)) ? 0 : 1;
    return passed;
  }

  // The same for shoppers.
  int shoppers_passed(int count, TenantId tenant) {
    int passed = 0;
    for (int i = 0; i < count; ++i) passed += call(*begin_as_shopper(tenant)) ? 0 : 1;
    return passed;
  }

  const TenantId shop_{Position::of(1, 1, 1)};
  const TenantId other_{Position::of(1, 1, 2)};
  engine::ManualClock clock_{Timestamp{1'767'225'600'000'000}};
  http::ManualExecutor executor_;
  LimitCalls limit_{clock_};
};

TEST_F(LimitCallsTest, LetsASecondsWorthThroughAndThenAsManyAsTimeBrings) {
  const tenants::CallLimits limits{.requests_per_second = 10, .requests_concurrent = 100};
  EXPECT_EQ(passed(25, shop_, limits), 10);
  clock_.advance(Duration::milliseconds(99));
  EXPECT_EQ(passed(5, shop_, limits), 0);
  clock_.advance(Duration::milliseconds(1));
  EXPECT_EQ(passed(5, shop_, limits), 1);
  clock_.advance(Duration::milliseconds(550));
  EXPECT_EQ(passed(25, shop_, limits), 5);
  clock_.advance(Duration::days(365 * 100));
  EXPECT_EQ(passed(25, shop_, limits), 10) << "a long rest does not save up more";
}

TEST_F(LimitCallsTest, SaysWhenToTryAgain) {
  const tenants::CallLimits limits{.requests_per_second = 4, .requests_concurrent = 100};
  EXPECT_EQ(passed(4, shop_, limits), 4);
  const auto refused = call(*begin(shop_, limits));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), Code::resource_exhausted);
  EXPECT_EQ(refused->reason(), "rate_limited");
  ASSERT_TRUE(refused->retry_after());
  clock_.advance(*refused->retry_after());
  EXPECT_EQ(passed(2, shop_, limits), 1);
}

TEST_F(LimitCallsTest, OneTenantDoesNotUseUpAnothers) {
  const tenants::CallLimits limits{.requests_per_second = 3, .requests_concurrent = 100};
  EXPECT_EQ(passed(10, shop_, limits), 3);
  EXPECT_EQ(passed(10, other_, limits), 3);
}

TEST_F(LimitCallsTest, ACrowdOfShoppersLeavesTheTenantRoom) {
  const tenants::CallLimits limits{.requests_per_second = 3, .requests_concurrent = 100};
  constexpr int of_shoppers = 1'000;
  EXPECT_EQ(shoppers_passed(of_shoppers + 500, shop_), of_shoppers);
  EXPECT_EQ(passed(10, shop_, limits), 3);
  EXPECT_EQ(shoppers_passed(of_shoppers + 500, other_), of_shoppers) << "each tenant's are counted apart";
  clock_.advance(Duration::seconds(1));
  EXPECT_EQ(passed(10, shop_, limits), 3);
  EXPECT_EQ(shoppers_passed(1, shop_), 1) << "a tenant that uses up its own leaves its shoppers theirs";
}

TEST_F(LimitCallsTest, ShoppersWhoWaitDoNotHoldUpTheTenant) {
  const tenants::CallLimits limits{.requests_per_second = 1'000, .requests_concurrent = 2};
  std::vector<std::unique_ptr<rpc::Context>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(begin_as_shopper(shop_));
    EXPECT_FALSE(call(*waiting.back()));
  }
  EXPECT_EQ(passed(2, shop_, limits), 2);
}

TEST_F(LimitCallsTest, BoundsWhatRunsAtTheSameTime) {
  const tenants::CallLimits limits{.requests_per_second = 1'000, .requests_concurrent = 2};
  auto first = begin(shop_, limits);
  auto second = begin(shop_, limits);
  EXPECT_FALSE(call(*first));
  EXPECT_FALSE(call(*second));
  const auto refused = call(*begin(shop_, limits));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason(), "too_many_concurrent_requests");
  EXPECT_TRUE(refused->retry_after());
  EXPECT_EQ(passed(1, other_, limits), 1);
  first.reset();
  EXPECT_EQ(passed(3, shop_, limits), 3);
}

}  // namespace
}  // namespace florin::api
