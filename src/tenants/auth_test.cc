#include "tenants/auth.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/encoding.h"
#include "tenants/testing/tenants_fixture.h"

namespace florin::tenants {
namespace {

class AuthTest : public ::testing::Test, protected TenantsFixture {
 protected:
  KeyRing make_ring() {
    return KeyRing(
        [this] {
          ++snapshots_;
          return partition().snapshot();
        },
        clock_);
  }

  engine::ManualClock clock_{partition().now()};
  int snapshots_ = 0;
};

common::v1::MethodRules method(const std::string& permission) {
  common::v1::MethodRules rules;
  rules.set_permission(permission);
  return rules;
}

TEST(Permissions, NamesGoBothWays) {
  for (std::size_t i = 0; i < permission_names.size(); ++i) {
    EXPECT_EQ(permission_from_name(permission_names[i]), static_cast<Permission>(i));
    EXPECT_EQ(permission_name(static_cast<Permission>(i)), permission_names[i]);
  }
  EXPECT_FALSE(permission_from_name(""));
  EXPECT_FALSE(permission_from_name("*"));
}

TEST(Permissions, AStarMeansWhatItsOwnerMayHold) {
  const std::vector<std::string> star = {"*"};
  EXPECT_FALSE(PermissionSet::parse(star, false)->has(Permission::tenants_write));
  EXPECT_TRUE(PermissionSet::parse(star, false)->has(Permission::events_read));
  EXPECT_TRUE(PermissionSet::parse(star, true)->has(Permission::tenants_write));
  EXPECT_TRUE(PermissionSet::all(true).includes(PermissionSet::all(false)));
  EXPECT_FALSE(PermissionSet::all(false).includes(PermissionSet::all(true)));
  EXPECT_EQ(PermissionSet::all(true).without(PermissionSet::all(false)).to_string(),
            "tenants.write, operators.write, system.read");
}

TEST_F(AuthTest, ASecretNamesItsKey) {
  v1::CreateTenantRequest request;
  request.set_environment(v1::ENVIRONMENT_LIVE);
  request.mutable_limits()->set_requests_per_second(9);
  const auto made = create_tenant(request);
  auto ring = make_ring();
  const auto key = ring.authenticate(made.secret.text).value();
  EXPECT_EQ(key->tenant, made.id);
  EXPECT_EQ(key->id, made.secret_key_id);
  EXPECT_EQ(key->kind, v1::API_KEY_KIND_SECRET);
  EXPECT_EQ(key->environment, v1::ENVIRONMENT_LIVE);
  EXPECT_EQ(key->limits, (CallLimits{9, 2'000}));
  EXPECT_FALSE(key->platform);

  const auto platform = ring.authenticate(platform_secret().text).value();
  EXPECT_TRUE(platform->platform);
  EXPECT_TRUE(platform->tenant.empty());
  EXPECT_EQ(platform->limits, platform_limits);
}

TEST_F(AuthTest, WhatIsNoSecretIsTurnedAway) {
  auto ring = make_ring();
  EXPECT_EQ(ring.authenticate("").error().reason(), "api_key_missing");
  EXPECT_EQ(ring.authenticate("fl_test_other").error().reason(), "api_key_unknown");
  EXPECT_EQ(ring.authenticate(platform_secret().text + "x").error().reason(), "api_key_unknown");
  EXPECT_EQ(ring.authenticate(platform_secret().record.sha256).error().reason(), "api_key_unknown");
  EXPECT_EQ(ring.authenticate(std::string(100'000, 'x')).error().reason(), "api_key_unknown");
  EXPECT_EQ(ring.authenticate("").error().code(), Code::unauthenticated);
}

TEST_F(AuthTest, RemembersKeysUntilKeysChange) {
  const auto made = create_tenant("one");
  auto ring = make_ring();
  ASSERT_TRUE(ring.authenticate(made.secret.text).ok());
  ASSERT_TRUE(ring.authenticate(made.secret.text).ok());
  EXPECT_EQ(snapshots_, 1);
  ASSERT_TRUE(create_key(made.caller(), "k").ok());
  ring.invalidate(partition().snapshot()->sequence());
  ASSERT_TRUE(ring.authenticate(made.secret.text).ok());
  EXPECT_EQ(snapshots_, 2);
}

TEST_F(AuthTest, ARevokedKeyStopsWorkingAtOnce) {
  const auto made = create_tenant("one");
  ASSERT_TRUE(create_key(made.caller(), "other").ok());
  auto ring = make_ring();
  ASSERT_TRUE(ring.authenticate(made.secret.text).ok());
  ASSERT_TRUE(revoke_key(made.caller(), made.secret_key_id.to_string()).ok());
  ring.invalidate(partition().snapshot()->sequence());
  EXPECT_EQ(ring.authenticate(made.secret.text).error().reason(), "api_key_revoked");
}

// A read that began before the revoke and ends after it must not bring the key back.
TEST_F(AuthTest, AnOldReadDoesNotOutliveTheRevoke) {
  const auto made = create_tenant("one");
  ASSERT_TRUE(create_key(made.caller(), "other").ok());
  KeyRing* shared = nullptr;
  bool revoke = true;
  KeyRing ring(
      [&] {
        auto before = partition().snapshot();
        if (std::exchange(revoke, false)) {
          CHECK(revoke_key(made.caller(), made.secret_key_id.to_string()).ok());
          shared->invalidate(partition().snapshot()->sequence());
        }
        return before;
      },
      clock_);
  shared = &ring;
  EXPECT_TRUE(ring.authenticate(made.secret.text).ok()) << "it came in before the revoke was answered";
  EXPECT_EQ(ring.authenticate(made.secret.text).error().reason(), "api_key_revoked");
}

TEST_F(AuthTest, InvalidatingAnOlderEntryChangesNothing) {
  auto ring = make_ring();
  ring.invalidate(partition().snapshot()->sequence());
  ASSERT_TRUE(ring.authenticate(platform_secret().text).ok());
  ring.invalidate(0);
  ASSERT_TRUE(ring.authenticate(platform_secret().text).ok());
  EXPECT_EQ(snapshots_, 1);
}

TEST_F(AuthTest, LastUseIsKeptToTheMinute) {
  const auto made = create_tenant("one");
  auto ring = make_ring();
  EXPECT_FALSE(ring.last_use(made.secret_key_id));
  clock_.set(Timestamp::parse("2026-03-01T10:20:59.5Z").value());
  ASSERT_TRUE(ring.authenticate(made.secret.text).ok());
  EXPECT_EQ(ring.last_use(made.secret_key_id), Timestamp::parse("2026-03-01T10:20:00Z"));
  ring.invalidate(1'000);
  EXPECT_TRUE(ring.last_use(made.secret_key_id)) << "it outlives what is forgotten of the key";
}

TEST_F(AuthTest, MethodsSayWhoMayCallThem) {
  const auto made = create_tenant("one");
  auto ring = make_ring();
  const auto secret = ring.authenticate(made.secret.text).value();
  const auto publishable = ring.authenticate(made.publishable.text).value();
  const auto platform = ring.authenticate(platform_secret().text).value();

  EXPECT_TRUE(authorize(*secret, method("payments.write")).ok());
  EXPECT_EQ(authorize(*secret, method("tenants.write")).error().reason(), "permission_missing");
  EXPECT_EQ(authorize(*publishable, method("payments.read")).error().reason(), "publishable_key_refused");
  EXPECT_TRUE(authorize(*platform, method("tenants.write")).ok());

  auto rules = method("tenants.read");
  rules.set_platform_only(true);
  EXPECT_EQ(authorize(*secret, rules).error().reason(), "platform_key_required");
  EXPECT_TRUE(authorize(*platform, rules).ok());

  rules = method("payments.read");
  rules.set_publishable(true);
  EXPECT_TRUE(authorize(*publishable, rules).ok());
  EXPECT_TRUE(authorize(*secret, rules).ok());
}

TEST_F(AuthTest, AMethodWithoutAKnownPermissionIsRefusedToEverybody) {
  auto ring = make_ring();
  const auto platform = ring.authenticate(platform_secret().text).value();
  const auto publishable = ring.authenticate(create_tenant("one").publishable.text).value();
  for (const auto* permission : {"", "*", "no.such"}) {
    auto rules = method(permission);
    rules.set_publishable(true);
    EXPECT_EQ(authorize(*platform, rules).error().reason(), "permission_missing") << permission;
    EXPECT_EQ(authorize(*publishable, rules).error().reason(), "permission_missing") << permission;
  }
}

TEST_F(AuthTest, ManyThreadsMayAskAtOnce) {
  const auto made = create_tenant("one");
  const auto state = partition().snapshot();
  KeyRing ring([&] { return state; }, clock_);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        CHECK(ring.authenticate(made.secret.text).ok());
        ring.invalidate(static_cast<std::uint64_t>(round % 2));
        CHECK(ring.last_use(made.secret_key_id).has_value());
      }
    });
  }
}

}  // namespace
}  // namespace florin::tenants
