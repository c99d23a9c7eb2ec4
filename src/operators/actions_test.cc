#include "operators/actions.h"

#include <gmock/gmock.h>

#include "contracts/convert.h"
#include "operators/limits.h"
#include "operators/testing/operators_fixture.h"

namespace florin::operators {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ActionsTest : public testing::Test {
 protected:
  void act(const OperatorsFixture::Person& person, TenantId tenant, const std::string& resource,
           const std::string& method = "florin.test.v1.TestService/Test") {
    auto context = person.at(tenant);
    context.name = method;
    ASSERT_TRUE(f_.run(context, [&](engine::Work& work) -> Result<bool> {
                    record_action(work, {.operator_id = person.id.to_string(),
                                         .session_id = person.session.session_id.to_string(),
                                         .resource_id = resource,
                                         .before_json = R"({"a":1})",
                                         .after_json = R"({"a":2})",
                                         .request_json = "{}"});
                    return true;
                  }).ok());
  }
  std::vector<std::string> resources(TenantId tenant, v1::ListOperatorActionsRequest request = {}) {
    std::vector<std::string> found;
    do {
      const auto page = list_operator_actions(f_.state(), tenant, request).value();
      for (const auto& action : page.actions()) found.push_back(action.resource_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  }

  OperatorsFixture f_;
  OperatorsFixture::Person boss_ = f_.first_owner();
  TenantId shop_ = f_.create_tenant("Shop");
};

TEST_F(ActionsTest, TellsWhoDidWhatWithBeforeAndAfter) {
  act(boss_, shop_, "pay_1");
  const auto listed = list_operator_actions(f_.state(), shop_, {}).value();
  ASSERT_EQ(listed.actions_size(), 1);
  const auto& action = listed.actions(0);
  EXPECT_EQ(action.operator_id(), boss_.id.to_string());
  EXPECT_EQ(action.operator_name(), "Olive Owner");
  EXPECT_EQ(action.session_id(), boss_.session.session_id.to_string());
  EXPECT_EQ(action.method(), "florin.test.v1.TestService/Test");
  EXPECT_EQ(action.before_json(), R"({"a":1})");
  EXPECT_EQ(action.after_json(), R"({"a":2})");
  EXPECT_EQ(contracts::from_message(action.time()), f_.partition().now());
  EXPECT_EQ(f_.partition().events(shop_, "pay_1").size(), 1u) << "it stands on the resource's timeline";
}

TEST_F(ActionsTest, WhatConcernsNothingInParticularStandsWithTheOperator) {
  act(boss_, {}, "");
  const auto events = f_.partition().events({}, boss_.id.to_string());
  EXPECT_EQ(events.back().type, v1::ActionRecorded::descriptor()->options().GetExtension(common::v1::event).type());
}

TEST_F(ActionsTest, RedeemingAndSigningInAreActionsToo) {
  ASSERT_TRUE(f_.sign_in("owner@example.com").ok());
  EXPECT_THAT(resources({}), ElementsAre(boss_.id.to_string(), boss_.id.to_string()));
}

TEST_F(ActionsTest, AreFiledByTenantOperatorAndResource) {
  const auto fay = f_.add_operator(boss_.at(shop_), "fay@example.com", v1::OPERATOR_ROLE_FINANCE);
  const TenantId other = f_.create_tenant("Other");
  act(boss_, shop_, "pay_1");
  act(fay, shop_, "pay_2");
  act(fay, shop_, "pay_1", "florin.test.v1.TestService/Other");
  act(boss_, other, "pay_9");
  EXPECT_THAT(resources(shop_), ElementsAre("pay_1", "pay_2", "pay_1")) << "newest first";
  EXPECT_THAT(resources(other), ElementsAre("pay_9"));
  v1::ListOperatorActionsRequest of_fay;
  of_fay.set_operator_id(fay.id.to_string());
  EXPECT_THAT(resources(shop_, of_fay), ElementsAre("pay_1", "pay_2"));
  v1::ListOperatorActionsRequest of_payment;
  of_payment.set_resource_id("pay_1");
  EXPECT_EQ(resources(shop_, of_payment).size(), 2u);
  of_payment.set_operator_id(fay.id.to_string());
  EXPECT_EQ(resources(shop_, of_payment).size(), 1u);
  of_payment.set_resource_id("pay_");
  EXPECT_THAT(resources(shop_, of_payment), IsEmpty()) << "an id is not found by its beginning";
  v1::ListOperatorActionsRequest of_method;
  of_method.set_method("florin.test.v1.TestService/Other");
  EXPECT_THAT(resources(shop_, of_method), ElementsAre("pay_1"));
}

TEST_F(ActionsTest, PagesAndTimesBoundTheList) {
  std::vector<Timestamp> times;
  for (int i = 0; i < 7; ++i) {
    f_.partition().advance(Duration::minutes(1));
    times.push_back(f_.partition().now());
    act(boss_, shop_, "pay_" + std::to_string(i));
  }
  v1::ListOperatorActionsRequest request;
  request.set_page_size(3);
  EXPECT_THAT(resources(shop_, request), ElementsAre("pay_6", "pay_5", "pay_4", "pay_3", "pay_2", "pay_1", "pay_0"));
  *request.mutable_time_from() = contracts::to_message(times[2]);
  *request.mutable_time_to() = contracts::to_message(times[5]);
  EXPECT_THAT(resources(shop_, request), ElementsAre("pay_4", "pay_3", "pay_2"));
  request.set_page_token("AAAA");
  EXPECT_EQ(list_operator_actions(f_.state(), shop_, request).error().reason(), "page_token_invalid");
}

TEST_F(ActionsTest, ATextThatIsTooLongIsLeftOut) {
  ASSERT_TRUE(f_.run(boss_.at(shop_), [&](engine::Work& work) -> Result<bool> {
                  record_action(work, {.operator_id = boss_.id.to_string(),
                                       .request_json = std::string(action_json_max + 1, 'x')});
                  return true;
                }).ok());
  const auto listed = list_operator_actions(f_.state(), shop_, {}).value();
  EXPECT_EQ(listed.actions(0).request_json(), R"({"leftOut":"too long","bytes":65537})");
}

}  // namespace
}  // namespace florin::operators
