#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "telemetry/redact.h"

namespace florin::telemetry {
namespace {

using testing::HasSubstr;

TEST(Redact, HidesCardNumbersHoweverTheyAreWritten) {
  EXPECT_EQ(redact("card 4242424242424242 here"), "card [redacted] here");
  EXPECT_EQ(redact("4242 4242 4242 4242"), "[redacted]");
  EXPECT_EQ(redact("4242-4242-4242-4242,"), "[redacted],");
  EXPECT_EQ(redact("378282246310005"), "[redacted]");
  EXPECT_EQ(redact("x4242424242424242x"), "x[redacted]x");
}

TEST(Redact, LeavesOtherNumbersAlone) {
  EXPECT_EQ(redact("4242424242424241"), "4242424242424241");
  EXPECT_EQ(redact("took 1234 ms, 99 - 3"), "took 1234 ms, 99 - 3");
  EXPECT_EQ(redact("2026-11-23T11:30:00"), "2026-11-23T11:30:00");
}

TEST(Redact, HidesApiKeys) {
  EXPECT_EQ(redact("key fl_test_abcdEFGHijkl end"), "key fl_test_abcd[redacted] end");
  EXPECT_EQ(redact("fl_platform_xxxxxxxxxxxx"), "fl_platform_[redacted]");
}

TEST(Log, WritesOneJsonObjectALine) {
  EXPECT_EQ(format_line("t", "info", "a \"b\"", {{"key", "line\nbreak"}, {"card", "4242424242424242"}}),
            R"({"time":"t","level":"info","message":"a \"b\"","key":"line\u000abreak","card":"[redacted]"})");
  EXPECT_EQ(format_line("t", "info", "4242 4242 4242 4242", {}),
            R"({"time":"t","level":"info","message":"[redacted]"})");
  EXPECT_FALSE(set_log_level("loud").ok());
}

TEST(Metrics, RendersOpenMetrics) {
  Metrics metrics;
  metrics.counter("calls", "Calls", {{"method", "A\"b"}}).add(3);
  metrics.gauge("waiting", "Waiting now", [] { return std::uint64_t{7}; });
  auto& histogram = metrics.histogram("call_duration_seconds", "How long");
  histogram.observe(Duration::microseconds(100));
  histogram.observe(Duration::seconds(90));
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("# TYPE calls counter\n# HELP calls Calls\ncalls_total{method=\"A\\\"b\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("waiting 7\n"));
  EXPECT_THAT(text, HasSubstr("call_duration_seconds_bucket{le=\"0.000100\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("call_duration_seconds_bucket{le=\"60.000000\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("call_duration_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("call_duration_seconds_sum 90.000100\ncall_duration_seconds_count 2\n"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameCounter) {
  Metrics metrics;
  metrics.counter("c", "C", {{"a", "1"}}).add();
  metrics.counter("c", "C", {{"a", "1"}}).add();
  EXPECT_EQ(metrics.counter("c", "C", {{"a", "1"}}).value(), 2u);
}

}  // namespace
}  // namespace florin::telemetry
