// Operators as a browser meets them: interceptors, cookies and the audit around the real services.
#include "api/operators/operator_service.h"

#include <gmock/gmock.h>

#include "api/common/audit.h"
#include "api/common/authenticate.h"
#include "api/common/error_detail.h"
#include "api/common/limit_calls.h"
#include "api/common/submit.h"
#include "api/common/validate.h"
#include "florin/common/v1/error.pb.h"
#include "florin/tenants/v1/tenants.connect.h"
#include "operators/limits.h"
#include "operators/testing/operators_fixture.h"
#include "rpc/router.h"
#include "rpc/testing/memory_channel.h"

namespace florin::api {
namespace {

using operators::OperatorsFixture;
using operators::test_password;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace pb = operators::v1;

constexpr std::string_view own_origin = "http://memory";

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

// Makes a key and renames nothing: enough to see an audit entry.
class KeysService final : public tenants::v1::TenantServiceHandler {
 public:
  explicit KeysService(Platform& platform) : platform_(platform) {}
  Task<Result<tenants::v1::CreateApiKeyResponse>> create_api_key(const tenants::v1::CreateApiKeyRequest& request,
                                                                 rpc::Context& context) override {
    const auto secret = tenants::make_secret(platform_.random, tenants::SecretKind::secret, {});
    auto response = co_await run_command<tenants::v1::CreateApiKeyResponse>(
        platform_, context, caller_of(context).tenant(), request,
        [&](engine::Work& work) { return tenants::decide_create_api_key(work, request, secret.record); });
    if (response.ok()) response->set_secret(secret.text);
    co_return response;
  }
  Task<Result<tenants::v1::RevokeApiKeyResponse>> revoke_api_key(const tenants::v1::RevokeApiKeyRequest& request,
                                                                 rpc::Context& context) override {
    co_return co_await run_command<tenants::v1::RevokeApiKeyResponse>(
        platform_, context, caller_of(context).tenant(), request,
        [&](engine::Work& work) { return tenants::decide_revoke_api_key(work, request); });
  }
  Task<Result<tenants::v1::ListApiKeysResponse>> list_api_keys(const tenants::v1::ListApiKeysRequest& request,
                                                               rpc::Context& context) override {
    co_return co_await run_query<tenants::v1::ListApiKeysResponse>(
        platform_, context, [&](const store::Reader& reader) {
          return tenants::list_api_keys(reader, caller_of(context).tenant(), request);
        });
  }
  Task<Result<tenants::v1::ListTenantsResponse>> list_tenants(const tenants::v1::ListTenantsRequest& request,
                                                              rpc::Context& context) override {
    co_return co_await run_query<tenants::v1::ListTenantsResponse>(
        platform_, context, [&](const store::Reader& reader) { return tenants::list_tenants(reader, request); });
  }

 private:
  Platform& platform_;
};

Resources known_resources() {
  Resources resources;
  resources.add("key_", [](const store::Reader& state, TenantId tenant, std::string_view id) {
    auto key = tenants::find_visible_api_key(state, tenant, id);
    return key ? std::make_unique<tenants::v1::ApiKey>(*key) : nullptr;
  });
  return resources;
}

class OperatorServiceTest : public testing::Test {
 protected:
  OperatorServiceTest() {
    pb::mount(router_, service_);
    tenants::v1::mount(router_, keys_service_);
  }

  // A call from the console: the cookie, and what a page of ours sends with it.
  rpc::CallOptions with(const std::string& cookie, TenantId tenant = {}) {
    rpc::CallOptions options = bare();
    options.headers.add("cookie", cookie);
    options.headers.add("origin", std::string(own_origin));
    options.headers.add(std::string(console_header), "1");
    if (!tenant.empty()) options.headers.add(std::string(tenant_header), tenant.to_string());
    return options;
  }
  rpc::CallOptions bare() {
    rpc::CallOptions options;
    options.metadata = &metadata_;
    return options;
  }
  std::string set_cookie() const { return std::string(metadata_.headers.get("set-cookie").value_or("")); }
  // "florin_session=..." of the last answer.
  std::string cookie() const { return set_cookie().substr(0, set_cookie().find(';')); }
  static std::string reason(const auto& result) { return result.ok() ? "ok" : result.error().reason(); }

  std::string sign_in(const std::string& email, std::string_view password = test_password) {
    pb::SignInRequest request;
    request.set_email(email);
    request.set_password(std::string(password));
    return reason(client_.sign_in(request, bare()));
  }
  // The cookie of the platform's first owner.
  std::string owner() {
    fixture_.first_owner();
    EXPECT_EQ(sign_in("owner@example.com"), "ok");
    return cookie();
  }
  // The cookie of somebody with a role at the shop.
  std::string person(const std::string& email, pb::OperatorRole role) {
    engine::CommandContext platform_key;
    platform_key.tenant = shop_;
    fixture_.add_operator(platform_key, email, role);
    EXPECT_EQ(sign_in(email), "ok");
    return cookie();
  }
  tenants::v1::CreateApiKeyRequest key_named(const std::string& name) {
    tenants::v1::CreateApiKeyRequest request;
    request.set_name(name);
    return request;
  }

  OperatorsFixture fixture_;
  LaneClock clock_{fixture_.partition()};
  TenantId shop_ = fixture_.create_tenant("Shop");
  Resources resources_ = known_resources();
  Platform platform_{fixture_.partition(), clock_, system_random(), &resources_};
  tenants::KeyRing keys_{[this] { return fixture_.partition().snapshot(); }, clock_};
  Browser browser_{""};
  HashThread hashes_{system_random(), operators::test_cost};
  Authenticate authenticate_{{keys_, platform_, browser_}};
  LimitCalls limit_calls_{clock_};
  Validate validate_;
  OperatorService service_{{platform_, browser_, hashes_, "http://pay.test"}};
  KeysService keys_service_{platform_};
  rpc::Router router_{{.interceptors = {&authenticate_, &limit_calls_, &validate_},
                       .error_encoder = error_detail_encoder(system_random()),
                       .clock = &clock_}};
  rpc::MemoryChannel channel_{router_, {.error_decoder = &decode_error}};
  pb::OperatorServiceClient client_{channel_};
  tenants::v1::TenantServiceClient tenants_client_{channel_};
  rpc::ReplyMetadata metadata_;
};

TEST_F(OperatorServiceTest, ALinkBecomesAnAccountAndASession) {
  const auto link = fixture_.invite_first_owner().value();
  pb::RedeemInvitationRequest request;
  request.set_secret(link.text);
  request.set_email("olive@example.com");
  request.set_name("Olive");
  request.set_password("too short");
  EXPECT_EQ(reason(client_.redeem_invitation(request, bare())), "field_invalid");
  request.set_password("aaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(reason(client_.redeem_invitation(request, bare())), "password_weak");
  request.set_password(std::string(test_password));
  ASSERT_EQ(reason(client_.redeem_invitation(request, bare())), "ok");
  EXPECT_THAT(set_cookie(), StartsWith("florin_session="));
  EXPECT_THAT(set_cookie(), HasSubstr("HttpOnly; SameSite=Strict"));
  const auto me = client_.get_current_operator({}, with(cookie()));
  EXPECT_EQ(me->operator_().name(), "Olive");
  EXPECT_EQ(me->access(0).tenant_name(), "Platform");
  EXPECT_EQ(reason(client_.redeem_invitation(request, bare())), "invitation_invalid") << "it works once";
  EXPECT_THAT(set_cookie(), IsEmpty());
}

TEST_F(OperatorServiceTest, SigningInAnswersWrongAndUnknownAlike) {
  fixture_.first_owner();
  pb::SignInRequest request;
  request.set_email("owner@example.com");
  request.set_password("not the password");
  const auto wrong = client_.sign_in(request, bare());
  request.set_email("nobody@example.com");
  const auto unknown = client_.sign_in(request, bare());
  EXPECT_EQ(reason(wrong), "sign_in_refused");
  EXPECT_EQ(wrong.error().message(), unknown.error().message());
  EXPECT_EQ(wrong.error().code(), Code::unauthenticated);
  EXPECT_THAT(set_cookie(), IsEmpty());
}

TEST_F(OperatorServiceTest, ManyFailuresMustWait) {
  fixture_.first_owner();
  for (std::uint32_t i = 0; i < operators::free_failures; ++i) {
    EXPECT_EQ(sign_in("owner@example.com", "not the password"), "sign_in_refused");
  }
  EXPECT_EQ(sign_in("owner@example.com"), "sign_in_too_often");
  EXPECT_EQ(metadata_.headers.get("retry-after"), "1");
  fixture_.partition().advance(operators::first_wait);
  EXPECT_EQ(sign_in("owner@example.com"), "ok");
}

TEST_F(OperatorServiceTest, APersonWithoutSessionIsSentToSignIn) {
  EXPECT_EQ(reason(client_.get_current_operator({}, bare())), "sign_in_required");
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, bare())), "api_key_missing");
  EXPECT_EQ(reason(client_.get_current_operator({}, with("florin_session=nonsense"))), "session_ended");
  EXPECT_THAT(set_cookie(), HasSubstr("Max-Age=0")) << "the browser forgets it";
  rpc::CallOptions key = bare();
  key.headers.add("authorization", "Bearer fl_test_x");
  EXPECT_EQ(reason(client_.sign_out({}, key)), "operator_required");
}

TEST_F(OperatorServiceTest, SigningOutEndsTheSessionAndClearsTheCookie) {
  const std::string session = owner();
  EXPECT_EQ(sign_in("owner@example.com"), "ok");
  const std::string second = cookie();
  ASSERT_EQ(reason(client_.sign_out({}, with(session))), "ok");
  EXPECT_THAT(set_cookie(), HasSubstr("Max-Age=0"));
  EXPECT_EQ(reason(client_.get_current_operator({}, with(session))), "session_ended");
  EXPECT_EQ(reason(client_.get_current_operator({}, with(second))), "ok");
  EXPECT_EQ(sign_in("owner@example.com"), "ok");
  const std::string third = cookie();
  EXPECT_GE(client_.sign_out_everywhere({}, with(third))->sessions_ended(), 2u);
  for (const auto& gone : {second, third}) {
    EXPECT_EQ(reason(client_.get_current_operator({}, with(gone))), "session_ended");
  }
}

TEST_F(OperatorServiceTest, ASessionEndsWhenIdleAndLivesWhenUsed) {
  const std::string session = owner();
  for (int i = 0; i < 5; ++i) {
    fixture_.partition().advance(operators::session_idle - Duration::minutes(1));
    ASSERT_EQ(reason(client_.get_current_operator({}, with(session))), "ok") << i;
  }
  fixture_.partition().advance(operators::session_idle);
  EXPECT_EQ(reason(client_.get_current_operator({}, with(session))), "session_ended");
}

TEST_F(OperatorServiceTest, AForeignPageCanChangeNothing) {
  const std::string session = owner();
  const auto try_with = [&](std::string_view origin, std::string_view console) {
    rpc::CallOptions options = bare();
    options.headers.add("cookie", session);
    options.headers.add(std::string(tenant_header), shop_.to_string());
    if (!origin.empty()) options.headers.add("origin", std::string(origin));
    if (!console.empty()) options.headers.add(std::string(console_header), std::string(console));
    return reason(tenants_client_.create_api_key(key_named("k"), options));
  };
  EXPECT_EQ(try_with("http://evil.test", "1"), "foreign_origin");
  EXPECT_EQ(try_with("", "1"), "foreign_origin");
  EXPECT_EQ(try_with(own_origin, ""), "console_header_missing");
  EXPECT_EQ(try_with(own_origin, "1"), "ok");
  // Signing somebody in as somebody else is refused too.
  rpc::CallOptions foreign = bare();
  foreign.headers.add("origin", "http://evil.test");
  pb::SignInRequest request;
  request.set_email("owner@example.com");
  request.set_password(std::string(test_password));
  EXPECT_EQ(reason(client_.sign_in(request, foreign)), "foreign_origin");
}

TEST_F(OperatorServiceTest, TheTenantOfACallIsOneThatTheOperatorHas) {
  const std::string boss = owner();
  const std::string fay = person("fay@example.com", pb::OPERATOR_ROLE_ADMIN);
  const TenantId other = fixture_.create_tenant("Other");
  EXPECT_EQ(tenants_client_.list_api_keys({}, with(fay, shop_))->api_keys_size(), 2);
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(fay, other))), "tenant_refused");
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(fay))), "permission_missing") << "nothing at the platform";
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(boss, other))), "ok");
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(boss, TenantId{Position::of(1, 99, 1)}))), "tenant_refused");
  auto nonsense = with(boss);
  nonsense.headers.add(std::string(tenant_header), "shop");
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, nonsense)), "tenant_invalid");
  EXPECT_EQ(reason(tenants_client_.list_tenants({}, with(boss, shop_))), "ok") << "a method of the platform only";
  EXPECT_EQ(reason(tenants_client_.list_tenants({}, with(fay, shop_))), "platform_role_required");
  EXPECT_EQ(reason(client_.get_current_operator({}, with(fay, other))), "ok") << "one's own needs no tenant";
  EXPECT_EQ(reason(client_.sign_out({}, with(fay, other))), "ok");
}

TEST_F(OperatorServiceTest, RolesBoundWhatAnOperatorMayDo) {
  const std::string viewer = person("vic@example.com", pb::OPERATOR_ROLE_VIEWER);
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(viewer, shop_))), "ok");
  EXPECT_EQ(reason(tenants_client_.create_api_key(key_named("k"), with(viewer, shop_))), "permission_missing");
  const std::string support = person("sue@example.com", pb::OPERATOR_ROLE_SUPPORT);
  EXPECT_EQ(reason(tenants_client_.list_api_keys({}, with(support, shop_))), "permission_missing");
  EXPECT_EQ(reason(client_.list_operator_actions({}, with(support, shop_))), "permission_missing");
  const std::string admin = person("ann@example.com", pb::OPERATOR_ROLE_ADMIN);
  EXPECT_EQ(reason(tenants_client_.create_api_key(key_named("k"), with(admin, shop_))), "ok");
  pb::InviteOperatorRequest invite;
  invite.set_email("new@example.com");
  invite.set_role(pb::OPERATOR_ROLE_OWNER);
  EXPECT_EQ(reason(client_.invite_operator(invite, with(admin, shop_))), "role_not_manageable");
  invite.set_role(pb::OPERATOR_ROLE_VIEWER);
  const auto invited = client_.invite_operator(invite, with(admin, shop_));
  EXPECT_THAT(invited->invitation_url(), StartsWith("http://pay.test/console/#/welcome/"));
}

TEST_F(OperatorServiceTest, EveryActionIsRecordedWithBeforeAndAfter) {
  const std::string admin = person("ann@example.com", pb::OPERATOR_ROLE_ADMIN);
  const auto made = tenants_client_.create_api_key(key_named("Till"), with(admin, shop_));
  ASSERT_EQ(reason(made), "ok");
  tenants::v1::RevokeApiKeyRequest revoke;
  revoke.set_api_key_id(made->api_key().id());
  ASSERT_EQ(reason(tenants_client_.revoke_api_key(revoke, with(admin, shop_))), "ok");

  const auto listed = client_.list_operator_actions({}, with(admin, shop_));
  ASSERT_EQ(listed->actions_size(), 2);
  const auto& revoked = listed->actions(0);
  EXPECT_EQ(revoked.method(), "florin.tenants.v1.TenantService/RevokeApiKey");
  EXPECT_EQ(revoked.resource_id(), made->api_key().id());
  EXPECT_EQ(revoked.operator_name(), "A Person");
  EXPECT_THAT(revoked.before_json(), Not(HasSubstr("revokeTime")));
  EXPECT_THAT(revoked.after_json(), HasSubstr("revokeTime"));
  const auto& created = listed->actions(1);
  EXPECT_EQ(created.resource_id(), made->api_key().id()) << "what it made";
  EXPECT_THAT(created.before_json(), IsEmpty());
  EXPECT_THAT(created.after_json(), HasSubstr("Till"));
  EXPECT_EQ(created.request_json(), R"({"name":"Till"})");
  EXPECT_THAT(listed->ShortDebugString(), Not(HasSubstr(made->secret())));

  const auto events = fixture_.partition().events(shop_, made->api_key().id());
  ASSERT_EQ(events.size(), 4u) << "created, recorded, revoked, recorded";
  EXPECT_EQ(events[0].context.actor.kind, journal::v1::ACTOR_KIND_OPERATOR);
  EXPECT_EQ(events[0].context.position.sequence(), events[1].context.position.sequence()) << "one commit";
}

TEST_F(OperatorServiceTest, SecretsStandInNoAuditAndNoEvent) {
  const std::string boss = owner();
  pb::ChangePasswordRequest change;
  change.set_current_password("not the password");
  change.set_new_password("another long secret");
  EXPECT_EQ(reason(client_.change_password(change, with(boss))), "password_wrong");
  change.set_current_password(std::string(test_password));
  ASSERT_EQ(reason(client_.change_password(change, with(boss))), "ok");
  const auto listed = client_.list_operator_actions({}, with(boss));
  EXPECT_EQ(listed->actions(0).method(), "florin.operators.v1.OperatorService/ChangePassword");
  EXPECT_EQ(listed->actions(0).request_json(), "{}");
  EXPECT_EQ(sign_in("owner@example.com", "another long secret"), "ok");
  std::string journal;
  for (const auto& event : fixture_.partition().events({}, listed->actions(0).operator_id())) journal += event.payload;
  EXPECT_THAT(journal, Not(HasSubstr("another long secret")));
  EXPECT_THAT(journal, Not(HasSubstr(cookie().substr(cookie().find('=') + 1))));
}

// Let in with a role that another command takes away before the lane gets to this one.
TEST_F(OperatorServiceTest, WhatWasTakenAwayMeanwhileCountsOnTheLane) {
  const auto boss = fixture_.first_owner();
  const auto ann = fixture_.add_operator(boss.at(shop_), "ann@example.com", pb::OPERATOR_ROLE_ADMIN);
  const auto session = operators::find_session(fixture_.state(), ann.session, fixture_.partition().now());
  rpc::Context context(
      {.spec = tenants::v1::TenantServiceMethods::create_api_key(), .executor = channel_.executor(), .clock = clock_});
  context.set(
      Caller{std::make_shared<tenants::AuthenticatedKey>(), std::make_shared<const operators::SignedIn>(*session)});
  const auto request = key_named("k");
  const auto act = [&] {
    return reason(fixture_.run(ann.at(shop_), [&](engine::Work& work) -> Result<bool> {
      Audit audit(&resources_, context, request);
      RETURN_IF_ERROR(audit.begin(work));
      return true;
    }));
  };
  EXPECT_EQ(act(), "ok");
  ASSERT_TRUE(fixture_.update(boss.at(shop_), ann, pb::OPERATOR_ROLE_VIEWER).ok());
  EXPECT_EQ(act(), "permission_missing");
  ASSERT_TRUE(fixture_.update(boss.at_platform(), ann, {}, true).ok());
  EXPECT_EQ(act(), "session_ended");
}

}  // namespace
}  // namespace florin::api
