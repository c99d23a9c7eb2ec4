#include "api/common/browser.h"

#include <gmock/gmock.h>

#include "florin/operators/v1/operators.connect.h"
#include "http/testing/manual_executor.h"

namespace florin::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class BrowserTest : public testing::Test {
 protected:
  struct Call {
    std::string authority = "pay.test";
    bool tls = false;
    std::vector<http::Headers::Field> headers{};
  };
  rpc::Context call(const Call& call) {
    http::Headers headers;
    for (const auto& field : call.headers) headers.add(field.name, field.value);
    static const rpc::MethodSpec spec{};
    return rpc::Context({.spec = spec,
                         .executor = executor_,
                         .request_headers = headers,
                         .authority = call.authority,
                         .tls = call.tls});
  }
  std::string own(const Browser& browser, const Call& what) {
    const auto context = call(what);
    const auto result = browser.require_own_page(context);
    return result.ok() ? "ok" : result.error().reason();
  }

  http::ManualExecutor executor_;
  const Browser direct_{""};
  const Browser behind_proxy_{"https://shop.example/florin"};
};

TEST_F(BrowserTest, TheCookieIsOutOfReachOfScriptsAndOtherSites) {
  const auto plain = call({});
  EXPECT_EQ(direct_.session_cookie(plain, "s3cret", Duration::hours(12)),
            "florin_session=s3cret; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
  EXPECT_THAT(direct_.cleared_cookie(plain), HasSubstr("Max-Age=0"));
}

TEST_F(BrowserTest, OverTlsItIsBoundToTheHost) {
  const auto tls = call({.tls = true});
  for (const std::string& cookie : {direct_.session_cookie(tls, "s", Duration::hours(1)),
                                    behind_proxy_.session_cookie(call({}), "s", Duration::hours(1))}) {
    EXPECT_THAT(cookie, StartsWith("__Host-florin_session=s; Path=/; "));
    EXPECT_THAT(cookie, HasSubstr("; Secure"));
    EXPECT_THAT(cookie, Not(HasSubstr("Domain")));
  }
}

TEST_F(BrowserTest, FindsItsCookieAmongOthers) {
  const auto context = call({.headers = {{"cookie", "a=1; florin_session=abc;b=2"}}});
  EXPECT_EQ(direct_.session_secret(context), "abc");
  EXPECT_EQ(direct_.session_secret(call({.headers = {{"cookie", "xflorin_session=abc"}}})), std::nullopt);
  EXPECT_EQ(direct_.session_secret(call({})), std::nullopt);
  // HTTP/2 may send each cookie in a field of its own.
  const auto several = call({.headers = {{"cookie", "a=1"}, {"cookie", "florin_session=abc"}}});
  EXPECT_EQ(direct_.session_secret(several), "abc");
  // Over TLS only the cookie that no other port or subdomain could have set.
  const auto tls = call({.tls = true, .headers = {{"cookie", "florin_session=planted; __Host-florin_session=abc"}}});
  EXPECT_EQ(direct_.session_secret(tls), "abc");
}

TEST_F(BrowserTest, AChangingCallSaysThatAPageOfOursMadeIt) {
  const http::Headers::Field header{"florin-console", "1"};
  const auto origin = [](std::string value) { return http::Headers::Field{"origin", std::move(value)}; };
  EXPECT_EQ(own(direct_, {.headers = {header, origin("http://pay.test")}}), "ok");
  EXPECT_EQ(own(direct_, {.tls = true, .headers = {header, origin("https://pay.test")}}), "ok");
  EXPECT_EQ(own(behind_proxy_, {.headers = {header, origin("https://shop.example")}}), "ok");
  EXPECT_EQ(own(direct_, {.headers = {origin("http://pay.test")}}), "console_header_missing");
  EXPECT_EQ(own(direct_, {.headers = {header}}), "foreign_origin");
  for (const char* foreign :
       {"https://pay.test", "http://pay.test:8070", "http://evil.test", "null", "", "http://pay.test.evil.test"}) {
    EXPECT_EQ(own(direct_, {.headers = {header, origin(foreign)}}), "foreign_origin") << foreign;
  }
}

TEST_F(BrowserTest, ACallWithoutASessionMayComeFromNoPageAtAll) {
  EXPECT_TRUE(direct_.refuse_foreign_origin(call({})).ok());
  EXPECT_TRUE(direct_.refuse_foreign_origin(call({.headers = {{"origin", "http://pay.test"}}})).ok());
  EXPECT_FALSE(direct_.refuse_foreign_origin(call({.headers = {{"origin", "http://evil.test"}}})).ok());
}

}  // namespace
}  // namespace florin::api
