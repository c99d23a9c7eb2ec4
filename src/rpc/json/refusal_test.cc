// What is refused, and what the refusal says.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/json.h"

namespace florin::rpc::json {
namespace {

using testing::v1::AllKinds;

struct Refused {
  std::string text;
  std::string_view field;        // of the violation; empty for none
  std::string_view description;  // the violation's, or part of the message
};

void expect_refused(const std::vector<Refused>& table) {
  for (const Refused& refused : table) {
    AllKinds message;
    const Status status = read(refused.text, message);
    ASSERT_FALSE(status.ok()) << refused.text;
    const Error& error = status.error();
    EXPECT_EQ(error.code(), Code::invalid_argument);
    EXPECT_EQ(error.reason(), "invalid_json");
    EXPECT_NE(error.message().find(refused.description), std::string::npos) << refused.text << " " << error.message();
    const auto& violations = error.field_violations();
    ASSERT_EQ(violations.size(), refused.field.empty() ? 0u : 1u) << refused.text << " " << error.message();
    if (violations.empty()) continue;
    EXPECT_EQ(violations[0].field, refused.field) << refused.text;
    EXPECT_EQ(violations[0].description, refused.description) << refused.text;
  }
}

TEST(JsonRefusal, TextThatIsNoJson) {
  expect_refused({
      {"", "", "The body is empty"},
      {" \n", "", "line 2, column 1: the text ends where a value was expected"},
      {"{'aString':1}", "", "line 1, column 2: expected a name in double quotes"},
      {"{\"aString\":'b'}", "", "expected a value, found '''"},
      {"{aString:1}", "", "expected a name in double quotes"},
      {R"({"anInt32":1,})", "", "line 1, column 14: expected a name in double quotes, found '}'"},
      {R"({"int32s":[1,]})", "", "expected a value, found ']'"},
      {R"({"int32s":[,1]})", "", "expected a value, found ','"},
      {R"({"int32s":[1 2]})", "", "expected ',' or ']'"},
      {R"({"anInt32":1 "aBool":true})", "", "expected ',' or '}'"},
      {R"({"anInt32"})", "", "expected ':'"},
      {R"({"anInt32":})", "", "expected a value, found '}'"},
      {"{} {}", "", "nothing may follow the value"},
      {"{}/**/", "", "nothing may follow the value"},
      {"// x\n{}", "", "expected a value, found '/'"},
      {"{\"anInt32\":/**/1}", "", "expected a value, found '/'"},
      {R"({"anInt32":01})", "", "may not begin with 0"},
      {R"({"anInt32":+1})", "", "expected a value, found '+'"},
      {R"({"aDouble":.5})", "", "expected a value, found '.'"},
      {R"({"aDouble":1.})", "", "expected a digit"},
      {R"({"aDouble":1e})", "", "expected a digit"},
      {R"({"aDouble":NaN})", "", "expected a value, found 'N'"},
      {R"({"aDouble":-Infinity})", "", "expected a digit, found 'I'"},
      {R"({"anInt32":0x10})", "", "expected ',' or '}', found 'x'"},
      {R"({"aBool":True})", "", "expected a value, found 'T'"},
      {R"({"aBool":tru})", "", "expected a value"},
      {"{\"aString\":\"a\nb\"}", "", "a control character in a string must be escaped"},
      {std::string("{\"aString\":\"a\0b\"}", 17), "", "control character"},
      {R"({"aString":"\x"})", "", "after a backslash"},
      {R"({"aString":"\u12g4"})", "", "four hexadecimal digits"},
      {R"({"aString":"\ud800"})", "", "line 1, column 13: an unpaired surrogate"},
      {R"({"aString":"\ud83dx"})", "", "an unpaired surrogate"},
      {R"({"aString":"\ud83d\u0041"})", "", "an unpaired surrogate"},
      {R"({"aString":"\ude00"})", "", "an unpaired surrogate"},
      {"{\"aString\":\"\xff\"}", "", "not valid UTF-8"},
      {"{\"aString\":\"\\n\xed\xa0\x80\"}", "", "not valid UTF-8"},
      {"{\"\xc3\":1}", "", "not valid UTF-8"},
      {R"({"aString":"x)", "", "column 12: a string is not closed"},
      {R"({"aString":"\n)", "", "a string is not closed"},
      {"\xef\xbb\xbf{}", "", "found byte 0xef"},
      {std::string("{}\0", 3), "", "nothing may follow"},
      {R"({"value":{"a":1,"a":2}})", "value[\"a\"]", "appears twice"},
      {"{", "", "the text ends"},
      {R"({"anInt32":1)", "", "the text ends where ',' or '}' was expected"},
  });
}

TEST(JsonRefusal, FieldsAndIntegersThatDoNotFit) {
  expect_refused({
      {"[]", "", "line 1, column 1: it must be an object, not a list"},
      {" null", "", "line 1, column 2: it must be an object, not null"},
      {R"("x")", "", "it must be an object, not \"x\""},
      {R"({"nope":1})", "nope", "is not a field of this message"},
      {R"({"inner":{"inners":[{},{"nope":1}]}})", "inner.inners[1].nope", "is not a field of this message"},
      {R"({"innerMap":{"k":{"nope":1}}})", "inner_map[\"k\"].nope", "is not a field of this message"},
      {R"({"AnInt32":1})", "AnInt32", "is not a field of this message"},
      {R"({"@type":"x"})", "@type", "is not a field of this message"},
      {R"({"anInt32":2147483648})", "an_int32", "must be int32, not 2147483648"},
      {R"({"anInt32":-2147483649})", "an_int32", "must be int32, not -2147483649"},
      {R"({"int32s":[1,1.5]})", "int32s[1]", "must be int32, not 1.5"},
      {R"({"anInt32":0.5})", "an_int32", "must be int32, not 0.5"},
      {R"({"anInt32":1e10})", "an_int32", "must be int32, not 1e10"},
      {R"({"anInt32":1e-1})", "an_int32", "must be int32, not 1e-1"},
      {R"({"anInt32":"x"})", "an_int32", "must be int32, not \"x\""},
      {R"({"anInt32":""})", "an_int32", "must be int32, not \"\""},
      {R"({"anInt32":" 1"})", "an_int32", "must be int32, not \" 1\""},
      {R"({"anInt32":"1 "})", "an_int32", "must be int32, not \"1 \""},
      {R"({"anInt32":"01"})", "an_int32", "must be int32, not \"01\""},
      {R"({"anInt32":"+1"})", "an_int32", "must be int32, not \"+1\""},
      {R"({"anInt32":"0x1"})", "an_int32", "must be int32, not \"0x1\""},
      {R"({"anInt32":true})", "an_int32", "must be int32, not true"},
      {R"({"anInt32":{"a":1}})", "an_int32", "must be int32, not an object"},
      {R"({"anInt32":[1]})", "an_int32", "must be int32, not a list"},
  });
}

TEST(JsonRefusal, NumbersOutOfRange) {
  expect_refused({
      {R"({"aUint32":-1})", "a_uint32", "must be uint32, not -1"},
      {R"({"aUint64":18446744073709551616})", "a_uint64", "must be uint64, not 18446744073709551616"},
      {R"({"aUint64":-1e0})", "a_uint64", "must be uint64, not -1e0"},
      {R"({"anInt64":"9223372036854775808"})", "an_int64", "must be int64, not \"9223372036854775808\""},
      {R"({"anInt64":9.3e18})", "an_int64", "must be int64, not 9.3e18"},
      {R"({"anInt64":1e99999999999999999999})", "an_int64", "must be int64, not 1e99999999999999999999"},
      {R"({"aFloat":3.5e38})", "a_float", "must be float, not 3.5e38"},
      {R"({"aDouble":1.8e308})", "a_double", "must be double, not 1.8e308"},
      {R"({"aDouble":"inf"})", "a_double", "must be double, not \"inf\""},
      {R"({"aDouble":"nan"})", "a_double", "must be double, not \"nan\""},
      {R"({"aDouble":""})", "a_double", "must be double, not \"\""},
  });
}

TEST(JsonRefusal, ValuesOfAnotherKind) {
  expect_refused({
      {R"({"aBool":"true"})", "a_bool", "must be true or false, not \"true\""},
      {R"({"aBool":"yes"})", "a_bool", "must be true or false, not \"yes\""},
      {R"({"aBool":1})", "a_bool", "must be true or false, not 1"},
      {R"({"aString":5})", "a_string", "must be string, not 5"},
      {R"({"aString":true})", "a_string", "must be string, not true"},
      {R"({"someBytes":"***"})", "some_bytes", "must be bytes as base64, not \"***\""},
      {R"({"someBytes":"A"})", "some_bytes", "must be bytes as base64, not \"A\""},
      {R"({"someBytes":"AA="})", "some_bytes", "must be bytes as base64, not \"AA=\""},
      {R"({"someBytes":"A==="})", "some_bytes", "must be bytes as base64, not \"A===\""},
      {R"({"someBytes":5})", "some_bytes", "must be bytes as base64, not 5"},
      {R"({"color":"BLUE"})", "color", "must be florin.rpc.json.testing.v1.Color, not \"BLUE\""},
      {R"({"color":"1"})", "color", "must be florin.rpc.json.testing.v1.Color, not \"1\""},
      {R"({"color":1.5})", "color", "must be florin.rpc.json.testing.v1.Color, not 1.5"},
      {R"({"color":2147483648})", "color", "must be florin.rpc.json.testing.v1.Color, not 2147483648"},
      {R"({"color":true})", "color", "must be florin.rpc.json.testing.v1.Color, not true"},
      {R"({"inner":[]})", "inner", "must be an object, not a list"},
      {R"({"inner":5})", "inner", "must be an object, not 5"},
      {R"({"int32s":1})", "int32s", "must be a list, not 1"},
      {R"({"inners":{}})", "inners", "must be a list, not an object"},
      {R"({"int32s":[null]})", "int32s[0]", "must be int32, not null"},
      {R"({"inners":[null]})", "inners[0]", "must be an object, not null"},
      {R"({"int32s":[[1]]})", "int32s[0]", "must be int32, not a list"},
      {R"({"stringMap":[]})", "string_map", "must be an object, not a list"},
      {R"({"stringMap":{"a":null}})", "string_map[\"a\"]", "must be string, not null"},
      {R"({"stringMap":{"a":1}})", "string_map[\"a\"]", "must be string, not 1"},
      {R"({"int32Map":{"x":1}})", "int32_map", "must have keys of type int32, not \"x\""},
      {R"({"int32Map":{"2147483648":1}})", "int32_map", "must have keys of type int32, not \"2147483648\""},
      {R"({"boolMap":{"True":1}})", "bool_map", "must have keys of type bool, not \"True\""},
      {R"({"nothing":1})", "nothing", "must be null, not 1"},
      {R"({"nulls":["x"]})", "nulls[0]", "must be null, not \"x\""},
  });
}

TEST(JsonRefusal, WhatIsGivenTwice) {
  expect_refused({
      {R"({"anInt32":1,"anInt32":1})", "an_int32", "appears twice"},
      {R"({"anInt32":1,"an_int32":1})", "an_int32", "appears twice"},
      {R"({"anInt32":null,"an\u005fint32":1})", "an_int32", "appears twice"},
      {R"({"inner":{"renamed":1,"another name":2}})", "inner.renamed", "appears twice"},
      {R"({"stringMap":{"a":"1","b":"2","a":"3"}})", "string_map[\"a\"]", "appears twice"},
      {R"({"stringMap":{"a":"1","\u0061":"3"}})", "string_map[\"a\"]", "appears twice"},
      {R"({"int32Map":{"1":1,"10e-1":2}})", "int32_map[\"1\"]", "appears twice"},
      {R"({"object":{"a":1,"a":1}})", "object[\"a\"]", "appears twice"},
      {R"({"leftNumber":1,"rightText":"x"})", "right_text", "cannot be given beside \"left_number\""},
      {R"({"nothing":null,"middle":{}})", "middle", "cannot be given beside \"nothing\""},
      {R"({"any":{"@type":"a/google.protobuf.Empty","@type":"a/google.protobuf.Empty"}})", "any.@type",
       "appears twice"},
      {R"({"any":{"@type":"a/google.protobuf.Duration","value":"1s","value":"1s"}})", "any.value", "appears twice"},
  });
}

TEST(JsonRefusal, WellKnownTypesOutOfForm) {
  expect_refused({
      {R"({"timestamp":5})", "timestamp", "must be a time like \"2026-11-23T11:30:00Z\", not 5"},
      {R"({"duration":5})", "duration", "must be seconds like \"1.5s\", not 5"},
      {R"({"mask":5})", "mask", "must be paths like \"amount.minor,returnUrl\", not 5"},
      {R"({"object":[]})", "object", "must be an object, not a list"},
      {R"({"list":{}})", "list", "must be a list, not an object"},
      {R"({"value":1e400})", "value", "must be a number within the range of a double, not 1e400"},
      {R"({"object":{"a":[1e400]}})", "object[\"a\"][0]", "must be a number within the range of a double, not 1e400"},
      {R"({"empty":{"a":1}})", "empty.a", "is not a field of this message"},
      {R"({"int64Value":{"value":1}})", "int64_value", "must be int64, not an object"},
      {R"({"int64Values":[null]})", "int64_values[0]", "must be int64, not null"},
      {R"({"timestamps":[null]})", "timestamps[0]", "must be a time like \"2026-11-23T11:30:00Z\", not null"},
      {R"({"any":[]})", "any", "must be an object, not a list"},
      {R"({"any":{"value":1}})", "any.@type", "must be present as a string"},
      {R"({"any":{"value":1,"@type":5}})", "any.@type", "must be present as a string"},
      {R"({"any":{"@type":5}})", "any.@type", "must be string, not 5"},
      {R"({"any":{"@type":""}})", "any.@type", "must not be empty"},
      {R"({"any":{"@type":"a/no.Such"}})", "any.@type", "must be a type that this server knows, not \"a/no.Such\""},
      {R"({"any":{"@type":"google.protobuf.Empty"}})", "any.@type",
       "must be a type that this server knows, not \"google.protobuf.Empty\""},
      {R"({"any":{"@type":"a/google.protobuf.Value"}})", "any.value", "is required"},
      {R"({"any":{"@type":"a/google.protobuf.Duration","value":"1s","x":1}})", "any.x",
       "is not a field of this message"},
      {R"({"any":{"@type":"a/google.protobuf.Duration","value":"1"}})", "any.value",
       "must be seconds like \"1.5s\", not \"1\""},
      {R"({"any":{"@type":"a/florin.rpc.json.testing.v1.Small","value":{}}})", "any.value",
       "is not a field of this message"},
  });
}

TEST(JsonRefusal, TimesDurationsAndMasksOutOfForm) {
  std::vector<std::string> table;
  for (const char* time : {"",
                           "2026-11-23",
                           "2026-11-23T11:30:00",
                           "2026-11-23t11:30:00Z",
                           "2026-11-23T11:30:00z",
                           "2026-11-23 11:30:00Z",
                           "2026-11-23T11:30Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-32T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:60Z",
                           "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00.1234567890Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+0100",
                           "2026-01-01T00:00:00+01:60",
                           "2026-01-01T00:00:00Zx",
                           "0000-12-31T23:59:59Z",
                           "10000-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "-001-01-01T00:00:00Z"}) {
    table.push_back(fmt::format(R"({{"timestamp":"{}"}})", time));
  }
  for (const char* duration : {"", "s", "1", "1S", "+1s", "-s", ".5s", "1.s", "1.1234567890s", "01s", "1e1s", " 1s",
                               "315576000001s", "315576000000.1s", "-315576000001s", "99999999999999999999s", "--1s"}) {
    table.push_back(fmt::format(R"({{"duration":"{}"}})", duration));
  }
  for (const char* mask : {"foo_bar", "a,", ",a", "a,,b", "a..b", ".a", "a.", "a b", "a\xc3\xa4", "*"}) {
    table.push_back(fmt::format(R"({{"mask":"{}"}})", mask));
  }
  for (const std::string& text : table) {
    AllKinds message;
    const Status status = read(text, message);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().field_violations().size(), 1u) << status.error().message();
  }
}

TEST(JsonRefusal, TooDeep) {
  const auto nested = [](const std::string& open, int times, const std::string& inside, const std::string& close) {
    std::string text;
    for (int i = 0; i < times; ++i) text += open;
    text += inside;
    for (int i = 0; i < times; ++i) text += close;
    return text;
  };
  const auto reads = [](const std::string& text) {
    AllKinds message;
    const Status status = read(text, message);
    if (status.ok()) {
      // What JSON carries, the binary form carries too.
      EXPECT_TRUE(AllKinds().ParseFromString(message.SerializeAsString()));
      std::string again;
      EXPECT_TRUE(write(message, again).ok());
      EXPECT_EQ(again, text);
    } else {
      EXPECT_NE(status.error().message().find("inside each other"), std::string::npos) << status.error().message();
    }
    return status.ok();
  };
  EXPECT_TRUE(reads(nested("{\"inner\":", depth_max - 1, "{}", "}")));
  EXPECT_FALSE(reads(nested("{\"inner\":", depth_max, "{}", "}")));
  EXPECT_TRUE(reads(nested("{\"inners\":[", depth_max / 2 - 1, "{}", "]}")));
  EXPECT_FALSE(reads(nested("{\"inners\":[", depth_max / 2, "{}", "]}")));
  EXPECT_TRUE(reads("{\"value\":" + nested("[", 49, "", "]") + "}"));
  EXPECT_FALSE(reads("{\"value\":" + nested("[", 50, "", "]") + "}"));
  EXPECT_TRUE(reads("{\"value\":" + nested("{\"a\":", 33, "1", "}") + "}"));
  EXPECT_FALSE(reads("{\"value\":" + nested("{\"a\":", 34, "1", "}") + "}"));
  EXPECT_FALSE(reads("{\"value\":" + std::string(1'000'000, '[')));
  EXPECT_FALSE(reads(std::string(1'000'000, '[')));
}

TEST(JsonRefusal, ShortensWhatItQuotes) {
  const std::string long_text = "\xc3\xa4" + std::string(10'000, 'n');
  for (const std::string& text :
       {"{\"" + long_text + "\":1}", "{\"anInt32\":\"" + long_text + "\"}", "{\"int32Map\":{\"" + long_text + "\":1}}",
        "{\"any\":{\"@type\":\"" + long_text + "\"}}", "{\"stringMap\":{\"" + long_text + "\":1}}",
        "{\"value\":{\"" + long_text + "\":1e999}}"}) {
    AllKinds message;
    const Status status = read(text, message);
    ASSERT_FALSE(status.ok());
    EXPECT_LT(status.error().message().size(), 400u) << status.error().message();
  }
}

}  // namespace
}  // namespace florin::rpc::json
