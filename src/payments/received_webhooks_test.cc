#include "payments/received_webhooks.h"

#include <gmock/gmock.h>

#include "contracts/convert.h"
#include "payments/commands.h"
#include "payments/testing/payments_fixture.h"

namespace florin::payments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using webhooks::v1::GetReceivedWebhookRequest;
using webhooks::v1::ListReceivedWebhooksRequest;

class ReceivedWebhooksTest : public testing::Test {
 protected:
  // A webhook about a payment, or about nothing that Florin knows.
  void receive(TenantId tenant, const std::string& payment_id, const std::string& event_id) {
    Webhook webhook{"sandbox", "default", "body of " + event_id, {}};
    webhook.content.set_event_id(event_id);
    webhook.content.set_reference(payment_id);
    const auto done = f_.run<bool>(tenant, [&](engine::Work& work) -> Result<bool> {
      RETURN_IF_ERROR(decide_webhook(work, f_.settings(), webhook));
      return true;
    });
    ASSERT_TRUE(done.ok());
  }
  std::vector<std::string> events(TenantId tenant, ListReceivedWebhooksRequest request = {}) {
    std::vector<std::string> found;
    do {
      const auto page = list_received_webhooks(f_.state(), tenant, request).value();
      for (const auto& webhook : page.received_webhooks()) found.push_back(webhook.event_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  }

  PaymentsFixture f_;
};

TEST_F(ReceivedWebhooksTest, AreListedNewestFirstForTheirTenant) {
  const std::string one = f_.create({});
  const std::string two = f_.create({});
  const std::string theirs = f_.create({.tenant = f_.other});
  receive(f_.tenant, one, "evt_1");
  receive(f_.tenant, two, "evt_2");
  receive(f_.tenant, one, "evt_3");
  receive(f_.other, theirs, "evt_4");
  EXPECT_THAT(events(f_.tenant), ElementsAre("evt_3", "evt_2", "evt_1"));
  EXPECT_THAT(events(f_.other), ElementsAre("evt_4"));
  EXPECT_THAT(events({}), IsEmpty());
  ListReceivedWebhooksRequest request;
  request.set_page_size(2);
  EXPECT_EQ(events(f_.tenant, request).size(), 3u);
  request.set_payment_id(one);
  EXPECT_THAT(events(f_.tenant, request), ElementsAre("evt_3", "evt_1"));
  request.set_page_token("AAAA");
  EXPECT_EQ(list_received_webhooks(f_.state(), f_.tenant, request).error().reason(), "page_token_invalid");
}

TEST_F(ReceivedWebhooksTest, TimesBoundTheList) {
  const std::string payment = f_.create({});
  std::vector<Timestamp> times;
  for (int i = 0; i < 5; ++i) {
    f_.partition().advance(Duration::seconds(1));
    times.push_back(f_.partition().now());
    receive(f_.tenant, payment, "evt_" + std::to_string(i));
  }
  ListReceivedWebhooksRequest request;
  *request.mutable_receive_time_from() = contracts::to_message(times[1]);
  *request.mutable_receive_time_to() = contracts::to_message(times[3]);
  EXPECT_THAT(events(f_.tenant, request), ElementsAre("evt_2", "evt_1"));
}

TEST_F(ReceivedWebhooksTest, OneIsShownWithItsBody) {
  const std::string payment = f_.create({});
  receive(f_.tenant, payment, "evt_1");
  receive({}, "nothing of ours", "evt_2");
  const auto listed = list_received_webhooks(f_.state(), f_.tenant, {}).value().received_webhooks(0);
  EXPECT_THAT(listed.body(), IsEmpty());
  EXPECT_EQ(listed.body_bytes(), 13u);
  EXPECT_EQ(listed.payment_id(), payment);
  GetReceivedWebhookRequest request;
  request.set_received_webhook_id(listed.id());
  EXPECT_EQ(get_received_webhook(f_.state(), f_.tenant, request)->received_webhook().body(), "body of evt_1");
  EXPECT_EQ(get_received_webhook(f_.state(), f_.other, request).error().reason(), "received_webhook_not_found");

  const auto of_nobody = list_received_webhooks(f_.state(), {}, {}).value().received_webhooks(0);
  EXPECT_EQ(of_nobody.event_id(), "evt_2");
  EXPECT_THAT(of_nobody.payment_id(), IsEmpty());
  request.set_received_webhook_id(of_nobody.id());
  EXPECT_EQ(get_received_webhook(f_.state(), {}, request)->received_webhook().body(), "body of evt_2");
  request.set_received_webhook_id("whk_nonsense");
  EXPECT_EQ(get_received_webhook(f_.state(), {}, request).error().reason(), "received_webhook_not_found");
}

}  // namespace
}  // namespace florin::payments
