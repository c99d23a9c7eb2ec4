#include <gmock/gmock.h>

#include "contracts/convert.h"
#include "operators/limits.h"
#include "operators/testing/operators_fixture.h"

namespace florin::operators {
namespace {

using testing::IsEmpty;

constexpr std::string_view wrong = "wrong horse battery";
constexpr auto email = "owner@example.com";

class SessionsTest : public testing::Test {
 protected:
  std::string reason(const auto& result) { return result.ok() ? "ok" : result.error().reason(); }
  bool signs_in(std::string_view password) { return f_.sign_in(email, password).value().has_operator_(); }
  bool is_open(const std::string& sha256) { return find_session(f_.state(), sha256, f_.partition().now()).has_value(); }
  // Fails to sign in until there is a wait.
  void use_up_free_failures(const std::string& address) {
    for (std::uint32_t i = 0; i < free_failures; ++i) ASSERT_FALSE(f_.sign_in(address, wrong).value().has_operator_());
  }
  Duration wait_of(const std::string& address) {
    const auto free = check_sign_in(f_.state(), hash_secret(address), f_.partition().now());
    return free.ok() ? Duration{} : free.error().retry_after().value();
  }

  OperatorsFixture f_;
  OperatorsFixture::Person boss_ = f_.first_owner();
};

TEST_F(SessionsTest, ThePasswordOpensASession) {
  const auto answer = f_.sign_in("Owner@Example.com").value();
  EXPECT_EQ(answer.operator_().id(), boss_.id.to_string());
  EXPECT_EQ(answer.session().user_agent(), "Test/1.0");
  EXPECT_EQ(answer.failures_before(), 0u);
  EXPECT_TRUE(is_open(f_.last_session().sha256));
  EXPECT_EQ(list_sessions(f_.state(), boss_.session, f_.partition().now()).sessions_size(), 2);
}

TEST_F(SessionsTest, AWrongPasswordAndAnUnknownAddressLookTheSame) {
  const auto events = [&] { return f_.partition().stats().events; };
  const auto start = events();
  const auto refused = f_.sign_in(email, wrong).value();
  const auto middle = events();
  const auto unknown = f_.sign_in("nobody@example.com", wrong).value();
  EXPECT_EQ(refused.SerializeAsString(), unknown.SerializeAsString());
  EXPECT_FALSE(is_open(f_.last_session().sha256));
  EXPECT_EQ(middle - start, events() - middle) << "both are written down, which takes the same time";
  EXPECT_EQ(f_.sign_in(email).value().failures_before(), 1u) << "whoever signs in is told";
  EXPECT_EQ(f_.sign_in(email).value().failures_before(), 0u);
}

TEST_F(SessionsTest, FailuresCostAWaitThatDoublesKnownOrNot) {
  for (const std::string address : {email, "nobody@example.com"}) {
    use_up_free_failures(address);
    EXPECT_EQ(wait_of(address), first_wait) << address;
    EXPECT_EQ(reason(f_.sign_in(address)), "sign_in_too_often") << "even with the right password";
    f_.partition().advance(first_wait);
    ASSERT_FALSE(f_.sign_in(address, wrong).value().has_operator_());
    EXPECT_EQ(wait_of(address), first_wait * 2);
    for (int i = 0; i < 20; ++i) {
      f_.partition().advance(wait_of(address));
      ASSERT_FALSE(f_.sign_in(address, wrong).value().has_operator_());
      ASSERT_LE(wait_of(address), wait_max);
    }
    EXPECT_EQ(wait_of(address), wait_max);
  }
}

TEST_F(SessionsTest, FailuresAreForgottenInTimeAndBySuccess) {
  use_up_free_failures(email);
  f_.partition().advance(first_wait);
  EXPECT_TRUE(signs_in(test_password));
  EXPECT_EQ(wait_of(email), Duration{});
  use_up_free_failures(email);
  f_.partition().advance(failures_life);
  ASSERT_FALSE(signs_in(wrong));
  EXPECT_EQ(wait_of(email), Duration{}) << "counted from one again";
}

TEST_F(SessionsTest, ForgottenFailuresLeaveTheState) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(f_.sign_in("nobody" + std::to_string(i) + "@example.com", wrong).ok());
  EXPECT_EQ(failures_table().list(f_.state(), {}, 100).size(), 5u);
  f_.partition().advance(failures_life + Duration::seconds(1));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(f_.sign_in("other" + std::to_string(i) + "@example.com", wrong).ok());
  EXPECT_EQ(failures_table().list(f_.state(), {}, 100).size(), 3u);
}

// The comparison is made outside the lane: what it was made with may be gone by then.
TEST_F(SessionsTest, AComparisonWithAnOldPasswordOpensNothing) {
  SignInAttempt attempt;
  attempt.email_sha256 = hash_secret(email);
  attempt.operator_id = boss_.id;
  attempt.matched = true;
  attempt.compared_with = find_operator(f_.state(), boss_.id)->password();
  attempt.session = {make_secret(system_random()).sha256, ""};
  const PasswordChange change{boss_.session, attempt.compared_with,
                              hash_password("a new long secret", system_random(), test_cost)};
  ASSERT_TRUE(f_.run(boss_.at_platform(), [&](engine::Work& w) { return decide_change_password(w, change); }).ok());
  const auto answer = f_.run(engine::CommandContext(), [&](engine::Work& w) { return decide_sign_in(w, attempt); });
  EXPECT_FALSE(answer.value().has_operator_());
  EXPECT_EQ(reason(f_.run(boss_.at_platform(), [&](engine::Work& w) { return decide_change_password(w, change); })),
            "password_changed_meanwhile");
}

TEST_F(SessionsTest, ChangingThePasswordEndsTheOtherSessions) {
  ASSERT_TRUE(f_.sign_in(email).ok());
  const std::string other = f_.last_session().sha256;
  const PasswordChange change{boss_.session, find_operator(f_.state(), boss_.id)->password(),
                              hash_password("a new long secret", system_random(), test_cost)};
  const auto changed = f_.run(boss_.at_platform(), [&](engine::Work& w) { return decide_change_password(w, change); });
  EXPECT_EQ(changed.value().sessions_ended(), 1u);
  EXPECT_FALSE(is_open(other));
  EXPECT_TRUE(is_open(boss_.secret_sha256));
  EXPECT_FALSE(signs_in(test_password));
  EXPECT_TRUE(signs_in("a new long secret"));
}

TEST_F(SessionsTest, ASessionEndsWhenItIsNotUsed) {
  f_.partition().advance(session_idle - Duration::seconds(1));
  EXPECT_TRUE(is_open(boss_.secret_sha256));
  f_.partition().advance(Duration::seconds(1));
  EXPECT_FALSE(is_open(boss_.secret_sha256));
}

TEST_F(SessionsTest, UseKeepsItOpenButNotForEver) {
  const auto use = [&] {
    return f_.run(boss_.at_platform(), [&](engine::Work& work) -> Result<bool> {
      RETURN_IF_ERROR(decide_use_session(work, boss_.session));
      return true;
    });
  };
  const Timestamp start = f_.partition().now();
  const auto step = session_idle - Duration::minutes(1);
  while (f_.partition().now() + step < start + session_life) {
    f_.partition().advance(step);
    ASSERT_TRUE(is_open(boss_.secret_sha256)) << (f_.partition().now() - start).to_seconds();
    ASSERT_TRUE(use().ok());
  }
  f_.partition().advance(start + session_life - f_.partition().now() - Duration::seconds(1));
  EXPECT_TRUE(is_open(boss_.secret_sha256));
  f_.partition().advance(Duration::seconds(1));
  EXPECT_FALSE(is_open(boss_.secret_sha256));
  EXPECT_THAT(sessions_of(f_.state(), boss_.id), IsEmpty()) << "the timer took its row away";
  EXPECT_TRUE(use().ok()) << "a use that comes too late does no harm";
}

TEST_F(SessionsTest, UseIsWrittenDownOnlyNowAndThen) {
  const auto count = [&] { return f_.partition().stats().events; };
  const auto use = [&] {
    ASSERT_TRUE(f_.run(boss_.at_platform(), [&](engine::Work& work) -> Result<bool> {
                    RETURN_IF_ERROR(decide_use_session(work, boss_.session));
                    return true;
                  }).ok());
  };
  f_.partition().advance(session_use_interval);
  use();
  const auto before = count();
  for (int i = 0; i < 10; ++i) use();
  EXPECT_EQ(count(), before);
}

TEST_F(SessionsTest, SigningOutEndsOneAndEverywhereAll) {
  ASSERT_TRUE(f_.sign_in(email).ok());
  const std::string second = f_.last_session().sha256;
  ASSERT_TRUE(f_.sign_in(email).ok());
  const std::string third = f_.last_session().sha256;
  const auto named = find_session(f_.state(), second, f_.partition().now())->name;
  ASSERT_TRUE(f_.run(boss_.at_platform(), [&](engine::Work& w) { return decide_sign_out(w, named); }).ok());
  ASSERT_TRUE(f_.run(boss_.at_platform(), [&](engine::Work& w) { return decide_sign_out(w, named); }).ok()) << "twice";
  EXPECT_FALSE(is_open(second));
  EXPECT_TRUE(is_open(third));

  v1::SignOutEverywhereRequest request;
  request.set_keep_current(true);
  const auto everywhere = [&] {
    return f_.run(boss_.at_platform(),
                  [&](engine::Work& w) { return decide_sign_out_everywhere(w, boss_.session, request); });
  };
  EXPECT_EQ(everywhere().value().sessions_ended(), 1u);
  EXPECT_TRUE(is_open(boss_.secret_sha256));
  request.set_keep_current(false);
  EXPECT_EQ(everywhere().value().sessions_ended(), 1u);
  EXPECT_FALSE(is_open(boss_.secret_sha256));
}

TEST_F(SessionsTest, OneMoreThanTheMostEndsTheOldest) {
  for (std::size_t i = 0; i < sessions_max; ++i) ASSERT_TRUE(signs_in(test_password));
  EXPECT_FALSE(is_open(boss_.secret_sha256));
  EXPECT_EQ(sessions_of(f_.state(), boss_.id).size(), sessions_max);
}

TEST_F(SessionsTest, ASecretIsNotFoundByItsBeginning) {
  EXPECT_FALSE(is_open(boss_.secret_sha256.substr(0, 31)));
  EXPECT_FALSE(is_open(""));
}

TEST_F(SessionsTest, TheSignedInOperatorIsToldWhatItMayDoWhere) {
  const TenantId shop = f_.create_tenant("Shop");
  f_.create_tenant("Other");
  const auto all = get_current_operator(f_.state(), *find_session(f_.state(), boss_.session, f_.partition().now()));
  ASSERT_EQ(all.access_size(), 3);
  EXPECT_EQ(all.access(0).tenant_name(), "Platform");
  EXPECT_EQ(all.access(1).tenant_name(), "Shop");
  EXPECT_EQ(all.access(1).environment(), tenants::v1::ENVIRONMENT_SANDBOX);
  EXPECT_THAT(all.access(0).permissions(), testing::Contains("system.read"));
  EXPECT_THAT(all.access(1).permissions(), testing::Not(testing::Contains("system.read")));

  const auto fay = f_.add_operator(boss_.at(shop), "fay@example.com", v1::OPERATOR_ROLE_VIEWER);
  const auto one = get_current_operator(f_.state(), *find_session(f_.state(), fay.session, f_.partition().now()));
  ASSERT_EQ(one.access_size(), 1);
  EXPECT_EQ(one.access(0).tenant_id(), shop.to_string());
  EXPECT_EQ(one.access(0).role(), v1::OPERATOR_ROLE_VIEWER);
}

// ---- secrets ----

TEST(OperatorSecretsTest, APasswordIsLongAndNotAllTheSame) {
  EXPECT_TRUE(check_password("correct horse", "password").ok());
  EXPECT_FALSE(check_password("short one", "password").ok());
  EXPECT_FALSE(check_password("aaaaaaaaaaaaaaaa", "password").ok());
  EXPECT_FALSE(check_password("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8", "password").ok()) << "six characters";
  EXPECT_EQ(check_password("x", "new_password").error().field_violations().front().field, "new_password");
}

TEST(OperatorSecretsTest, OnlyTheRightPasswordMatches) {
  const auto stored = hash_password(test_password, system_random(), test_cost);
  EXPECT_TRUE(password_matches(test_password, stored));
  EXPECT_FALSE(password_matches(wrong, stored));
  EXPECT_FALSE(password_matches(test_password, std::nullopt, test_cost));
  EXPECT_NE(stored.hash(), hash_password(test_password, system_random(), test_cost).hash()) << "salted";
  EXPECT_EQ(make_secret(system_random()).text.size(), 43u);
}

}  // namespace
}  // namespace florin::operators
