#include "tenants/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "engine/testing/synchronous_partition.h"
#include "tenants/limits.h"
#include "tenants/testing/tenants_fixture.h"

namespace florin::tenants {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class TenantsTest : public ::testing::Test, protected TenantsFixture {
 protected:
  // Names of the keys that a list shows.
  static std::vector<std::string> names(const v1::ListApiKeysResponse& response) {
    std::vector<std::string> result;
    for (const auto& key : response.api_keys()) result.push_back(key.name());
    return result;
  }
};

TEST_F(TenantsTest, ATenantComesWithItsTwoKeys) {
  v1::CreateTenantRequest request;
  request.set_name("Corner Bakery");
  request.mutable_limits()->set_requests_concurrent(7);
  const auto made = create_tenant(request);
  EXPECT_EQ(made.tenant.name(), "Corner Bakery");
  EXPECT_EQ(made.tenant.environment(), v1::ENVIRONMENT_SANDBOX) << "if none is given";
  EXPECT_EQ(made.tenant.limits().requests_concurrent(), 7u);
  EXPECT_EQ(made.tenant.create_time().seconds(), partition().now().micros / 1'000'000);

  const auto secret = find_api_key_by_secret(partition().state(), made.secret.record.sha256).value();
  EXPECT_EQ(secret.tenant, made.id);
  EXPECT_THAT(secret.row.permissions(), ElementsAre("*"));
  EXPECT_FALSE(secret.row.platform());
  const auto publishable = find_api_key_by_secret(partition().state(), made.publishable.record.sha256).value();
  EXPECT_EQ(publishable.row.kind(), v1::API_KEY_KIND_PUBLISHABLE);
  EXPECT_THAT(publishable.row.permissions(), IsEmpty());
  EXPECT_FALSE(find_api_key_by_secret(partition().state(), hash_secret("fl_test_other")));
  EXPECT_FALSE(find_api_key_by_secret(partition().state(), made.secret.record.sha256.substr(0, 8)));
  EXPECT_FALSE(find_api_key_by_secret(partition().state(), ""));
}

TEST_F(TenantsTest, OnlyThePlatformMakesTenants) {
  const auto made = create_tenant("one");
  const auto refused =
      run(made.caller(), [](engine::Work& work) { return decide_create_tenant(work, v1::CreateTenantRequest(), {}); });
  EXPECT_EQ(refused.error().reason(), "platform_key_required");
}

TEST_F(TenantsTest, AnUnknownEnvironmentIsRefused) {
  v1::CreateTenantRequest request;
  request.set_environment(static_cast<v1::Environment>(9));
  const auto refused = run(platform(), [&](engine::Work& work) { return decide_create_tenant(work, request, {}); });
  EXPECT_EQ(refused.error().reason(), "environment_unknown");
}

TEST_F(TenantsTest, AnswersHoldNoSecret) {
  const auto made = create_tenant("one");
  EXPECT_THAT(made.response.secret_key(), IsEmpty());
  EXPECT_THAT(made.response.publishable_key(), IsEmpty());
  EXPECT_THAT(create_key(made.caller(), "k").value().secret(), IsEmpty());
}

TEST_F(TenantsTest, AKeyGetsEverythingUnlessToldOtherwise) {
  const auto made = create_tenant("one");
  const auto all = create_key(made.caller(), "all").value().api_key();
  EXPECT_EQ(all.kind(), v1::API_KEY_KIND_SECRET);
  EXPECT_THAT(all.permissions(), ElementsAre("*"));
  EXPECT_THAT(all.hint(), StartsWith("fl_test_"));
  EXPECT_EQ(all.hint().size(), 12u);
  const auto some = create_key(made.caller(), "some", {"payments.read", "ledger.read"}).value().api_key();
  EXPECT_THAT(some.permissions(), ElementsAre("payments.read", "ledger.read"));
}

TEST_F(TenantsTest, AnUnknownPermissionIsRefusedWithTheList) {
  const auto made = create_tenant("one");
  const auto refused = create_key(made.caller(), "k", {"payments.read", "payments.fly", "tenants.write"});
  EXPECT_EQ(refused.error().reason(), "permission_unknown");
  EXPECT_THAT(refused.error().message(), HasSubstr("payments.write, refunds.write"));
  ASSERT_EQ(refused.error().field_violations().size(), 2u);
  EXPECT_EQ(refused.error().field_violations()[0].field, "permissions[1]");
  EXPECT_EQ(refused.error().field_violations()[1].field, "permissions[2]") << "a tenant's key cannot make tenants";
}

TEST_F(TenantsTest, ACallerCannotGiveWhatItDoesNotHold) {
  const auto made = create_tenant("one");
  const auto clerk = create_key(made.caller(), "clerk", {"api_keys.write", "payments.read"}).value().api_key();
  const auto as_clerk = key_context(made.id, clerk.id());
  EXPECT_TRUE(create_key(as_clerk, "k", {"payments.read"}).ok());
  const auto refused = create_key(as_clerk, "k", {"payments.read", "ledger.write"});
  EXPECT_EQ(refused.error().reason(), "permission_not_held");
  EXPECT_THAT(refused.error().message(), HasSubstr("ledger.write"));
  EXPECT_EQ(create_key(as_clerk, "k", {"*"}).error().reason(), "permission_not_held");
  EXPECT_EQ(create_key(as_clerk, "k").error().reason(), "permission_not_held") << "none given means all";
}

TEST_F(TenantsTest, APublishableKeyHoldsNothing) {
  const auto made = create_tenant("one");
  v1::CreateApiKeyRequest request;
  request.set_name("checkout");
  request.set_kind(v1::API_KEY_KIND_PUBLISHABLE);
  EXPECT_THAT(create_key(made.caller(), request).value().api_key().permissions(), IsEmpty());
  request.add_permissions("payments.read");
  EXPECT_EQ(create_key(made.caller(), request).error().reason(), "publishable_permissions");
  request.set_kind(static_cast<v1::ApiKeyKind>(9));
  EXPECT_EQ(create_key(made.caller(), request).error().reason(), "api_key_kind_unknown");
}

TEST_F(TenantsTest, KeysAreLimitedInNumber) {
  const auto made = create_tenant("one");
  for (std::size_t count = 2; count < active_keys_max; ++count) ASSERT_TRUE(create_key(made.caller(), "k").ok());
  EXPECT_EQ(create_key(made.caller(), "k").error().reason(), "api_keys_full");
  const auto listed = list_api_keys(partition().state(), made.id, {}).value();
  ASSERT_TRUE(revoke_key(made.caller(), listed.api_keys(50).id()).ok());
  EXPECT_TRUE(create_key(made.caller(), "k").ok()) << "a revoked key makes room";
}

TEST_F(TenantsTest, RevokingTwiceGivesTheSameAnswerAndOneEvent) {
  const auto made = create_tenant("one");
  const auto key = create_key(made.caller(), "k").value().api_key();
  const auto first = revoke_key(made.caller(), key.id()).value();
  EXPECT_EQ(first.api_key().revoke_time().seconds(), partition().now().micros / 1'000'000);
  partition().advance(Duration::hours(1));
  const auto second = revoke_key(made.caller(), key.id()).value();
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(partition().events(made.id, key.id()).size(), 2u) << "created, revoked";
}

TEST_F(TenantsTest, AnotherTenantsKeyIsNotThere) {
  const auto one = create_tenant("one");
  const auto two = create_tenant("two");
  const auto key = create_key(one.caller(), "k").value().api_key();
  EXPECT_EQ(revoke_key(two.caller(), key.id()).error().reason(), "api_key_not_found");
  EXPECT_EQ(revoke_key(platform(), key.id()).error().reason(), "api_key_not_found");
  EXPECT_EQ(revoke_key(one.caller(), "key_nonsense").error().reason(), "api_key_not_found");
}

TEST_F(TenantsTest, TheLastKeyThatMakesKeysCannotRevokeItself) {
  const auto made = create_tenant("one");
  ASSERT_TRUE(create_key(made.caller(), "reader", {"payments.read"}).ok());
  const auto own = made.secret_key_id.to_string();
  EXPECT_EQ(revoke_key(made.caller(), own).error().reason(), "last_api_key");

  const auto other = create_key(made.caller(), "clerk", {"api_keys.write"}).value().api_key().id();
  EXPECT_TRUE(revoke_key(made.caller(), own).ok());
  EXPECT_EQ(revoke_key(key_context(made.id, other), other).error().reason(), "last_api_key");
}

// Both commands came in with a good key; the lane decides one after the other.
TEST_F(TenantsTest, AKeyRevokedMeanwhileMakesNoKeys) {
  const auto made = create_tenant("one");
  const auto clerk = create_key(made.caller(), "clerk", {"api_keys.write"}).value().api_key();
  ASSERT_TRUE(revoke_key(made.caller(), clerk.id()).ok());
  EXPECT_EQ(create_key(key_context(made.id, clerk.id()), "k", {"api_keys.write"}).error().reason(), "api_key_revoked");
}

TEST_F(TenantsTest, ThePlatformHasOneFirstKeyAndMayMakeMore) {
  const auto again = make_secret(system_random(), SecretKind::platform, {});
  const auto made = run_value<bool>(
      system_context(), [&](engine::Work& work) { return decide_bootstrap_platform_key(work, again.record); });
  EXPECT_FALSE(made.value()) << "the fixture made it";
  EXPECT_FALSE(find_api_key_by_secret(partition().state(), again.record.sha256));

  const auto key = create_key(platform(), "night shift", {"tenants.read", "tenants.write"}).value().api_key();
  EXPECT_THAT(key.permissions(), ElementsAre("tenants.read", "tenants.write"));
  v1::CreateApiKeyRequest request;
  request.set_kind(v1::API_KEY_KIND_PUBLISHABLE);
  EXPECT_EQ(create_key(platform(), request).error().reason(), "api_key_kind_unknown");
}

TEST_F(TenantsTest, ACallerSeesItsOwnTenantAndThePlatformSeesAll) {
  const auto one = create_tenant("one");
  const auto two = create_tenant("two");
  const auto& state = partition().state();
  v1::GetTenantRequest request;
  EXPECT_EQ(get_tenant(state, one.id, request).value().tenant().name(), "one");
  EXPECT_EQ(get_tenant(state, {}, request).error().reason(), "tenant_id_missing");
  request.set_tenant_id(two.id.to_string());
  EXPECT_EQ(get_tenant(state, {}, request).value().tenant().name(), "two");
  EXPECT_EQ(get_tenant(state, two.id, request).value().tenant().name(), "two");
  EXPECT_EQ(get_tenant(state, one.id, request).error().reason(), "tenant_not_found");
  request.set_tenant_id("ten_nonsense");
  EXPECT_EQ(get_tenant(state, {}, request).error().reason(), "tenant_not_found");
}

TEST_F(TenantsTest, ListsGoPageByPageInTheOrderOfMaking) {
  const std::vector<std::string> expected = {"a", "b", "c", "d", "e"};
  for (const auto& name : expected) create_tenant(name);
  v1::ListTenantsRequest request;
  request.set_page_size(2);
  std::vector<std::string> found;
  do {
    const auto page = list_tenants(partition().state(), request).value();
    EXPECT_LE(page.tenants_size(), 2);
    for (const auto& tenant : page.tenants()) found.push_back(tenant.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(found, expected);
}

TEST_F(TenantsTest, AKeyListHoldsOneTenantsKeysOnly) {
  const auto one = create_tenant("one");
  const auto two = create_tenant("two");
  ASSERT_TRUE(create_key(one.caller(), "third").ok());
  v1::ListApiKeysRequest request;
  request.set_page_size(3);
  const auto page = list_api_keys(partition().state(), one.id, request).value();
  EXPECT_THAT(names(page), ElementsAre("First secret key", "First publishable key", "third"));
  EXPECT_THAT(page.next_page_token(), IsEmpty());
  // A token of another list starts where it says, within the caller's own keys.
  request.set_page_token(base64url(std::string(12, '\0')));
  EXPECT_EQ(list_api_keys(partition().state(), two.id, request).value().api_keys_size(), 2);
  request.set_page_token(base64url(std::string(12, '\xff')));
  EXPECT_EQ(list_api_keys(partition().state(), one.id, request).value().api_keys_size(), 0);
}

TEST_F(TenantsTest, APageTokenThatFlorinDidNotMakeIsRefused) {
  for (const auto* token : {"x", "????", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAA"}) {
    v1::ListTenantsRequest request;
    request.set_page_token(token);
    EXPECT_EQ(list_tenants(partition().state(), request).error().reason(), "page_token_invalid") << token;
  }
}

TEST_F(TenantsTest, AReplayGivesTheSameState) {
  const auto made = create_tenant("one");
  const auto key = create_key(made.caller(), "k").value().api_key();
  ASSERT_TRUE(revoke_key(made.caller(), key.id()).ok());
  const auto before = list_api_keys(partition().state(), made.id, {}).value();
  EXPECT_TRUE(before.api_keys(2).has_revoke_time());
  partition().restart(engine::SynchronousPartition::State::replay_from_zero);
  EXPECT_EQ(list_api_keys(partition().state(), made.id, {}).value().SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(get_tenant(partition().state(), made.id, {}).value().tenant().SerializeAsString(),
            made.tenant.SerializeAsString());
}

TEST(Secrets, HaveTheShapeTheirKindSays) {
  const auto live = make_secret(system_random(), SecretKind::secret, v1::ENVIRONMENT_LIVE);
  EXPECT_THAT(live.text, StartsWith("fl_live_"));
  EXPECT_EQ(live.text.size(), 8u + 43u);
  EXPECT_EQ(live.record.hint, live.text.substr(0, 12));
  EXPECT_EQ(live.record.sha256, hash_secret(live.text));
  EXPECT_EQ(live.record.sha256.size(), 32u);
  EXPECT_THAT(make_secret(system_random(), SecretKind::secret, v1::ENVIRONMENT_SANDBOX).text, StartsWith("fl_test_"));
  EXPECT_THAT(make_secret(system_random(), SecretKind::publishable, v1::ENVIRONMENT_LIVE).text, StartsWith("fl_pub_"));
  const auto platform = make_secret(system_random(), SecretKind::platform, v1::ENVIRONMENT_UNSPECIFIED);
  EXPECT_THAT(platform.text, StartsWith("fl_platform_"));
  EXPECT_EQ(platform.record.hint.size(), 16u);
  EXPECT_NE(platform.text, make_secret(system_random(), SecretKind::platform, v1::ENVIRONMENT_UNSPECIFIED).text);
}

}  // namespace
}  // namespace florin::tenants
