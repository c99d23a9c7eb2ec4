#include "rpc/grpc_wire.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace florin::rpc {
namespace {

using namespace std::string_literals;

TEST(GrpcWire, KnowsItsContentTypes) {
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc", grpc_family), &proto_codec());
  EXPECT_EQ(codec_of_grpc_content_type("Application/GRPC+Proto", grpc_family), &proto_codec());
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc+json", grpc_family), &json_codec());
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc-web+json", grpc_web_family), &json_codec());
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc-web", grpc_web_family), &proto_codec());
  for (const char* type : {"application/grpc-web", "application/grpc+thrift", "application/grpcs", "application/json",
                           "application/grpc-web-text", ""}) {
    EXPECT_EQ(codec_of_grpc_content_type(type, grpc_family), nullptr) << type;
  }
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc-web-text", grpc_web_family), nullptr);
  EXPECT_EQ(codec_of_grpc_content_type("application/grpc", grpc_web_family), nullptr);
}

TEST(GrpcWire, ReadsTimeouts) {
  EXPECT_EQ(*parse_grpc_timeout("3H"), Duration::minutes(180));
  EXPECT_EQ(*parse_grpc_timeout("2M"), Duration::minutes(2));
  EXPECT_EQ(*parse_grpc_timeout("1S"), Duration::seconds(1));
  EXPECT_EQ(*parse_grpc_timeout("200m"), Duration::milliseconds(200));
  EXPECT_EQ(*parse_grpc_timeout("7u"), Duration::microseconds(7));
  EXPECT_EQ(*parse_grpc_timeout("1001n"), Duration::microseconds(2));
  EXPECT_EQ(*parse_grpc_timeout("0n"), Duration::microseconds(0));
  EXPECT_EQ(*parse_grpc_timeout("99999999H"), Duration::minutes(99'999'999LL * 60));
  for (const char* text : {"", "1", "S", "1s", "-1S", "1.5S", "123456789S", " 1S", "1S ", "0x1S"}) {
    const auto refused = parse_grpc_timeout(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  }
}

TEST(GrpcWire, EncodesMessagesForHeaders) {
  EXPECT_EQ(percent_encoded("plain text ~!"), "plain text ~!");
  EXPECT_EQ(percent_encoded("100% \r\n\t\x7f"), "100%25 %0D%0A%09%7F");
  EXPECT_EQ(percent_encoded("\xc3\xa9\0"s), "%C3%A9%00");
  EXPECT_EQ(percent_encoded("  a b "), "%20 a b%20");
}

TEST(GrpcWire, EndsWellWithStatusZero) {
  http::Headers trailers;
  trailers.add("x-tail", "a");
  trailers.add("grpc-status", "7");
  trailers.add("x-tail", "b");
  http::Headers expected;
  expected.add("grpc-status", "0");
  expected.add("x-tail", "a");
  expected.add("x-tail", "b");
  EXPECT_EQ(grpc_trailers(trailers, nullptr), expected);
}

TEST(GrpcWire, EndsWithAnError) {
  WireError error{
      .code = Code::not_found, .message = "no\npet", .details = {{"pkg.Detail", "\x08\x01"}}, .metadata = {}};
  error.metadata.add("retry-after", "1");
  const http::Headers trailers = grpc_trailers({}, &error);
  EXPECT_EQ(trailers.get("grpc-status"), "5");
  EXPECT_EQ(trailers.get("grpc-message"), "no%0Apet");
  EXPECT_EQ(trailers.get("retry-after"), "1");
  // google.rpc.Status {code: 5, message: "no\npet", details: [Any {type_url, value}]}
  const std::string any = "\x0a\x1etype.googleapis.com/pkg.Detail\x12\x02\x08\x01"s;
  ASSERT_EQ(any.size(), 36u);
  const std::string status = "\x08\x05\x12\x06no\npet\x1a\x24" + any;
  EXPECT_EQ(trailers.get("grpc-status-details-bin"), base64(status, false));
}

TEST(GrpcWire, WritesNoEmptyMessageAndNoEmptyDetails) {
  const WireError error{.code = Code::internal, .message = {}, .details = {}, .metadata = {}};
  http::Headers expected;
  expected.add("grpc-status", "13");
  EXPECT_EQ(grpc_trailers({}, &error), expected);
}

TEST(GrpcWire, WritesTrailersAsABlockOfText) {
  http::Headers trailers;
  trailers.add("grpc-status", "0");
  trailers.add("x-tail", "a b");
  EXPECT_EQ(grpc_web_trailer_block(trailers), "grpc-status: 0\r\nx-tail: a b\r\n");
}

}  // namespace
}  // namespace florin::rpc
