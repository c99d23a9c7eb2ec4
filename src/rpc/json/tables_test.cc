#include "rpc/json/tables.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "florin/rpc/json/testing/v1/all_kinds.pb.h"

namespace florin::rpc::json {
namespace {

TEST(JsonTables, AreOneForAllThreads) {
  std::array<const MessageTable*, 4> found{};
  std::vector<std::thread> threads;
  for (auto& table : found) {
    threads.emplace_back([&table] { table = &table_of(*testing::v1::AllKinds::descriptor()); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto* table : found) EXPECT_EQ(table, found[0]);
}

TEST(JsonTables, PointAtEachOther) {
  const MessageTable& table = table_of(*testing::v1::AllKinds::descriptor());
  EXPECT_EQ(table.by_name.at("inner")->message, &table);
  EXPECT_EQ(table.by_name.at("innerMap")->message->fields[1].message, &table);
  EXPECT_EQ(table.by_name.at("an_int32"), table.by_name.at("anInt32"));
  EXPECT_EQ(table.by_name.at("timestamp")->message->form, Form::timestamp);
  EXPECT_EQ(table.by_name.at("optional_int32")->oneof, nullptr);
  EXPECT_NE(table.by_name.at("leftNumber")->oneof, nullptr);
}

}  // namespace
}  // namespace florin::rpc::json
