#include "rpc/wire_error.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "florin/rpc/testing/v1/echo.pb.h"
#include "rpc/testing/error_json.h"

namespace florin::rpc {
namespace {

TEST(WireError, MapsCodesToHttpAndBackAsTheProtocolSays) {
  const std::pair<Code, int> table[] = {
      {Code::canceled, 499},
      {Code::unknown, 500},
      {Code::invalid_argument, 400},
      {Code::deadline_exceeded, 504},
      {Code::not_found, 404},
      {Code::already_exists, 409},
      {Code::permission_denied, 403},
      {Code::resource_exhausted, 429},
      {Code::failed_precondition, 400},
      {Code::aborted, 409},
      {Code::out_of_range, 400},
      {Code::unimplemented, 501},
      {Code::internal, 500},
      {Code::unavailable, 503},
      {Code::data_loss, 500},
      {Code::unauthenticated, 401},
  };
  for (const auto& [code, status] : table) EXPECT_EQ(http_status(code), status) << code_name(code);

  const std::pair<int, Code> back[] = {
      {400, Code::internal},      {401, Code::unauthenticated}, {403, Code::permission_denied},
      {404, Code::unimplemented}, {429, Code::unavailable},     {502, Code::unavailable},
      {503, Code::unavailable},   {504, Code::unavailable},     {500, Code::unknown},
      {418, Code::unknown},       {302, Code::unknown},
  };
  for (const auto& [status, code] : back) EXPECT_EQ(code_from_http_status(status), code) << status;
}

TEST(WireError, WritesTheJsonOfTheProtocol) {
  WireError error{.code = Code::not_found, .message = "No \"x\"\n\xff.", .details = {}, .metadata = {}};
  EXPECT_EQ(error_json(error, true), "{\"code\":\"not_found\",\"message\":\"No \\\"x\\\"\\n\xef\xbf\xbd.\"}");

  testing::v1::Inner inner;
  inner.set_note("n");
  error.message.clear();
  error.details = {{"florin.rpc.testing.v1.Inner", inner.SerializeAsString()}, {"other.Unknown", "\x01"}};
  EXPECT_EQ(error_json(error, true), R"({"code":"not_found","details":[)"
                                     R"({"type":"florin.rpc.testing.v1.Inner","value":"CgFu","debug":{"note":"n"}},)"
                                     R"({"type":"other.Unknown","value":"AQ"}]})");
  EXPECT_EQ(error_json(error, false).find("debug"), std::string::npos);
}

TEST(WireError, ReadsItsOwnJson) {
  const WireError error{.code = Code::aborted, .message = "m", .details = {{"a.B", "\x01\x02"}}, .metadata = {}};
  const auto read = parse_error_json(error_json(error, true));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->code, Code::aborted);
  EXPECT_EQ(read->message, "m");
  EXPECT_EQ(read->details, error.details);
}

TEST(WireError, RefusesWhatIsNoErrorBody) {
  for (const char* body : {"", "{}", "[]", "null", R"({"code":7})", R"({"code":"ok"})", R"({"code":"Canceled"})",
                           R"({"code":"canceled","message":1})", R"({"code":"canceled","details":{}})",
                           R"({"code":"canceled","details":[{"type":"a"}]})", R"({"code":"canceled","code":"aborted"})",
                           R"({"code":"canceled","details":[{"type":"a","value":"?"}]})"}) {
    EXPECT_FALSE(parse_error_json(body).has_value()) << body;
  }
}

}  // namespace
}  // namespace florin::rpc
