#include "app/scenario/testing/run.h"

#include <gmock/gmock.h>

#include <fstream>

namespace florin::app::scenario {
namespace {

using testing::HasSubstr;

// Why the script fails; empty if it does not.
std::string failure_of(const std::string& script) {
  const std::string path =
      testing::TempDir() + "/scenario_" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".scn";
  std::ofstream(path) << script;
  const auto outcome = run_scenario(path, Mode::plain);
  return outcome.ok() ? std::string() : outcome.error().message();
}

TEST(TieOutTest, IsZeroWhereBothSidesHoldTheSame) {
  EXPECT_EQ(failure_of("tenant shop\n"
                       "create p1 10.00 USD token=tok_success manual confirm\n"
                       "capture c1 p1 4.00\n"
                       "tie-out\n"
                       "create p2 10.00 USD token=tok_success manual confirm\n"
                       "cancel p2\n"
                       "tie-out\n"),
            "");
}

TEST(TieOutTest, SeesAHoldThatTheProviderReleasedAndFlorinDidNot) {
  EXPECT_THAT(failure_of("tenant shop\n"
                         "webhooks hold\n"
                         "create p1 10.00 USD token=tok_success manual confirm\n"
                         "psp-void p1\n"
                         "tie-out\n"),
              HasSubstr("USD voided"));
}

TEST(TieOutTest, SeesAHoldThatFlorinNeverLearnt) {
  EXPECT_THAT(failure_of("tenant shop\n"
                         "webhooks hold\n"
                         "psp lies\n"
                         "create p1 10.00 USD token=tok_webhook manual confirm\n"
                         "tie-out\n"),
              HasSubstr("USD authorized"));
}

}  // namespace
}  // namespace florin::app::scenario
