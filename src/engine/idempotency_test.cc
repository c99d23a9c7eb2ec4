#include "engine/idempotency.h"

#include <gtest/gtest.h>

#include "engine/request_difference.h"
#include "engine/testing/model.h"
#include "engine/testing/synchronous_partition.h"
#include "florin/engine/testing/v1/model.pb.h"

namespace florin::engine {
namespace {

constexpr std::string_view method = "florin.engine.testing.v1.CounterService/Change";

std::string request(const std::string& counter, std::int64_t amount, const std::string& note = {}) {
  testing::v1::ChangeRequest made;
  made.set_counter(counter);
  made.mutable_change()->set_amount(amount);
  made.mutable_change()->set_note(note);
  return made.SerializeAsString();
}

TEST(RequestDifferenceTest, NamesTheFirstFieldByItsPath) {
  EXPECT_EQ(describe_difference(method, request("a", 1), request("b", 2)), "the field counter");
  EXPECT_EQ(describe_difference(method, request("a", 1, "x"), request("a", 1, "y")), "the field change.note");
  EXPECT_EQ(describe_difference(method, request("a", 1),
                                "\x0a\x01"
                                "a"),
            "the field change");
  EXPECT_EQ(describe_difference("/" + std::string(method), request("a", 1), request("a", 2)),
            "the field change.amount");
}

TEST(RequestDifferenceTest, NamesTheByteOfWhatItDoesNotKnow) {
  EXPECT_EQ(describe_difference("no.such.Service/Method", "abcd", "abXd"), "byte 2");
  EXPECT_EQ(describe_difference("no.such.Service/Method", "abcd", "abcdef"), "byte 4");
  EXPECT_EQ(describe_difference(method, request("a", 1), "\xff\xff"), "byte 0");
  EXPECT_EQ(describe_difference(method, "same", "same"), "");
}

TEST(IdempotencyTest, LongRequestsAreComparedButNotKept) {
  Registry registry;
  model::add_to(registry);
  SynchronousPartition partition({.registry = &registry, .limits = {}});
  auto context = model::context();
  context.idempotency = IdempotencyKey{std::string(method), "k", request("a", 1, std::string(5'000, 'x'))};
  ASSERT_TRUE(partition.run(context, model::change("a", 1)).ok());
  EXPECT_TRUE(partition.run_command(context, model::change("a", 1))->replayed);
  const auto record = find_idempotency_record(partition.state(), {model::tenant(1), std::string(method), "k"});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->request, "");
  context.idempotency->request = request("a", 2);
  const auto refused = partition.run(context, model::change("a", 2));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(
      refused.error().message(),
      "This Idempotency-Key was used before with another request. Use a new key for a new request, or send the same "
      "request again.");
}

}  // namespace
}  // namespace florin::engine
