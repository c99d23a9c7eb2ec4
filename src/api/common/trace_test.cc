#include "api/common/trace.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace florin::api {
namespace {

constexpr std::string_view trace_id = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view span_id = "b7ad6b7169203331";

TEST(TraceTest, ReadsATraceparent) {
  const auto trace = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, trace_id);
  EXPECT_EQ(trace->parent_span_id, span_id);
  EXPECT_EQ(trace->span_id, "");
  EXPECT_TRUE(trace->sampled);
  EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->sampled);
  EXPECT_TRUE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0b")->sampled);
  EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0a")->sampled);
}

TEST(TraceTest, RefusesWhatTheSpecificationCallsInvalid) {
  for (const char* text : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333x-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
           "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
       }) {
    EXPECT_FALSE(parse_traceparent(text)) << text;
  }
}

TEST(TraceTest, ContinuesTheCallersTraceWithASpanOfItsOwn) {
  const auto trace = begin_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", system_random());
  EXPECT_EQ(trace.trace_id, trace_id);
  EXPECT_EQ(trace.parent_span_id, span_id);
  EXPECT_EQ(trace.span_id.size(), 16u);
  EXPECT_NE(trace.span_id, span_id);
  EXPECT_FALSE(trace.sampled);
}

TEST(TraceTest, BeginsATraceWhereThereIsNone) {
  for (const std::optional<std::string_view> header :
       {std::optional<std::string_view>(), std::optional<std::string_view>("nonsense")}) {
    const auto trace = begin_trace(header, system_random());
    EXPECT_EQ(trace.trace_id.size(), 32u);
    EXPECT_EQ(trace.span_id.size(), 16u);
    EXPECT_EQ(trace.parent_span_id, "");
    EXPECT_TRUE(trace.sampled);
    EXPECT_NE(begin_trace(header, system_random()).trace_id, trace.trace_id);
  }
}

TEST(TraceTest, BecomesTheEnginesTrace) {
  const auto trace = to_engine({std::string(trace_id), std::string(span_id), {}, true});
  EXPECT_EQ(hex({reinterpret_cast<const char*>(trace.trace_id.data()), trace.trace_id.size()}), trace_id);
  EXPECT_EQ(hex({reinterpret_cast<const char*>(trace.span_id.data()), trace.span_id.size()}), span_id);
  EXPECT_EQ(to_engine({}), engine::TraceContext{});
}

}  // namespace
}  // namespace florin::api
