#include "rpc/client/answer.h"

#include <gtest/gtest.h>

#include "rpc/client/stream_dialect.h"
#include "rpc/grpc_wire.h"

namespace florin::rpc {
namespace {

WireError sample_error() {
  return {.code = Code::out_of_range,
          .message = "50 % \xe2\x82\xac\n",
          .details = {{"a.B", std::string("\x00\xff", 2)}, {"c.D", ""}},
          .metadata = {}};
}

TEST(Answer, ReadsErrorBodiesThatWeWrite) {
  const WireError read = read_error_body(error_json(sample_error(), true), 500);
  EXPECT_EQ(read.code, Code::out_of_range);
  EXPECT_EQ(read.message, sample_error().message);
  EXPECT_EQ(read.details, sample_error().details);
}

TEST(Answer, MakesUpWhatAnErrorBodyLacks) {
  struct Case {
    const char* json;
    int status;
    Code code;
    const char* message;
  };
  const Case table[] = {
      {R"({"code":"aborted"})", 400, Code::aborted, ""},
      {R"({"code":"aborted","message":"m","new":[1]})", 400, Code::aborted, "m"},
      {R"({"message":"m"})", 401, Code::unauthenticated, "m"},
      {R"({"code":null,"message":"m"})", 403, Code::permission_denied, "m"},
      {R"({"code":"nope","message":3})", 429, Code::unavailable, ""},
      {R"({"code":"ABORTED"})", 400, Code::internal, ""},
      {"null", 404, Code::unimplemented, "The server answered HTTP status 404."},
      {"[]", 409, Code::unknown, "The server answered HTTP status 409."},
      {R"({"code":"aborted","code":"aborted"})", 502, Code::unavailable, "The server answered HTTP status 502."},
      {"", 503, Code::unavailable, "The server answered HTTP status 503."},
      {"<html>", 200, Code::unknown, "The server answered HTTP status 200."},
  };
  for (const Case& one : table) {
    const WireError error = read_error_body(one.json, one.status);
    EXPECT_EQ(error.code, one.code) << one.json;
    EXPECT_EQ(error.message, one.message) << one.json;
  }
}

TEST(Answer, LeavesOutDetailsThatCannotBeRead) {
  const WireError error = read_error_body(
      R"({"code":"aborted","details":[1,{"type":"a.B"},{"type":"a.B","value":"?"},{"type":"a.B","value":"AQ==","debug":7}]})",
      400);
  EXPECT_EQ(error.details, (std::vector<ErrorPayload>{{"a.B", "\x01"}}));
}

TEST(Answer, ReadsTheEndOfAStream) {
  EXPECT_FALSE(read_end_stream("{}")->error.has_value());
  EXPECT_FALSE(read_end_stream(R"({"error":null,"metadata":null,"new":1})")->error.has_value());
  EXPECT_EQ(read_end_stream(R"({"error":{}})")->error->code, Code::unknown);
  EXPECT_EQ(read_end_stream(R"({"error":{"code":"nope","message":"m"}})")->error->message, "m");
  const CallEnd end = *read_end_stream(R"({"error":{"code":"aborted"},"metadata":{"X-A":["1","2"]}})");
  EXPECT_EQ(end.error->code, Code::aborted);
  EXPECT_EQ(end.trailers.fields(), (std::vector<http::Headers::Field>{{"x-a", "1"}, {"x-a", "2"}}));
  for (const char* json : {"", "null", "[]", R"({"error":1})", R"({"metadata":1})", R"({"metadata":{"a":"b"}})",
                           R"({"metadata":{"a":[1]}})", "{", "{} x"}) {
    const auto read = read_end_stream(json);
    ASSERT_FALSE(read.ok()) << json;
    EXPECT_EQ(read.error().code(), Code::internal);
  }
}

TEST(Answer, ReadsGrpcTrailersThatWeWrite) {
  const WireError error = sample_error();
  http::Headers own;
  own.add("x-a", "b");
  const auto read = read_grpc_trailers(grpc_trailers(own, &error));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->error->code, Code::out_of_range);
  EXPECT_EQ(read->error->message, error.message);
  EXPECT_EQ(read->error->details, error.details);
  EXPECT_EQ(read->trailers, own);
  EXPECT_FALSE(read_grpc_trailers(grpc_trailers(own, nullptr))->error.has_value());
  EXPECT_FALSE(read_grpc_trailers(own).has_value());
}

TEST(Answer, ReadsStrangeGrpcStatuses) {
  struct Case {
    const char* status;
    Code code;
  };
  for (const Case& one : {Case{"1", Code::canceled}, Case{"16", Code::unauthenticated}, Case{"17", Code::unknown},
                          Case{"00", Code::unknown}, Case{"", Code::unknown}, Case{"-1", Code::unknown},
                          Case{"999999999999", Code::unknown}, Case{"1x", Code::unknown}}) {
    http::Headers trailers;
    trailers.add("grpc-status", one.status);
    trailers.add("grpc-status-details-bin", "?");
    EXPECT_EQ(read_grpc_trailers(trailers)->error->code, one.code) << one.status;
  }
}

TEST(Answer, ReadsTrailerBlocks) {
  const auto read = read_grpc_web_trailer_block("Grpc-Status: 9\r\nx-a:b\r\nX-A:  c \r\n\r\n");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->fields(), (std::vector<http::Headers::Field>{{"grpc-status", "9"}, {"x-a", "b"}, {"x-a", "c"}}));
  EXPECT_TRUE(read_grpc_web_trailer_block("")->fields().empty());
  EXPECT_FALSE(read_grpc_web_trailer_block("no colon\r\n").ok());
  EXPECT_FALSE(read_grpc_web_trailer_block(": x\r\n").ok());
  EXPECT_FALSE(read_grpc_web_trailer_block("a b: x\r\n").ok());
  EXPECT_FALSE(read_grpc_web_trailer_block("a: x\n\r\n").ok());
}

TEST(Answer, DecodesMessagesLeniently) {
  EXPECT_EQ(percent_decoded("a%20b%e2%82%AC%"), "a b\xe2\x82\xac%");
  EXPECT_EQ(percent_decoded("%zz%4"), "%zz%4");
}

TEST(Timeouts, FitTheirHeaders) {
  EXPECT_EQ(grpc_timeout(Duration::milliseconds(200)), "200000u");
  EXPECT_EQ(grpc_timeout(Duration::seconds(100)), "100000m");
  EXPECT_EQ(grpc_timeout({100'000'001}), "100001m");
  EXPECT_EQ(grpc_timeout(Duration::days(10)), "864000S");
  EXPECT_EQ(grpc_timeout(Duration::days(36'500)), "52560000M");
  EXPECT_EQ(grpc_timeout({INT64_MAX}), "99999999H");
  EXPECT_EQ(grpc_timeout({-1}), "0u");
  EXPECT_EQ(connect_timeout({INT64_MAX}), "9999999999");
  EXPECT_EQ(connect_timeout({-1}), "0");
  EXPECT_EQ(connect_timeout(Duration::milliseconds(1234)), "1234");
}

}  // namespace
}  // namespace florin::rpc
