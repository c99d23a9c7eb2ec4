#include "rpc/connect_wire.h"

#include <gtest/gtest.h>

#include "rpc/metadata.h"

namespace florin::rpc {
namespace {

TEST(ConnectWire, KnowsItsContentTypes) {
  for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=UTF-8", "application/json; charset=\"utf-8\""}) {
    EXPECT_EQ(codec_of_content_type(type), &json_codec()) << type;
  }
  EXPECT_EQ(codec_of_content_type("application/proto"), &proto_codec());
  EXPECT_EQ(codec_of_content_type("application/connect+proto", "connect+"), &proto_codec());
  for (const char* type :
       {"", "text/plain", "application/", "application/xml", "application/proto; charset=utf-8",
        "application/json; charset=latin1", "appli cation/json", "application/grpc", "application/connect+json"}) {
    EXPECT_EQ(codec_of_content_type(type), nullptr) << type;
  }
}

TEST(ConnectWire, ReadsQueryParameters) {
  EXPECT_EQ(query_parameter("a=1&b=2", "b"), "2");
  EXPECT_EQ(query_parameter("a=1&a=2", "a"), "1");
  EXPECT_EQ(query_parameter("a", "a"), "");
  EXPECT_EQ(query_parameter("%61=x%20y+z", "a"), "x y z");
  EXPECT_EQ(query_parameter("a=%7b%7D", "a"), "{}");
  EXPECT_EQ(query_parameter("ab=1", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%4", "a"), std::nullopt);
  EXPECT_EQ(query_parameter("a=%zz", "a"), std::nullopt);
}

TEST(ConnectWire, ReadsTimeouts) {
  EXPECT_EQ(parse_connect_timeout("0").value(), Duration::milliseconds(0));
  EXPECT_EQ(parse_connect_timeout("9999999999").value(), Duration::milliseconds(9'999'999'999));
  for (const char* text : {"", "-1", "+1", "1.5", " 1", "1s", "99999999999", "0x1"}) {
    EXPECT_FALSE(parse_connect_timeout(text).ok()) << text;
  }
}

TEST(ConnectWire, KeepsProtocolHeadersToItself) {
  for (const char* name : {"content-type", "content-length", "connect-timeout-ms", "grpc-status", "host", "date",
                           "trailer", "trailer-x", "transfer-encoding", "connection", ":status"}) {
    EXPECT_TRUE(is_protocol_header(name)) << name;
  }
  for (const char* name : {"x-app", "authorization", "cache-control", "etag", "idempotency-replayed"}) {
    EXPECT_FALSE(is_protocol_header(name)) << name;
  }
}

TEST(ConnectWire, LeavesOutMetadataThatCannotBeSent) {
  http::Headers from;
  for (const char* name : {"x-a", "x;b", "x c", "", "content-type"}) from.add(name, "1");
  for (const char* value : {"a\r\nb: c", "a\x7f", "caf\xc3\xa9"}) from.add("x-d", value);
  http::Headers expected;
  expected.add("trailer-x-a", "1");
  expected.add("trailer-x-d", "caf\xc3\xa9");
  http::Headers to;
  append_metadata(from, "trailer-", to);
  EXPECT_EQ(to, expected);
}

}  // namespace
}  // namespace florin::rpc
