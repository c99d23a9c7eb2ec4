#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "http/testing/memory_exchange.h"
#include "vault/limits.h"
#include "vault/private_door.h"
#include "vault/public_door.h"
#include "vault/testing.h"

namespace florin::vault {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* own_origin = "https://cards.example";
constexpr const char* good_card = R"({"number":"4242424242424242","exp_month":12,"exp_year":2030,"cvc":"123"})";

struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
  std::string reason() const { return json().value("reason", ""); }
};

class DoorsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(test_.open().ok());
    auto client = http::Client::start();
    ASSERT_TRUE(client.ok());
    client_ = std::move(*client);
    public_door_ =
        std::make_unique<PublicDoor>(PublicDoor::Parts{.store = *test_.store,
                                                       .clock = test_.clock,
                                                       .frame_ancestors = {"https://shop.example"},
                                                       .rate = {.burst = 5, .per_minute = 5, .peers_max = 9}});
    private_door_ = std::make_unique<PrivateDoor>(
        PrivateDoor::Parts{*test_.store, *client_, "s3cret", {{.tls = false, .host = "127.0.0.1", .port = 1}}});
  }

  Answer call(http::Handler& door, http::RequestHead head, std::string body = {}) {
    http::MemoryExchange exchange(test_.executor, std::move(head), std::move(body));
    bool ended = false;
    start(door.serve(exchange), [&ended](Unit) { ended = true; });
    test_.executor.run_until([&ended] { return ended; });
    return {exchange.status(), exchange.head().headers, exchange.body()};
  }

  Answer get(const char* path) { return call(*public_door_, {.method = "GET", .path = path, .peer = "10.0.0.1:1"}); }

  Answer tokenize(std::string body, std::string origin = own_origin, std::string type = "application/json") {
    http::RequestHead head{.method = "POST", .path = "/v1/tokens", .peer = "10.0.0.1:1"};
    if (!origin.empty()) head.headers.add("origin", std::move(origin));
    head.headers.add("content-type", std::move(type));
    return call(*public_door_, std::move(head), std::move(body));
  }

  Answer ask(const char* path, const Json& body, std::string secret = "s3cret") {
    http::RequestHead head{.method = "POST", .path = path};
    head.headers.add("authorization", "Bearer " + secret);
    head.headers.add("content-type", "application/json");
    return call(*private_door_, std::move(head), body.dump());
  }

  TestStore test_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<PublicDoor> public_door_;
  std::unique_ptr<PrivateDoor> private_door_;
};

TEST_F(DoorsTest, NothingIsServedBeforeTheOriginIsKnown) {
  EXPECT_EQ(get("/card-form/v1/").status, 503);
}

TEST_F(DoorsTest, TheFormComesWithAStrictPolicyAndItsParents) {
  public_door_->open(own_origin);
  const Answer page = get("/card-form/v1/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.get("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.get("cache-control"), "no-store");
  EXPECT_EQ(page.headers.get("x-content-type-options"), "nosniff");
  EXPECT_TRUE(page.headers.has("strict-transport-security"));
  const std::string policy(*page.headers.get("content-security-policy"));
  for (const char* part :
       {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'",
        "frame-ancestors https://shop.example", "require-trusted-types-for 'script'"}) {
    EXPECT_THAT(policy, HasSubstr(part));
  }
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page.body, HasSubstr(R"(content="https://shop.example")"));
  EXPECT_THAT(page.body, Not(HasSubstr("{{")));
  EXPECT_EQ(get("/card-form/v1/card_form.js").headers.get("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(get("/card-form/v1/card_form.css").status, 200);
  for (const char* path : {"/", "/card-form/v1/x", "/card-form/", "/v1/tokens", "/v1/claims", "/v1/forward"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(DoorsTest, ACardGoesInAndATokenComesOut) {
  public_door_->open(own_origin);
  const Answer made = tokenize(good_card);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_THAT(made.json()["token"].get<std::string>(), testing::StartsWith("tok_card_"));
  EXPECT_EQ(made.json()["card"].dump(),
            R"({"bin":"424242","brand":"visa","exp_month":12,"exp_year":2030,"last_four":"4242"})");
  EXPECT_EQ(made.headers.get("cache-control"), "no-store");
  EXPECT_FALSE(made.headers.has("access-control-allow-origin"));
}

TEST_F(DoorsTest, OnlyTheFormItselfMaySendACard) {
  public_door_->open(own_origin);
  for (const char* origin :
       {"", "https://shop.example", "null", "https://cards.example.evil", "http://cards.example"}) {
    EXPECT_EQ(tokenize(good_card, origin).reason(), "origin_not_allowed") << origin;
  }
  http::RequestHead head{.method = "POST", .path = "/v1/tokens", .peer = "10.0.0.1:1"};
  head.headers.add("origin", own_origin);
  head.headers.add("content-type", "application/json");
  head.headers.add("sec-fetch-site", "cross-site");
  EXPECT_EQ(call(*public_door_, std::move(head), good_card).status, 403);
  EXPECT_EQ(tokenize(good_card, own_origin, "text/plain").status, 415);
  EXPECT_EQ(test_.store->tokens(), 0u);
}

TEST_F(DoorsTest, RefusalsNameFieldsAndNeverValues) {
  public_door_->open(own_origin);
  const Answer refused = tokenize(R"({"number":"4242424242424241","exp_month":77,"exp_year":2030,"cvc":"98765"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.reason(), "card_invalid");
  EXPECT_EQ(refused.json()["field_violations"][0]["field"], "number");
  for (const char* typed : {"4242", "77", "98765"}) EXPECT_THAT(refused.body, Not(HasSubstr(typed)));
  EXPECT_THAT(tokenize(R"({"number":"4242424242424242",)").body, Not(HasSubstr("4242")));
  EXPECT_EQ(tokenize(std::string(token_body_bytes_max + 1, ' ')).status, 413);
}

TEST_F(DoorsTest, AnAddressMaySendOnlySoMany) {
  public_door_->open(own_origin);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(tokenize(good_card).status, 200);
  const Answer refused = tokenize(good_card);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.get("retry-after"), "12");
}

TEST_F(DoorsTest, ThePrivateDoorNeedsItsSecret) {
  const Json claim = {{"token", "t"}, {"tenant_id", "ten_1"}, {"claimant", "pay_1"}};
  EXPECT_EQ(ask("/v1/claims", claim, "wrong").status, 401);
  EXPECT_EQ(ask("/v1/claims", claim, "").status, 401);
  EXPECT_EQ(ask("/v1/forward", claim, "wrong").json()["delivery"], "not_sent");
  EXPECT_EQ(ask("/v1/tokens", claim).status, 404);
  http::RequestHead form{.method = "GET", .path = "/card-form/v1/"};
  EXPECT_EQ(call(*private_door_, std::move(form)).status, 404);
}

TEST_F(DoorsTest, AClaimTellsWhatMayBeKnownOfTheCard) {
  const std::string token = test_.add();
  const Json claim = {{"token", token}, {"tenant_id", "ten_1"}, {"claimant", "pay_1"}};
  const Answer claimed = ask("/v1/claims", claim);
  EXPECT_EQ(claimed.status, 200);
  EXPECT_EQ(claimed.json()["card"]["last_four"], "4242");
  EXPECT_EQ(ask("/v1/claims", claim).status, 200);
  Json other = claim;
  other["claimant"] = "pay_2";
  EXPECT_EQ(ask("/v1/claims", other).reason(), "token_used");
  other["token"] = "tok_card_nothing";
  EXPECT_EQ(ask("/v1/claims", other).reason(), "token_not_found");
  EXPECT_EQ(ask("/v1/claims", {{"token", token}}).reason(), "claim_invalid");
}

TEST_F(DoorsTest, AForwardThatDidNotLeaveSaysSo) {
  const std::string token = test_.add();
  ASSERT_EQ(test_.claim(token), "ok");
  Json forward = {
      {"token", token},           {"claimant", "pay_1"}, {"method", "POST"},  {"url", "http://127.0.0.1:1/v1"},
      {"headers", Json::array()}, {"body", ""},          {"timeout_ms", 2000}};
  const auto refusal = [&](const char* field, Json value) {
    Json request = forward;
    request[field] = std::move(value);
    const Answer answer = ask("/v1/forward", request);
    return answer.reason() + " " + answer.json().value("delivery", "");
  };
  EXPECT_EQ(refusal("url", "http://127.0.0.1:2/v1"), "host_not_allowed not_sent");
  EXPECT_EQ(refusal("claimant", "pay_2"), "token_used not_sent");
  EXPECT_EQ(refusal("token", "tok_card_nothing"), "token_not_found not_sent");
  EXPECT_EQ(refusal("body", "e3tjYXJkLnBpbn19"), "placeholder_unknown not_sent");
  // Nobody listens on port 1: the connection is refused before a byte was written.
  EXPECT_EQ(refusal("method", "POST"), "provider_unreachable not_sent");
  EXPECT_EQ(test_.store->card_of(token, "pay_1")->cvc, "123") << "no provider has answered";
}

}  // namespace
}  // namespace florin::vault
