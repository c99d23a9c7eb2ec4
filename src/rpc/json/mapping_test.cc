// The mapping of each kind of field, both ways.
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/json.h"

namespace florin::rpc::json {
namespace {

using testing::v1::AllKinds;

std::string written(const google::protobuf::Message& message) {
  std::string text;
  const Status status = write(message, text);
  return status.ok() ? text : status.error().to_string();
}

AllKinds read_as(std::string_view text, const ReadOptions& options = {}) {
  AllKinds message;
  const Status status = read(text, message, options);
  EXPECT_TRUE(status.ok()) << text << (status.ok() ? "" : " " + status.error().message());
  return message;
}

struct Pair {
  std::string_view read;
  std::string_view written;  // empty: as it was read
};

TEST(JsonMapping, WritesWhatItReadInTheUsualForm) {
  const Pair table[] = {
      {R"({})", ""},
      {" {\t}\r\n", "{}"},
      // Integers.
      {R"({"anInt32":-2147483648,"anInt64":"-9223372036854775808","aUint32":4294967295,"aUint64":"18446744073709551615"})",
       ""},
      {R"({"an_int32":7,"an_int64":8})", R"({"anInt32":7,"anInt64":"8"})"},
      {R"({"anInt32":"7","anInt64":8,"aUint64":9})", R"({"anInt32":7,"anInt64":"8","aUint64":"9"})"},
      {R"({"anInt32":1e2,"anInt64":"1.50e1","aUint64":1844674407370955161.5E1,"aSint32":-3.000})",
       R"({"anInt32":100,"anInt64":"15","aUint64":"18446744073709551615","aSint32":-3})"},
      {R"({"aSint64":-9.223372036854775808e18,"aFixed32":100e-2,"aSfixed32":-0,"aFixed64":0e999999999999})",
       R"({"aSint64":"-9223372036854775808","aFixed32":1})"},
      {R"({"anInt32":"2\u003147"})", R"({"anInt32":2147})"},
      // Floating-point numbers: shortest text that reads back.
      {R"({"aFloat":0.1,"aDouble":0.1})", ""},
      {R"({"aFloat":"NaN","aDouble":"Infinity","doubles":["-Infinity",-0,5e-324,1e-400,-1e-400]})",
       R"({"aFloat":"NaN","aDouble":"Infinity","doubles":["-Infinity",-0,5e-324,0,-0]})"},
      {R"({"floats":[3.4028234663852886e38,"1.5",1e0],"doubles":["2.5e1",100000000]})",
       R"({"floats":[3.4028235e+38,1.5,1],"doubles":[25,1e+08]})"},
      {R"({"aDouble":0,"aFloat":0.0})", "{}"},
      {R"({"aFloat":-0,"aDouble":-0})", ""},
      // Text and bytes.
      {R"({"aString":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00\u0001"})",
       "{\"aString\":\"\\\"\\\\/\\b\\f\\n\\r\\t\xc3\xa4\xf0\x9f\x98\x80\\u0001\"}"},
      {"{\"aString\":\"\xc3\xa4\xe2\x82\xac\x7f <&> \xe2\x80\xa8\"}", ""},
      {R"({"aString":"\u0000"})", ""},
      {R"({"someBytes":"+/8="})", ""},
      {R"({"someBytes":"-_8"})", R"({"someBytes":"+/8="})"},
      {R"({"someBytes":"\/\/8"})", R"({"someBytes":"//8="})"},
      {R"({"someBytes":"-_"})", R"({"someBytes":"+w=="})"},
      {R"({"optionalBytes":""})", ""},
      // Presence.
      {R"({"optionalInt32":0,"optionalString":"","optionalBool":false,"optionalColor":"COLOR_UNSPECIFIED"})", ""},
      {R"({"anInt32":0,"aString":"","aBool":false,"color":"COLOR_UNSPECIFIED","int32s":[],"stringMap":{}})", "{}"},
      {R"({"anInt32":null,"inner":null,"int32s":null,"stringMap":null,"optionalInt32":null,"timestamp":null})", "{}"},
      {R"({"inner":{}})", ""},
      // Enums, open to numbers without a name.
      {R"({"colors":["COLOR_RED",2,-1,77,"COLOR_UNSPECIFIED",1.0]})",
       R"({"colors":["COLOR_RED","COLOR_GREEN","COLOR_BELOW",77,"COLOR_UNSPECIFIED","COLOR_RED"]})"},
      // Lists, maps by key.
      {R"({"strings":["",""],"bools":[true,false],"bytesList":["","AA=="],"int64s":["1",2]})",
       R"({"int64s":["1","2"],"bools":[true,false],"strings":["",""],"bytesList":["","AA=="]})"},
      {R"({"stringMap":{"b":"2","a":"1","":"0"}})", R"({"stringMap":{"":"0","a":"1","b":"2"}})"},
      {R"({"int32Map":{"10":1,"9":"2","-1":3},"int64Map":{"1e1":0.5}})",
       R"({"int32Map":{"-1":"3","9":"2","10":"1"},"int64Map":{"10":0.5}})"},
      {R"({"uint32Map":{"1":false},"uint64Map":{"18446744073709551615":"AA=="},"boolMap":{"true":1,"false":"COLOR_GREEN"}})",
       R"({"uint32Map":{"1":false},"uint64Map":{"18446744073709551615":"AA=="},"boolMap":{"false":"COLOR_GREEN","true":"COLOR_RED"}})"},
      {R"({"innerMap":{"x":{"anInt32":1},"y":{}},"inners":[{},{"inner":{"aBool":true}}]})",
       R"({"inners":[{},{"inner":{"aBool":true}}],"innerMap":{"x":{"anInt32":1},"y":{}}})"},
      {R"({"stringMap":{"\u0061":"x","b":"y"}})", R"({"stringMap":{"a":"x","b":"y"}})"},
      // Oneofs.
      {R"({"leftNumber":"0"})", ""},
      {R"({"leftNumber":null,"rightText":""})", R"({"rightText":""})"},
      {R"({"rightText":"x","leftNumber":null})", R"({"rightText":"x"})"},
      {R"({"nothing":null})", ""},
      {R"({"nothing":"NULL_VALUE"})", R"({"nothing":null})"},
      {R"({"optionalNull":0,"nulls":[null,"NULL_VALUE",0]})", R"({"optionalNull":null,"nulls":[null,null,null]})"},
      {R"({"hue":"COLOR_UNSPECIFIED"})", ""},
      // A name of the .proto's own.
      {R"({"another name":1})", ""},
      {R"({"renamed":1})", R"({"another name":1})"},
      {R"({"\u0061nInt32":1})", R"({"anInt32":1})"},
  };
  for (const Pair& pair : table) {
    EXPECT_EQ(written(read_as(pair.read)), pair.written.empty() ? pair.read : pair.written) << pair.read;
  }
}

TEST(JsonMapping, WellKnownTypesHaveTheirOwnForms) {
  const Pair table[] = {
      {R"({"timestamp":"1970-01-01T00:00:00Z"})", ""},
      {R"({"timestamp":"0001-01-01T00:00:00Z"})", ""},
      {R"({"timestamp":"9999-12-31T23:59:59.999999999Z"})", ""},
      {R"({"timestamp":"2024-02-29T12:30:15.5+05:30"})", R"({"timestamp":"2024-02-29T07:00:15.500Z"})"},
      {R"({"timestamp":"1969-12-31T23:59:59.12345-00:30"})", R"({"timestamp":"1970-01-01T00:29:59.123450Z"})"},
      {R"({"timestamp":"2000-01-01T00:00:00.000000001Z"})", ""},
      {R"({"timestamp":"2000-01-01T00:00:00.000000000Z"})", R"({"timestamp":"2000-01-01T00:00:00Z"})"},
      {R"({"duration":"0s"})", ""},
      {R"({"duration":"-0.5s"})", R"({"duration":"-0.500s"})"},
      {R"({"duration":"1.000340012s"})", ""},
      {R"({"duration":"-315576000000s"})", ""},
      {R"({"mask":""})", ""},
      {R"({"mask":"amount.minorUnits,fooBar"})", ""},
      {R"({"object":{"a":1,"b":[true,null,"x",{}],"c":{"d":{}}}})", ""},
      {R"({"object":{"z":1,"a":2}})", R"({"object":{"a":2,"z":1}})"},
      {R"({"value":null})", ""},
      {R"({"value":1.5})", ""},
      {R"({"value":[1,[2]]})", ""},
      {R"({"value":{"@type":1}})", ""},
      {R"({"list":[null,{}]})", ""},
      {R"({"values":[null,1]})", ""},
      {R"({"valueMap":{"a":null}})", ""},
      {R"({"empty":{}})", ""},
      {R"({"doubleValue":0,"floatValue":1.5,"int64Value":"7","uint64Value":"8","int32Value":9,"uint32Value":1})", ""},
      {R"({"boolValue":false,"stringValue":"","bytesValue":"AA=="})", ""},
      {R"({"int64Values":[1,"2"],"int64Value":null})", R"({"int64Values":["1","2"]})"},
      {R"({"any":{}})", ""},
      {R"({"any":{"@type":"type.googleapis.com/florin.rpc.json.testing.v1.Small","paymentId":"p"}})", ""},
      {R"({"any":{"paymentId":"p","@type":"x/florin.rpc.json.testing.v1.Small"}})",
       R"({"any":{"@type":"x/florin.rpc.json.testing.v1.Small","paymentId":"p"}})"},
      {R"({"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}})", ""},
      {R"({"any":{"value":{"@type":5},"@type":"type.googleapis.com/google.protobuf.Struct"}})",
       R"({"any":{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"@type":5}}})"},
      {R"({"any":{"@type":"a/google.protobuf.Int64Value","value":"5"}})", ""},
      {R"({"any":{"@type":"a/google.protobuf.Value","value":null}})", ""},
      {R"({"any":{"@type":"a/google.protobuf.Duration"}})",
       R"({"any":{"@type":"a/google.protobuf.Duration","value":"0s"}})"},
      {R"({"any":{"@type":"a/google.protobuf.Empty"}})", ""},
      {R"({"any":{"@type":"a/google.protobuf.Empty","value":{}}})", R"({"any":{"@type":"a/google.protobuf.Empty"}})"},
      {R"({"any":{"value":{"value":"1s","@type":"b/google.protobuf.Duration"},"@type":"a/google.protobuf.Any"}})",
       R"({"any":{"@type":"a/google.protobuf.Any","value":{"@type":"b/google.protobuf.Duration","value":"1s"}}})"},
      {R"({"anys":[{"@type":"a/google.protobuf.Any","value":{}},{}]})", ""},
  };
  for (const Pair& pair : table) {
    EXPECT_EQ(written(read_as(pair.read)), pair.written.empty() ? pair.read : pair.written) << pair.read;
  }
}

TEST(JsonMapping, WellKnownTypesMayBeTheWholeText) {
  google::protobuf::Value value;
  ASSERT_TRUE(read("null", value).ok());
  EXPECT_EQ(written(value), "null");
  google::protobuf::Int64Value number;
  ASSERT_TRUE(read(R"(" 7")", number).ok() == false);
  ASSERT_TRUE(read(R"("7")", number).ok());
  EXPECT_EQ(written(number), "\"7\"");
  google::protobuf::ListValue list;
  ASSERT_TRUE(read("[1]", list).ok());
  EXPECT_EQ(written(list), "[1]");
}

TEST(JsonMapping, SkipsWhatIsUnknownWhenAsked) {
  const ReadOptions lenient{.ignore_unknown = true};
  EXPECT_EQ(written(read_as(R"({"nope":{"a":[1,{"b":null}]},"anInt32":1,"n\u006fpe2":"x"})", lenient)),
            R"({"anInt32":1})");
  EXPECT_EQ(written(read_as(R"({"color":"X","colors":["COLOR_RED","X"],"boolMap":{"true":"X","false":1},"hue":"X"})",
                            lenient)),
            R"({"colors":["COLOR_RED"],"boolMap":{"false":"COLOR_RED"}})");
  EXPECT_EQ(written(read_as(R"({"any":{"@type":"a/google.protobuf.Duration","value":"1s","more":1}})", lenient)),
            R"({"any":{"@type":"a/google.protobuf.Duration","value":"1s"}})");
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":1,"\u0061":2})", R"({"a":{"b":1,"b":2}})", R"({"a":01})",
                           R"({"color":1.5})", R"({"boolMap":{"true":"X","true":1}})"}) {
    AllKinds message;
    EXPECT_FALSE(read(text, message, lenient).ok()) << text;
  }
}

TEST(JsonMapping, WritesBytesThatAreNoUtf8AsReplacementCharacters) {
  AllKinds message;
  message.set_a_string("a\xff\xc3\"");
  EXPECT_EQ(written(message), "{\"aString\":\"a\xef\xbf\xbd\xef\xbf\xbd\\\"\"}");
}

TEST(JsonMapping, RefusesToWriteWhatHasNoJson) {
  const std::function<void(AllKinds&)> changes[] = {
      [](AllKinds& m) { m.mutable_any()->set_type_url("a/no.such.Type"); },
      [](AllKinds& m) { m.mutable_any()->set_type_url("google.protobuf.Duration"); },
      [](AllKinds& m) { m.mutable_any()->set_type_url("a/google.protobuf.FieldDescriptorProto"); },
      [](AllKinds& m) { m.mutable_any()->set_type_url("a/florin.rpc.json.testing.v1.AllKinds.StringMapEntry"); },
      [](AllKinds& m) { m.mutable_any()->set_value("x"); },
      [](AllKinds& m) {
        m.mutable_any()->set_type_url("a/google.protobuf.Duration");
        m.mutable_any()->set_value("\xff");
      },
      [](AllKinds& m) { m.mutable_timestamp()->set_nanos(-1); },
      [](AllKinds& m) { m.mutable_timestamp()->set_seconds(253'402'300'800); },
      [](AllKinds& m) { m.mutable_duration()->set_seconds(315'576'000'001); },
      [](AllKinds& m) {
        m.mutable_duration()->set_seconds(1);
        m.mutable_duration()->set_nanos(-1);
      },
      [](AllKinds& m) { m.mutable_mask()->add_paths("fooBar"); },
      [](AllKinds& m) { m.mutable_mask()->add_paths("foo__bar"); },
      [](AllKinds& m) { m.mutable_mask()->add_paths("foo_3"); },
      [](AllKinds& m) { m.mutable_mask()->add_paths("foo,bar"); },
      [](AllKinds& m) { m.mutable_mask()->add_paths(""); },
      [](AllKinds& m) { m.mutable_value(); },
      [](AllKinds& m) { m.mutable_value()->set_string_value("\xff"); },
      [](AllKinds& m) { m.mutable_any()->set_type_url("\xff"); },
      [](AllKinds& m) { m.mutable_value()->set_number_value(std::numeric_limits<double>::infinity()); },
      [](AllKinds& m) {
        for (int i = 0; i < depth_max; ++i)
          m = [&] {
            AllKinds outer;
            *outer.mutable_inner() = m;
            return outer;
          }();
      },
  };
  for (const auto& change : changes) {
    AllKinds message;
    change(message);
    std::string text = "before";
    const Status status = write(message, text);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().reason(), "json_encoding_failed");
    EXPECT_EQ(text, "before");
  }
}

// Anys pack Anys as bytes, so that protobuf's own limit does not see how deep they go.
TEST(JsonMapping, WritesNoDeeperThanItReads) {
  google::protobuf::Any any;
  for (int i = 0; i < 1'000; ++i) {
    google::protobuf::Any outer;
    outer.PackFrom(any);
    any = std::move(outer);
  }
  std::string text;
  EXPECT_FALSE(write(any, text).ok());
}

}  // namespace
}  // namespace florin::rpc::json
