#include "vault/forward.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "vault/testing.h"

namespace florin::vault {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::vector<Origin> allowed = {{.tls = true, .host = "psp.example", .port = 443},
                                     {.tls = false, .host = "127.0.0.1", .port = 8090}};

Json pair(std::string name, std::string value) {
  return Json::array({std::move(name), std::move(value)});
}

Json good_request() {
  return {{"token", "tok_card_x"},
          {"claimant", "pay_1"},
          {"method", "POST"},
          {"url", "https://psp.example/v1/payments?a=b"},
          {"headers", Json::array({pair("content-type", "application/json"), pair("authorization", "Bearer k")})},
          {"body", base64(R"({"n":"{{card.number}}"})")},
          {"timeout_ms", 5000}};
}

std::string reason_of(const Json& request) {
  const auto read = read_forward(request.dump(), allowed);
  return read.ok() ? "ok" : read.error().reason();
}

std::string with(const char* field, Json value) {
  Json request = good_request();
  request[field] = std::move(value);
  return reason_of(request);
}

std::string with_header(std::string name, std::string value) {
  return with("headers", Json::array({pair(std::move(name), std::move(value))}));
}

TEST(ReadForward, TakesAWholeRequest) {
  const auto read = read_forward(good_request().dump(), allowed);
  ASSERT_TRUE(read.ok()) << read.error().to_string();
  EXPECT_EQ(read->url.to_string(), "https://psp.example/v1/payments?a=b");
  EXPECT_EQ(read->headers.get("authorization"), "Bearer k");
  EXPECT_EQ(read->body, R"({"n":"{{card.number}}"})");
  EXPECT_EQ(read->timeout, Duration::seconds(5));
}

TEST(ReadForward, CallsOnlyAllowedOrigins) {
  EXPECT_EQ(with("url", "https://PSP.example:443/"), "ok");
  EXPECT_EQ(with("url", "http://127.0.0.1:8090"), "ok");
  for (const char* url :
       {"http://psp.example/", "https://psp.example:8443/", "https://psp.example.evil/",
        "https://evil.example/psp.example", "http://127.0.0.1:8091/", "http://localhost:8090/", "http://[::1]:8090/",
        "https://psp.example.", "http://2130706433:8090/", "http://127.1:8090/"}) {
    EXPECT_EQ(with("url", url), "host_not_allowed") << url;
  }
  for (const char* url :
       {"", "psp.example", "ftp://psp.example/", "https://psp.example@evil.example/",
        "https://evil.example\\@psp.example/", "https://psp.example/#x", "https://psp.example/a b",
        "https://psp.example/a\r\nx: y", "https://psp.example:0/", "https://psp.example:99999/",
        "https://psp.example:/", "https:///x", "https://[::1/", "https://-psp.example/", "//psp.example/"}) {
    EXPECT_EQ(with("url", url), "forward_invalid") << url;
  }
}

TEST(ReadForward, CardsGoIntoTheBodyAndNowhereElse) {
  EXPECT_EQ(with("url", "https://psp.example/{{card.number}}"), "forward_invalid");
  EXPECT_EQ(with("url", "https://psp.example/%7B%7Bcard.number%7D%7D"), "forward_invalid");
  EXPECT_EQ(with("url", "https://psp.example/4242424242424242"), "forward_invalid");
  EXPECT_EQ(with_header("x-card", "{{card.number}}"), "forward_invalid");
  EXPECT_EQ(with_header("x-card", "4242 4242 4242 4242"), "forward_invalid");
}

TEST(ReadForward, TakesNoHeaderThatChangesTheMessage) {
  for (const char* name : {"host", "content-length", "transfer-encoding", "connection", "te", "upgrade",
                           "accept-encoding", "proxy-authorization", "expect", "Content-Type", "a b", "", "a:b"}) {
    EXPECT_EQ(with_header(name, "x"), "forward_invalid") << name;
  }
  EXPECT_EQ(with_header("x", "a\r\ny: z"), "forward_invalid");
  EXPECT_EQ(with_header("x", "a\n"), "forward_invalid");
  EXPECT_EQ(with_header("x", "y"), "ok");
  EXPECT_EQ(with("headers", Json::object({{"x", "y"}})), "forward_invalid");
}

TEST(ReadForward, RefusesWhatIsMissingOrStrange) {
  for (const char* field : {"token", "claimant", "method", "url", "timeout_ms"}) {
    Json request = good_request();
    request.erase(field);
    EXPECT_EQ(reason_of(request), "forward_invalid") << field;
  }
  EXPECT_EQ(with("method", "GET"), "forward_invalid");
  EXPECT_EQ(with("method", "CONNECT"), "forward_invalid");
  EXPECT_EQ(with("body", "not base64!"), "forward_invalid");
  EXPECT_EQ(with("timeout_ms", 0), "forward_invalid");
  EXPECT_EQ(with("timeout_ms", 1'000'000), "forward_invalid");
  EXPECT_EQ(with("follow_redirects", true), "forward_invalid");
}

TEST(FillPlaceholders, PutsTheCardInItsPlaces) {
  EXPECT_EQ(fill_placeholders("{{card.number}}|{{card.exp_month}}|{{card.exp_year}}|{{card.cvc}}|{{card.name}}|{{x}}",
                              test_card())
                .value(),
            "4242424242424242|12|2030|123|Ada Lovelace|{{x}}");
  EXPECT_EQ(fill_placeholders("nothing", test_card()).value(), "nothing");
  Card forgotten = test_card();
  forgotten.cvc.clear();
  EXPECT_EQ(fill_placeholders(R"("{{card.cvc}}")", forgotten).value(), R"("")");
  for (const char* body : {"{{card.pin}}", "{{card.number", "{{card.}}", "{{card.number }}"}) {
    EXPECT_EQ(fill_placeholders(body, test_card()).error().reason(), "placeholder_unknown") << body;
  }
}

TEST(FillPlaceholders, WhatACardHoldsIsNotLookedAtAgain) {
  Card card = test_card();
  card.name = "{{card.number}}";
  EXPECT_EQ(fill_placeholders("{{card.name}}", card).value(), "{{card.number}}");
}

TEST(ShowsNumber, HoweverItComesBack) {
  const std::string number = test_number;
  for (const std::string& body :
       {number, std::string("4242 4242 4242 4242"), std::string("4242-4242-4242-4242"),
        std::string(R"({"pan":"4242424242424242"})"), std::string("<b>4242</b><b>4242</b><b>4242</b><b>4242</b>"),
        base64(number), base64("x" + number + "y"), base64("xy" + number), base64url("pan=" + number), hex(number),
        std::string("%34%32%34%32%34%32%34%3242424242"), std::string(R"(\u0034\u0032424242\u00342424242)") + "42"}) {
    EXPECT_TRUE(shows_number({.status = 200, .headers = {}, .body = body}, number)) << body;
  }
  http::Reply in_header{.status = 302, .headers = {}, .body = {}};
  in_header.headers.add("location", "https://psp.example/?pan=4242424242424242");
  EXPECT_TRUE(shows_number(in_header, number));
}

TEST(ShowsNumber, LeavesOtherAnswersAlone) {
  for (const char* body : {"", R"({"id":"psp_1","last4":"4242","bin":"424242","amount":1250})", "4242424242424241"}) {
    EXPECT_FALSE(shows_number({.status = 200, .headers = {}, .body = body}, test_number)) << body;
  }
}

}  // namespace
}  // namespace florin::vault
