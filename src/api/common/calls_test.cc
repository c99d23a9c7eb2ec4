// The interceptors and submit, around calls of a payment service whose handler only notes what it was given.
#include <gmock/gmock.h>

#include "api/common/authenticate.h"
#include "api/common/caller.h"
#include "api/common/error_detail.h"
#include "api/common/limit_calls.h"
#include "api/common/submit.h"
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
