// Random messages: JSON and back gives the same message, and protobuf's own converter agrees on what is valid.
#include <google/protobuf/util/field_comparator.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/binary.h"
#include "rpc/json/json.h"
#include "rpc/json/testing/random_message.h"

namespace florin::rpc::json {
namespace {

using testing::v1::AllKinds;

AllKinds random_message(std::uint64_t seed) {
  AllKinds message;
  Dice dice(seed);
  fill_at_random(message, dice, 3);
  return message;
}

std::string binary(const google::protobuf::Message& message) {
  std::string bytes;
  append_binary(message, bytes);
  return bytes;
}

// What an Any packs is compared as a message, as bytes may differ in order.
bool equal(const google::protobuf::Message& left, const google::protobuf::Message& right) {
  google::protobuf::util::DefaultFieldComparator fields;
  fields.set_treat_nan_as_equal(true);
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&fields);
  return differencer.Compare(left, right);
}

std::string written(const google::protobuf::Message& message) {
  std::string text;
  const Status status = write(message, text);
  EXPECT_TRUE(status.ok()) << status.error().message();
  return text;
}

TEST(JsonProperty, WhatIsWrittenReadsBackEqual) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const AllKinds message = random_message(seed);
    const std::string text = written(message);
    AllKinds again;
    const Status status = read(text, again);
    if (!status.ok()) RC_FAIL(status.error().message() + " " + text);
    RC_ASSERT(binary(again) == binary(message));
    RC_ASSERT(written(again) == text);
  }));
}

TEST(JsonProperty, ProtobufReadsWhatWeWrite) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    const AllKinds message = random_message(seed);
    const std::string text = written(message);
    AllKinds theirs;
    const auto status = google::protobuf::util::JsonStringToMessage(text, &theirs);
    if (!status.ok()) RC_FAIL(status.ToString() + " " + text);
    RC_ASSERT(equal(theirs, message));
  }));
}

TEST(JsonProperty, WeReadWhatProtobufWrites) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed, bool always_print_enums_as_ints, bool preserve_proto_field_names) {
    const AllKinds message = random_message(seed);
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.always_print_enums_as_ints = always_print_enums_as_ints;
    options.preserve_proto_field_names = preserve_proto_field_names;
    std::string text;
    RC_ASSERT(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
    AllKinds again;
    const Status status = read(text, again);
    if (!status.ok()) RC_FAIL(status.error().message() + " " + text);
    RC_ASSERT(equal(again, message));
  }));
}

// Cutting, doubling or changing a byte gives a text that is refused or still means one message.
TEST(JsonProperty, DamagedTextIsRefusedOrMeansAMessage) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Dice dice(seed);
    std::string text = written(random_message(dice.next()));
    const std::size_t at = dice.below(text.size());
    switch (dice.below(3)) {
      case 0:
        text.erase(at, 1 + dice.below(3));
        break;
      case 1:
        text.insert(at, text, dice.below(text.size()), 1 + dice.below(20));
        break;
      default:
        text[at] = static_cast<char>(dice.next());
    }
    AllKinds message;
    if (!read(text, message).ok()) return;
    AllKinds again;
    RC_ASSERT(read(written(message), again).ok());
    RC_ASSERT(binary(again) == binary(message));
  }));
}

}  // namespace
}  // namespace florin::rpc::json
