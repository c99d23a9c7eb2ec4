#include "api/system/system_service.h"

#include <gmock/gmock.h>

namespace florin::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HealthSigns good_signs() {
  HealthSigns signs;
  signs.version = "florin 1.2.3";
  signs.start = Timestamp{1'000'000};
  signs.now = Timestamp{91'000'000};
  signs.partition.sequence = 7;
  signs.partition.commands_accepted = 5;
  signs.providers.push_back({.provider = "sandbox/default", .effects = 4, .answered = 3, .unknown = 1});
  signs.processes.push_back({.name = "sandbox_psp", .address = "127.0.0.1:8090", .running = true});
  return signs;
}

TEST(SystemServiceTest, TellsWhatItSees) {
  const auto health = tell_health(good_signs());
  EXPECT_EQ(health.state(), system::v1::HEALTH_STATE_OK);
  EXPECT_THAT(health.problems(), IsEmpty());
  EXPECT_EQ(health.version(), "florin 1.2.3");
  EXPECT_EQ(health.uptime().seconds(), 90);
  EXPECT_EQ(health.journal().sequence(), 7u);
  EXPECT_EQ(health.lane().commands_accepted(), 5u);
  EXPECT_EQ(health.providers(0).breaker(), system::v1::BREAKER_STATE_CLOSED);
  EXPECT_EQ(health.providers(0).failed_permille(), 250u);
  EXPECT_EQ(health.processes(0).state(), system::v1::PROCESS_STATE_RUNNING);
}

TEST(SystemServiceTest, SaysWhatNeedsALook) {
  auto signs = good_signs();
  signs.providers[0].breaker = effects::Breaker::State::open;
  signs.processes[0].running = false;
  signs.partition.parked = 2;
  signs.payments_needing_attention = 1'000;
  const auto health = tell_health(signs);
  EXPECT_EQ(health.state(), system::v1::HEALTH_STATE_DEGRADED);
  EXPECT_EQ(health.providers(0).breaker(), system::v1::BREAKER_STATE_OPEN);
  EXPECT_EQ(health.processes(0).state(), system::v1::PROCESS_STATE_DOWN);
  EXPECT_THAT(health.problems(), ElementsAre(HasSubstr("sandbox/default"), HasSubstr("sandbox_psp"), HasSubstr("2 "),
                                             HasSubstr("1000 or more")));
}

TEST(SystemServiceTest, AProviderThatWasNeverAskedHasNotFailed) {
  auto signs = good_signs();
  signs.providers[0] = {.provider = "sandbox/default"};
  EXPECT_EQ(tell_health(signs).providers(0).failed_permille(), 0u);
}

}  // namespace
}  // namespace florin::api
