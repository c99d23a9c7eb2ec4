#include <gmock/gmock.h>

#include "operators/limits.h"
#include "operators/roles.h"
#include "operators/testing/operators_fixture.h"

namespace florin::operators {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto owner = v1::OPERATOR_ROLE_OWNER;
constexpr auto admin = v1::OPERATOR_ROLE_ADMIN;
constexpr auto finance = v1::OPERATOR_ROLE_FINANCE;
constexpr auto viewer = v1::OPERATOR_ROLE_VIEWER;
constexpr auto no_role = v1::OPERATOR_ROLE_UNSPECIFIED;

class InvitationsTest : public testing::Test {
 protected:
  std::string reason(const auto& result) { return result.ok() ? "ok" : result.error().reason(); }
  v1::Operator shown(const OperatorsFixture::Person& person, TenantId at = {}) {
    return find_visible_operator(f_.state(), at, person.id.to_string()).value();
  }

  OperatorsFixture f_;
};

TEST_F(InvitationsTest, TheFirstLinkMakesTheOwner) {
  const Secret link = f_.invite_first_owner().value();
  const auto before = get_invitation(f_.state(), link.sha256, f_.partition().now()).value();
  EXPECT_EQ(before.role(), owner);
  EXPECT_EQ(before.tenant_name(), "Platform");
  EXPECT_THAT(before.email(), IsEmpty());

  EXPECT_EQ(reason(f_.redeem(link, "", "Olive")), "email_missing");
  EXPECT_EQ(reason(f_.redeem(link, "o@example.com", "")), "name_missing");
  const auto redeemed = f_.redeem(link, "Olive@Example.com", "Olive").value();
  EXPECT_EQ(redeemed.operator_().email(), "olive@example.com");
  EXPECT_EQ(redeemed.operator_().status(), v1::OPERATOR_STATUS_ACTIVE);
  EXPECT_EQ(redeemed.operator_().grants(0).role(), owner);
  EXPECT_TRUE(redeemed.session().current());
  EXPECT_TRUE(find_session(f_.state(), f_.last_session().sha256, f_.partition().now()));
  EXPECT_FALSE(f_.invite_first_owner()) << "there is an owner";
}

TEST_F(InvitationsTest, ALinkWorksOnceAndNotForEver) {
  const Secret link = f_.invite_first_owner().value();
  ASSERT_TRUE(f_.redeem(link, "o@example.com").ok());
  EXPECT_EQ(reason(f_.redeem(link, "o@example.com")), "invitation_invalid");
  EXPECT_EQ(reason(get_invitation(f_.state(), link.sha256, f_.partition().now())), "invitation_invalid");

  const auto boss = f_.sign_in("o@example.com").value();
  engine::CommandContext platform_key;
  ASSERT_TRUE(f_.invite(platform_key, "late@example.com", viewer).ok());
  const Secret late = f_.last_link();
  f_.partition().advance(invitation_life);
  EXPECT_EQ(reason(f_.redeem(late)), "invitation_invalid");
  EXPECT_EQ(reason(f_.redeem(make_secret(system_random()))), "invitation_invalid") << "one of nobody";
  EXPECT_EQ(reason(f_.redeem({.text = {}, .sha256 = "short"})), "invitation_invalid");
}

TEST_F(InvitationsTest, AnotherFirstLinkReplacesTheOneThatWasLost) {
  const Secret lost = f_.invite_first_owner().value();
  const Secret found = f_.invite_first_owner().value();
  EXPECT_EQ(reason(f_.redeem(lost, "o@example.com")), "invitation_invalid");
  EXPECT_TRUE(f_.redeem(found, "o@example.com").ok());
  EXPECT_EQ(list_operators(f_.state(), {}, {}).value().operators_size(), 1) << "it is the same person";
}

TEST_F(InvitationsTest, AnInvitedPersonHasTheAddressAndRoleOfTheInvitation) {
  const auto boss = f_.first_owner();
  const TenantId shop = f_.create_tenant("Shop");
  const auto invited = f_.invite(boss.at(shop), "Fay@Example.com", finance).value();
  EXPECT_EQ(invited.operator_().status(), v1::OPERATOR_STATUS_INVITED);
  EXPECT_TRUE(invited.has_expire_time());
  const auto link = get_invitation(f_.state(), f_.last_link().sha256, f_.partition().now()).value();
  EXPECT_EQ(link.email(), "fay@example.com");
  EXPECT_EQ(link.tenant_name(), "Shop");
  EXPECT_EQ(reason(f_.redeem(f_.last_link(), "eve@example.com")), "email_not_invited");
  const auto fay = f_.redeem(f_.last_link(), "FAY@example.com", "Fay").value();
  EXPECT_EQ(fay.operator_().name(), "Fay");
  EXPECT_EQ(fay.operator_().grants(0).tenant_id(), shop.to_string());
  EXPECT_EQ(fay.operator_().grants(0).role(), finance);
}

TEST_F(InvitationsTest, OnlyAnOwnerMakesAnOwnerOrTakesOneOver) {
  const auto boss = f_.first_owner();
  const auto deputy = f_.add_operator(boss.at_platform(), "deputy@example.com", admin);
  EXPECT_EQ(reason(f_.invite(deputy.at_platform(), "new@example.com", owner)), "role_not_manageable");
  EXPECT_EQ(reason(f_.invite(deputy.at_platform(), "owner@example.com", no_role)), "role_not_manageable")
      << "a link to an owner's account is that account";
  EXPECT_EQ(reason(f_.update(deputy.at_platform(), boss, viewer)), "role_not_manageable");
  EXPECT_EQ(reason(f_.update(deputy.at_platform(), boss, {}, true)), "role_not_manageable");
  EXPECT_EQ(reason(f_.update(deputy.at_platform(), deputy, owner)), "role_not_manageable");
  EXPECT_EQ(reason(f_.update(boss.at_platform(), deputy, owner)), "ok");
}

TEST_F(InvitationsTest, ATenantGivesNoLinkToWhoeverIsKnownElsewhere) {
  const auto boss = f_.first_owner();
  const TenantId shop = f_.create_tenant("Shop");
  const TenantId other = f_.create_tenant("Other");
  const auto of_shop = f_.add_operator(boss.at(shop), "shop@example.com", admin);
  ASSERT_TRUE(f_.invite(boss.at(other), "other@example.com", viewer).ok());
  const Secret link_of_other = f_.last_link();

  const auto invited = f_.invite(of_shop.at(shop), "other@example.com", viewer).value();
  EXPECT_FALSE(invited.has_expire_time()) << "the role, but no link to an account that reaches further";
  EXPECT_EQ(invited.operator_().grants_size(), 1) << "what it is at another tenant is not shown";
  EXPECT_EQ(reason(f_.redeem(link_of_other)), "ok") << "the first link still works";
  EXPECT_EQ(reason(f_.invite(of_shop.at(shop), "owner@example.com", admin)), "ok");
  EXPECT_EQ(reason(f_.redeem(f_.last_link())), "invitation_invalid");
}

TEST_F(InvitationsTest, APersonWhoLostThePasswordGetsAnotherLinkFromThePlatform) {
  const auto boss = f_.first_owner();
  const auto fay = f_.add_operator(boss.at_platform(), "fay@example.com", finance);
  ASSERT_TRUE(f_.invite(boss.at_platform(), "fay@example.com", no_role).value().has_expire_time());
  const auto link = get_invitation(f_.state(), f_.last_link().sha256, f_.partition().now()).value();
  EXPECT_TRUE(link.resets_password());
  EXPECT_TRUE(f_.sign_in("fay@example.com").value().has_operator_()) << "the old password works until then";
  ASSERT_TRUE(f_.redeem(f_.last_link(), "", "", "another long secret").ok());
  EXPECT_FALSE(find_session(f_.state(), fay.secret_sha256, f_.partition().now())) << "old sessions have ended";
  EXPECT_FALSE(f_.sign_in("fay@example.com").value().has_operator_());
  EXPECT_TRUE(f_.sign_in("fay@example.com", "another long secret").value().has_operator_());
}

TEST_F(InvitationsTest, TheLastOwnerStaysOne) {
  const auto boss = f_.first_owner();
  EXPECT_EQ(reason(f_.update(boss.at_platform(), boss, viewer)), "last_owner");
  EXPECT_EQ(reason(f_.update(boss.at_platform(), boss, no_role)), "last_owner");
  EXPECT_EQ(reason(f_.update(boss.at_platform(), boss, {}, true)), "last_owner");
  ASSERT_TRUE(f_.invite(boss.at_platform(), "second@example.com", owner).ok());
  EXPECT_EQ(reason(f_.update(boss.at_platform(), boss, viewer)), "last_owner") << "an invited owner cannot sign in yet";
  ASSERT_TRUE(f_.redeem(f_.last_link()).ok());
  EXPECT_EQ(reason(f_.update(boss.at_platform(), boss, viewer)), "ok");
  EXPECT_EQ(shown(boss).grants(0).role(), viewer);
}

TEST_F(InvitationsTest, ADisabledOperatorIsOutAtOnce) {
  const auto boss = f_.first_owner();
  const TenantId shop = f_.create_tenant("Shop");
  const auto fay = f_.add_operator(boss.at(shop), "fay@example.com", admin);
  EXPECT_EQ(reason(f_.update(boss.at(shop), fay, {}, true)), "platform_required");
  ASSERT_TRUE(f_.update(boss.at_platform(), fay, {}, true).ok());
  EXPECT_FALSE(find_session(f_.state(), fay.secret_sha256, f_.partition().now()));
  EXPECT_FALSE(f_.sign_in("fay@example.com").value().has_operator_());
  EXPECT_EQ(reason(f_.invite(boss.at_platform(), "fay@example.com", admin)), "operator_disabled");
  EXPECT_EQ(reason(f_.invite(fay.at(shop), "x@example.com", viewer)), "role_not_manageable")
      << "a command that was under way";
  ASSERT_TRUE(f_.update(boss.at_platform(), fay, {}, false).ok());
  EXPECT_TRUE(f_.sign_in("fay@example.com").value().has_operator_());
}

TEST_F(InvitationsTest, RolesAreSetPerTenantAndSeenOnlyThere) {
  const auto boss = f_.first_owner();
  const TenantId shop = f_.create_tenant("Shop");
  const TenantId other = f_.create_tenant("Other");
  const auto fay = f_.add_operator(boss.at(shop), "fay@example.com", finance);
  ASSERT_TRUE(f_.invite(boss.at(other), "fay@example.com", viewer).ok());
  EXPECT_EQ(shown(fay).grants_size(), 2);
  EXPECT_EQ(shown(fay, shop).grants_size(), 1);
  ASSERT_TRUE(f_.update(boss.at(other), fay, no_role).ok());
  EXPECT_FALSE(find_visible_operator(f_.state(), other, fay.id.to_string()));
  EXPECT_EQ(reason(f_.update(boss.at(other), fay, viewer)), "operator_not_found");
  const auto of_shop = list_operators(f_.state(), shop, {}).value();
  ASSERT_EQ(of_shop.operators_size(), 1);
  EXPECT_EQ(of_shop.operators(0).id(), fay.id.to_string());
  EXPECT_EQ(list_operators(f_.state(), {}, {}).value().operators_size(), 2);
}

TEST_F(InvitationsTest, ListsGoPageByPage) {
  const auto boss = f_.first_owner();
  const TenantId shop = f_.create_tenant("Shop");
  for (const char* email : {"a@x.test", "b@x.test", "c@x.test"})
    ASSERT_TRUE(f_.invite(boss.at(shop), email, viewer).ok());
  for (const TenantId tenant : {shop, TenantId{}}) {
    v1::ListOperatorsRequest request;
    request.set_page_size(2);
    std::vector<std::string> found;
    do {
      const auto page = list_operators(f_.state(), tenant, request).value();
      for (const auto& person : page.operators()) found.push_back(person.email());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    if (!tenant.empty()) EXPECT_THAT(found, ElementsAre("a@x.test", "b@x.test", "c@x.test"));
    if (tenant.empty()) EXPECT_THAT(found, ElementsAre("owner@example.com", "a@x.test", "b@x.test", "c@x.test"));
  }
  v1::ListOperatorsRequest wrong;
  wrong.set_page_token("AAAA");
  EXPECT_EQ(reason(list_operators(f_.state(), shop, wrong)), "page_token_invalid");
}

TEST_F(InvitationsTest, AReplayGivesTheSameState) {
  const auto boss = f_.first_owner();
  f_.add_operator(boss.at(f_.create_tenant("Shop")), "fay@example.com", finance);
  ASSERT_TRUE(f_.sign_in("nobody@example.com").ok());
  const auto picture = [&] {
    return list_operators(f_.state(), {}, {}).value().SerializeAsString() +
           list_sessions(f_.state(), boss.session, f_.partition().now()).SerializeAsString();
  };
  const std::string before = picture();
  f_.partition().restart(engine::SynchronousPartition::State::replay_from_zero);
  EXPECT_EQ(picture(), before);
}

// ---- roles ----

TEST(RolesTest, EachRoleHoldsWhatItsNameSays) {
  using tenants::Permission;
  EXPECT_EQ(permissions_of(admin, false).to_string(), permissions_of(owner, false).to_string());
  EXPECT_TRUE(permissions_of(owner, true).has(Permission::tenants_write));
  EXPECT_FALSE(permissions_of(owner, false).has(Permission::tenants_write));
  EXPECT_TRUE(permissions_of(owner, false).has(Permission::operators_write));
  EXPECT_TRUE(permissions_of(finance, false).has(Permission::refunds_write));
  EXPECT_TRUE(permissions_of(finance, false).has(Permission::ledger_read));
  EXPECT_FALSE(permissions_of(finance, false).has(Permission::api_keys_write));
  EXPECT_TRUE(permissions_of(v1::OPERATOR_ROLE_SUPPORT, false).has(Permission::refunds_write));
  EXPECT_FALSE(permissions_of(v1::OPERATOR_ROLE_SUPPORT, false).has(Permission::ledger_read));
  for (const auto name : tenants::permission_names) {
    if (name.ends_with(".write")) {
      EXPECT_FALSE(permissions_of(viewer, true).has(tenants::permission_from_name(name).value())) << name;
    }
  }
  EXPECT_EQ(permissions_of(no_role, true), tenants::PermissionSet());
}

// A key can be given nothing that its maker lacks; for an operator that rests on this.
TEST(RolesTest, WhoMayMakeKeysHoldsAllThatAKeyMayHold) {
  for (int role = 0; role < v1::OperatorRole_ARRAYSIZE; ++role) {
    for (const bool platform : {false, true}) {
      const auto held = permissions_of(static_cast<v1::OperatorRole>(role), platform);
      if (held.has(tenants::Permission::api_keys_write)) {
        EXPECT_TRUE(held.includes(tenants::PermissionSet::all(platform))) << role;
      }
    }
  }
}

TEST(RolesTest, TheStrongerRoleCounts) {
  const TenantId shop{Position::of(1, 1, 1)};
  OperatorRow row;
  auto& at_platform = *row.add_grants();
  at_platform.set_role(viewer);
  EXPECT_EQ(role_at(row, shop), viewer) << "a role at the platform counts everywhere";
  auto& at_shop = *row.add_grants();
  at_shop.set_tenant_id(shop.to_string());
  at_shop.set_role(admin);
  EXPECT_EQ(role_at(row, shop), admin);
  EXPECT_EQ(role_at(row, {}), viewer) << "a role at a tenant counts only there";
  at_platform.set_role(owner);
  EXPECT_EQ(role_at(row, shop), owner);
  row.set_disabled(true);
  EXPECT_EQ(role_at(row, shop), no_role);
}

}  // namespace
}  // namespace florin::operators
