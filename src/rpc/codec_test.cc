#include "rpc/codec.h"

#include <gtest/gtest.h>

#include "florin/rpc/testing/v1/echo.pb.h"

namespace florin::rpc {
namespace {

using testing::v1::EchoRequest;

EchoRequest sample() {
  EchoRequest request;
  request.set_text("h\xc3\xa9llo");
  request.set_big_number(9'007'199'254'740'993);
  request.set_mood(testing::v1::MOOD_GOOD);
  request.mutable_inner()->add_numbers(-1);
  for (int i = 0; i < 20; ++i) (*request.mutable_labels())["k" + std::to_string(i)] = "v";
  request.set_blob(std::string("\x00\xff", 2));
  request.mutable_at()->set_seconds(1);
  return request;
}

TEST(Codec, RoundTrips) {
  for (const Codec* codec : {&proto_codec(), &json_codec()}) {
    std::string bytes;
    ASSERT_TRUE(codec->encode(sample(), bytes).ok());
    EchoRequest decoded;
    ASSERT_TRUE(codec->decode(bytes, decoded, {}).ok());
    std::string again;
    ASSERT_TRUE(codec->encode(decoded, again).ok());
    EXPECT_EQ(bytes, again);
  }
}

TEST(Codec, WritesStandardJson) {
  EchoRequest request;
  request.set_big_number(5);
  request.set_blob("x");
  std::string text;
  ASSERT_TRUE(json_codec().encode(request, text).ok());
  EXPECT_EQ(text, R"({"bigNumber":"5","blob":"eA=="})");
}

TEST(Codec, ReadsBothNamesOfAField) {
  for (const char* text : {R"({"bigNumber":"7"})", R"({"big_number":7})"}) {
    EchoRequest request;
    ASSERT_TRUE(json_codec().decode(text, request, {}).ok());
    EXPECT_EQ(request.big_number(), 7);
  }
}

TEST(Codec, RefusesBrokenProtobuf) {
  for (const std::string& bytes : {std::string("\xff"), std::string("\x0a\x05x"), std::string("\x0a\x01\xff")}) {
    EchoRequest request;
    const Status status = proto_codec().decode(bytes, request, {});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), Code::invalid_argument);
    EXPECT_EQ(status.error().reason(), "invalid_protobuf");
  }
  EchoRequest empty;
  EXPECT_TRUE(proto_codec().decode("", empty, {}).ok());
}

struct Misfit {
  const char* text;
  const char* field;  // "" for none
  const char* description;
};

TEST(Codec, NamesTheJsonFieldThatDoesNotFit) {
  const Misfit table[] = {
      {R"({"nope":1})", "nope", "is not a field of this message"},
      {R"({"inner":{"nope":1}})", "inner.nope", "is not a field of this message"},
      {R"({"moreInner":[{},{"nope":{}}]})", "more_inner[1].nope", "is not a field of this message"},
      {R"({"inner":{"numbers":[1,"x"]}})", "inner.numbers[1]", R"(must be int32, not "x")"},
      {R"({"inner":{"numbers":[2147483648]}})", "inner.numbers[0]", "must be int32, not 2147483648"},
      {R"({"bigNumber":"9223372036854775808"})", "big_number", R"(must be int64, not "9223372036854775808")"},
      {R"({"bigNumber":1.5})", "big_number", "must be int64, not 1.5"},
      {R"({"mood":"BAD"})", "mood", R"(must be florin.rpc.testing.v1.Mood, not "BAD")"},
      {R"({"text":5})", "text", "must be string, not 5"},
      {R"({"blob":"***"})", "blob", R"(must be bytes as base64, not "***")"},
      {R"({"inner":[]})", "inner", "must be an object, not a list"},
      {R"({"left":"a","right":"b"})", "right", "cannot be given beside \"left\""},
      {R"([])", "", "it must be an object"},
      {R"("x")", "", "it must be an object"},
      {R"(null)", "", "it must be an object"},
      {"", "", "The body is empty"},
      {"{'text':1}", "", "double quotes"},
  };
  for (const Misfit& misfit : table) {
    EchoRequest request;
    const Status status = json_codec().decode(misfit.text, request, {});
    ASSERT_FALSE(status.ok()) << misfit.text;
    EXPECT_EQ(status.error().code(), Code::invalid_argument);
    EXPECT_EQ(status.error().reason(), "invalid_json");
    EXPECT_NE(status.error().message().find(misfit.description), std::string::npos) << status.error().message();
    const auto& violations = status.error().field_violations();
    ASSERT_EQ(violations.size(), *misfit.field == '\0' ? 0u : 1u) << misfit.text << status.error().message();
    if (violations.empty()) continue;
    EXPECT_EQ(violations[0].field, misfit.field);
    EXPECT_EQ(violations[0].description, misfit.description);
  }
}

TEST(Codec, SkipsUnknownJsonFieldsWhenAsked) {
  EchoRequest request;
  ASSERT_TRUE(json_codec().decode(R"({"nope":{"a":[1]},"text":"x"})", request, {.ignore_unknown_fields = true}).ok());
  EXPECT_EQ(request.text(), "x");
}

TEST(Codec, ShortensWhatItQuotes) {
  EchoRequest request;
  const std::string long_name(10'000, 'n');
  const Status status = json_codec().decode("{\"" + long_name + "\":1}", request, {});
  ASSERT_FALSE(status.ok());
  EXPECT_LT(status.error().message().size(), 300u);
}

}  // namespace
}  // namespace florin::rpc
