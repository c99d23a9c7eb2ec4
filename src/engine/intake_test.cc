#include "engine/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/model.h"

namespace florin::engine {
namespace {

using ::testing::ElementsAre;

Command command(std::uint32_t tenant, Priority priority = Priority::interactive, std::size_t bytes = 0) {
  Command made;
  made.context = model::context(tenant);
  made.context.priority = priority;
  made.context.size_bytes = bytes;
  return made;
}

std::uint32_t tenant_of(const std::optional<Command>& taken) {
  return taken ? taken->context.tenant.position.index : 0;
}

TEST(IntakeTest, UrgentGoesFirst) {
  const Limits limits;
  Intake intake(limits);
  intake.push(command(1, Priority::bulk));
  intake.push(command(2, Priority::interactive));
  intake.push(command(3, Priority::in_flight));
  std::vector<std::uint32_t> order;
  for (int i = 0; i < 4; ++i) order.push_back(tenant_of(intake.take()));
  EXPECT_THAT(order, ElementsAre(3, 2, 1, 0));
}

TEST(IntakeTest, BusyTenantDoesNotHoldUpAnother) {
  const Limits limits;
  Intake intake(limits);
  for (int i = 0; i < 5'000; ++i) intake.push(command(1));
  intake.push(command(2));
  int before = 0;
  while (tenant_of(intake.take()) == 1) ++before;
  EXPECT_LE(before, 40);
}

TEST(IntakeTest, LargeCommandsCountByTheirSize) {
  const Limits limits;
  Intake intake(limits);
  for (int i = 0; i < 100; ++i) intake.push(command(1, Priority::bulk, 100'000));
  for (int i = 0; i < 2'000; ++i) intake.push(command(2, Priority::bulk, 1'000));
  std::size_t large = 0;
  std::size_t small = 0;
  while (large + small < 1'500) ++(tenant_of(intake.take()) == 1 ? large : small);
  // Both got about the same bytes.
  EXPECT_NEAR(static_cast<double>(large) * 100'256, static_cast<double>(small) * 1'256, 250'000);
}

TEST(IntakeTest, OneTenantKeepsItsOrder) {
  const Limits limits;
  Intake intake(limits);
  for (std::size_t i = 0; i < 100; ++i) intake.push(command(1, Priority::interactive, i * 300));
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(intake.take()->context.size_bytes, i * 300);
  EXPECT_EQ(intake.size(), 0U);
}

TEST(IntakeTest, BoundsByCountAndBytes) {
  Limits limits;
  limits.intake_commands_max = 4;
  limits.tenant_commands_max = 2;
  limits.intake_bytes_max = 10'000;
  limits.tenant_bytes_max = 6'000;
  Intake intake(limits);
  const auto offer = [&](std::uint32_t tenant, std::size_t bytes) {
    auto made = command(tenant, Priority::interactive, bytes);
    const auto taken = intake.offer(made);
    if (!taken.ok()) {
      EXPECT_EQ(taken.error().reason(), "overloaded");
      EXPECT_EQ(taken.error().retry_after(), limits.retry_after);
      EXPECT_EQ(made.context.size_bytes, bytes);
    }
    return taken.ok();
  };
  EXPECT_TRUE(offer(1, 0));
  EXPECT_TRUE(offer(1, 0));
  EXPECT_FALSE(offer(1, 0));
  EXPECT_FALSE(offer(2, 6'000));
  EXPECT_TRUE(offer(2, 5'000));
  EXPECT_FALSE(offer(3, 5'000));
  EXPECT_TRUE(offer(3, 1'000));
  EXPECT_FALSE(offer(4, 0));
  // Outcomes are always taken in, and taking out makes room.
  intake.push(command(1));
  while (intake.take()) {
  }
  EXPECT_TRUE(offer(1, 5'000));
  intake.close();
  auto late = command(1);
  EXPECT_EQ(intake.offer(late).error().code(), Code::unavailable);
}

}  // namespace
}  // namespace florin::engine
