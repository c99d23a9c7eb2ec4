// Who holds a secret; lists and their pages; what other tenants see: nothing.
#include "checkout/queries.h"

#include <gmock/gmock.h>

#include "base/encoding.h"
#include "checkout/limits.h"
#include "checkout/secrets.h"
#include "checkout/testing/checkout_fixture.h"

namespace florin::checkout {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string reason(const auto& result) {
  return result.ok() ? "ok" : result.error().reason();
}

class QueriesTest : public testing::Test {
 protected:
  std::optional<Shopper> find(std::string_view secret) { return find_shopper(f_.state(), secret); }

  // All pages of a list, by ids; CHECKs that no page is longer than asked for.
  std::vector<std::string> all(v1::ListCheckoutSessionsRequest request, TenantId at = {}) {
    std::vector<std::string> ids;
    do {
      const auto page = list_sessions(f_.scope(at), request).value();
      EXPECT_LE(page.sessions_size(), request.page_size() == 0 ? 20 : request.page_size());
      for (const auto& session : page.sessions()) ids.push_back(session.id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  std::string token_of(v1::ListCheckoutSessionsRequest request, TenantId at = {}) {
    request.set_page_size(1);
    return list_sessions(f_.scope(at), request).value().next_page_token();
  }
  std::string with_token(v1::ListCheckoutSessionsRequest request, const std::string& token, TenantId at = {}) {
    request.set_page_token(token);
    return reason(list_sessions(f_.scope(at), request));
  }

  CheckoutFixture f_;
};

// ---- secrets ----

TEST_F(QueriesTest, ASecretNamesItsSessionOrItsLink) {
  const std::string session = f_.create_session({.tenant = f_.other});
  const std::string link = f_.create_link();
  const auto of_session = find(secret_in(f_.session(session, f_.other).url()));
  ASSERT_TRUE(of_session);
  EXPECT_EQ(of_session->tenant, f_.other);
  EXPECT_EQ(of_session->session.value().to_string(), session);
  EXPECT_FALSE(of_session->link);
  const auto of_link = find(secret_in(f_.link(link).url()));
  ASSERT_TRUE(of_link);
  EXPECT_EQ(of_link->tenant, f_.tenant);
  EXPECT_EQ(of_link->link.value().to_string(), link);
  EXPECT_FALSE(of_link->session);
}

TEST_F(QueriesTest, ASecretHoldsAsLongAsItsRowIsThere) {
  const std::string id = f_.create_session();
  const std::string secret = secret_in(f_.session(id).url());
  ASSERT_TRUE(f_.cancel_session(id).ok());
  EXPECT_TRUE(find(secret)) << "the page says that the session was canceled";
}

TEST_F(QueriesTest, WhatIsNoSecretFindsNobody) {
  const std::string session = secret_in(f_.session(f_.create_session()).url());
  const std::string link = secret_in(f_.link(f_.create_link()).url());
  for (const std::string& secret : {session, link}) {
    ASSERT_TRUE(find(secret));
    std::string upper = secret;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    std::string swapped = secret;
    swapped[0] = secret[0] == 's' ? 'l' : 's';
    std::string wrong = secret;
    wrong.back() = secret.back() == '0' ? '1' : '0';
    for (const std::string& text : {std::string(),
                                    secret.substr(0, 1),
                                    secret.substr(0, 2),
                                    secret.substr(0, 3),
                                    secret.substr(0, 18),
                                    secret.substr(0, secret.size() - 1),
                                    secret + "0",
                                    secret + " ",
                                    " " + secret,
                                    secret.substr(2),
                                    secret + secret,
                                    upper,
                                    swapped,
                                    wrong,
                                    secret.substr(0, 2) + upper.substr(2),
                                    secret + '\0',
                                    secret.substr(0, 10) + '\0',
                                    secret.substr(0, 2) + '\0',
                                    secret.substr(0, 2) + "\xff\xff",
                                    secret.substr(0, 2) + std::string(62, 'z'),
                                    std::string("\0", 1),
                                    "#" + secret}) {
      EXPECT_FALSE(find(text)) << hex(text);
    }
  }
}

TEST_F(QueriesTest, SecretsAreLongAndNeverTheSame) {
  const std::string first = make_session_secret(system_random());
  EXPECT_THAT(first, testing::MatchesRegex("s_[0-9a-z]{32}"));
  EXPECT_NE(first, make_session_secret(system_random()));
  EXPECT_THAT(make_link_secret(system_random()), testing::MatchesRegex("l_[0-9a-z]{32}"));
  EXPECT_EQ(page_url("https://pay.test", "s_1"), "https://pay.test/checkout/#s_1");
  EXPECT_EQ(page_url("https://pay.test//", "s_1"), "https://pay.test/checkout/#s_1");
}

// ---- lists ----

TEST_F(QueriesTest, SessionsComeNewestFirstPageByPage) {
  std::vector<std::string> made;
  for (int i = 0; i < 23; ++i) made.insert(made.begin(), f_.create_session());
  f_.create_session({.tenant = f_.other});
  v1::ListCheckoutSessionsRequest request;
  EXPECT_EQ(all(request), made);
  EXPECT_THAT(list_sessions(f_.scope(), request)->sessions(), SizeIs(page_size_default));
  for (const int size : {1, 7, 22, 23, 24, 200}) {
    request.set_page_size(size);
    EXPECT_EQ(all(request), made) << size;
  }
  EXPECT_EQ(list_sessions(f_.scope(), request)->next_page_token(), "") << "no page behind the last";
  EXPECT_THAT(list_sessions(f_.scope(), request)->sessions(0).url(), testing::StartsWith("https://pay.test/"));
  EXPECT_THAT(all({}, f_.other), SizeIs(1));
  EXPECT_THAT(all({}, f_.live), IsEmpty());
}

TEST_F(QueriesTest, SessionsAreFilteredByStatusAndLink) {
  const std::string link = f_.create_link();
  const std::string other_link = f_.create_link();
  const std::string first = f_.opened(link);
  const std::string second = f_.opened(link);
  const std::string third = f_.opened(other_link);
  const std::string alone = f_.create_session();
  ASSERT_TRUE(f_.cancel_session(first).ok());
  ASSERT_TRUE(f_.cancel_session(alone).ok());

  v1::ListCheckoutSessionsRequest of_link;
  of_link.set_payment_link_id(link);
  EXPECT_THAT(all(of_link), ElementsAre(second, first));
  v1::ListCheckoutSessionsRequest open;
  open.set_status(v1::CHECKOUT_SESSION_STATUS_OPEN);
  EXPECT_THAT(all(open), ElementsAre(third, second));
  v1::ListCheckoutSessionsRequest canceled;
  canceled.set_status(v1::CHECKOUT_SESSION_STATUS_CANCELED);
  canceled.set_page_size(1);
  EXPECT_THAT(all(canceled), ElementsAre(alone, first));
  of_link.set_status(v1::CHECKOUT_SESSION_STATUS_CANCELED);
  of_link.set_page_size(1);
  EXPECT_THAT(all(of_link), ElementsAre(first));
  of_link.set_status(v1::CHECKOUT_SESSION_STATUS_COMPLETED);
  EXPECT_THAT(all(of_link), IsEmpty());
  of_link.clear_status();
  EXPECT_THAT(all(of_link, f_.other), IsEmpty()) << "another tenant's link has no sessions";
}

TEST_F(QueriesTest, ATokenIsGoodForItsListOnly) {
  const std::string link = f_.create_link();
  for (int i = 0; i < 2; ++i) {
    f_.opened(link);
    f_.create_session({.tenant = f_.other});
  }
  v1::ListCheckoutSessionsRequest open;
  open.set_status(v1::CHECKOUT_SESSION_STATUS_OPEN);
  v1::ListCheckoutSessionsRequest of_link;
  of_link.set_payment_link_id(link);
  const std::vector<v1::ListCheckoutSessionsRequest> lists = {{}, open, of_link};
  for (std::size_t mine = 0; mine < lists.size(); ++mine) {
    for (std::size_t its = 0; its < lists.size(); ++its) {
      const std::string token = token_of(lists[its]);
      ASSERT_FALSE(token.empty());
      EXPECT_EQ(with_token(lists[mine], token), mine == its ? "ok" : "page_token_invalid") << mine << " " << its;
      if (its < 2) {
        EXPECT_EQ(with_token(lists[mine], token_of(lists[its], f_.other)), "page_token_invalid");
      }
    }
    for (const std::string& token : {std::string("AAAA"), std::string("!"), std::string("\0", 1), std::string("chk_1"),
                                     token_of(lists[mine]) + "AAAA"}) {
      EXPECT_EQ(with_token(lists[mine], token), "page_token_invalid") << token;
    }
  }
}

TEST_F(QueriesTest, LinksComeNewestFirstPageByPage) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.insert(made.begin(), f_.create_link());
  v1::ListPaymentLinksRequest request;
  request.set_page_size(2);
  std::vector<std::string> found;
  do {
    const auto page = list_links(f_.scope(), request).value();
    EXPECT_LE(page.payment_links_size(), 2);
    for (const auto& link : page.payment_links()) found.push_back(link.id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(found, made);
  EXPECT_THAT(list_links(f_.scope(f_.other), {})->payment_links(), IsEmpty());
  request.set_page_token(list_links(f_.scope(), request)->next_page_token());
  EXPECT_EQ(reason(list_links(f_.scope(f_.other), request)), "page_token_invalid");
  request.set_page_token("AAAA");
  EXPECT_EQ(reason(list_links(f_.scope(), request)), "page_token_invalid");
}

TEST_F(QueriesTest, AnotherTenantSeesNothing) {
  const std::string session = f_.create_session();
  const std::string link = f_.create_link();
  v1::GetCheckoutSessionRequest get_its_session;
  get_its_session.set_session_id(session);
  EXPECT_EQ(reason(get_session(f_.scope(), get_its_session)), "ok");
  EXPECT_EQ(reason(get_session(f_.scope(f_.other), get_its_session)), "checkout_session_not_found");
  get_its_session.set_session_id(link);
  EXPECT_EQ(reason(get_session(f_.scope(), get_its_session)), "checkout_session_not_found");
  v1::GetPaymentLinkRequest get_its_link;
  get_its_link.set_payment_link_id(link);
  EXPECT_EQ(reason(get_link(f_.scope(), get_its_link)), "ok");
  EXPECT_EQ(reason(get_link(f_.scope(f_.other), get_its_link)), "payment_link_not_found");
  get_its_link.set_payment_link_id("lnk_");
  EXPECT_EQ(reason(get_link(f_.scope(), get_its_link)), "payment_link_not_found");
  EXPECT_EQ(reason(view_checkout(f_.scope(f_.other), SessionId::parse(session).value())), "checkout_session_not_found");
}

}  // namespace
}  // namespace florin::checkout
