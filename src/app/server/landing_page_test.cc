#include "app/server/landing_page.h"

#include <gmock/gmock.h>

#include "http/testing/memory_exchange.h"

namespace florin::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class LandingPageTest : public testing::Test {
 protected:
  LandingPageTest() {
    development_.api = "http://127.0.0.1:8080";
    development_.secret_key = "fl_test_<key>";
    development_.checkout = "http://127.0.0.1:8080/checkout/#l_0";
  }
  std::string get(LandingPage& page, const std::string& authority, const std::string& peer) {
    http::ManualExecutor executor;
    http::MemoryExchange exchange(executor, {.method = "GET", .path = "/", .authority = authority, .peer = peer}, "");
    exchange.serve(page);
    EXPECT_EQ(exchange.status(), 200);
    policy_ = std::string(exchange.head().headers.get("content-security-policy").value_or(""));
    return exchange.body();
  }

  Endpoints development_;
  std::string policy_;
};

TEST_F(LandingPageTest, SaysWhatThisIsAndAllowsNothingToRun) {
  LandingPage page("florin <1.2>", nullptr);
  const std::string html = get(page, "pay.example.com", "203.0.113.9:50000");
  EXPECT_THAT(html, HasSubstr("<a href=\"/readyz\">"));
  EXPECT_THAT(html, HasSubstr("florin &lt;1.2&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(policy_, HasSubstr("default-src 'none'; style-src 'sha256-"));
}

TEST_F(LandingPageTest, ShowsTheSandboxKeyToThisMachineOnly) {
  LandingPage page("florin", &development_);
  for (const std::string host : {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"}) {
    EXPECT_THAT(get(page, host, "127.0.0.1:50000"), HasSubstr("Bearer fl_test_&lt;key&gt;")) << host;
  }
  EXPECT_THAT(get(page, "localhost", "[::1]:50000"), HasSubstr("fl_test_"));
  EXPECT_THAT(get(page, "localhost", "[::1]:50000"), HasSubstr("<a href=\"http://127.0.0.1:8080/checkout/#l_0\">"));
  EXPECT_THAT(get(page, "localhost", "192.0.2.1:50000"), Not(HasSubstr("fl_test_"))) << "over the network";
  for (const std::string host : {"rebound.example", "127.0.0.1.example", "localhost.example:8080", "[::2]", ""}) {
    EXPECT_THAT(get(page, host, "127.0.0.1:50000"), Not(HasSubstr("fl_test_"))) << host;
  }
}

TEST_F(LandingPageTest, ShowsNoKeyOutsideDevelopment) {
  LandingPage page("florin", nullptr);
  EXPECT_THAT(get(page, "localhost", "127.0.0.1:50000"), Not(HasSubstr("Try it")));
}

TEST_F(LandingPageTest, IsAtTheRootAlone) {
  EXPECT_TRUE(LandingPage::is_asked_for({.method = "GET", .path = "/"}));
  EXPECT_TRUE(LandingPage::is_asked_for({.method = "HEAD", .path = "/"}));
  EXPECT_FALSE(LandingPage::is_asked_for({.method = "POST", .path = "/"}));
  EXPECT_FALSE(LandingPage::is_asked_for({.method = "GET", .path = "/x"}));
}

}  // namespace
}  // namespace florin::app
