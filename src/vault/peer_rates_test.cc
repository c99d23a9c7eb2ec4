#include "vault/peer_rates.h"

#include <gtest/gtest.h>

#include "vault/testing.h"

namespace florin::vault {
namespace {

TEST(PeerRates, ABurstThenOneAtATime) {
  engine::ManualClock clock{test_time};
  PeerRates rates(clock, {.burst = 3, .per_minute = 6, .peers_max = 10});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(rates.take("10.0.0.1:100").ok());
  const Status refused = rates.take("10.0.0.1:200");
  EXPECT_EQ(refused.error().reason(), "too_many_cards");
  EXPECT_EQ(refused.error().retry_after(), Duration::seconds(10));
  EXPECT_TRUE(rates.take("10.0.0.2:100").ok()) << "another address";
  clock.advance(Duration::seconds(10));
  EXPECT_TRUE(rates.take("10.0.0.1:300").ok());
  EXPECT_FALSE(rates.take("10.0.0.1:300").ok());
}

TEST(PeerRates, OfIpv6TheNetworkCounts) {
  engine::ManualClock clock{test_time};
  PeerRates rates(clock, {.burst = 1, .per_minute = 1, .peers_max = 10});
  EXPECT_TRUE(rates.take("[2001:db8:1:2:3:4:5:6]:100").ok());
  EXPECT_FALSE(rates.take("[2001:db8:1:2:ffff::1]:100").ok());
  EXPECT_TRUE(rates.take("[2001:db8:1:3::1]:100").ok());
  EXPECT_TRUE(rates.take("[::1]:100").ok());
}

TEST(PeerRates, RemembersOnlySoMany) {
  engine::ManualClock clock{test_time};
  PeerRates rates(clock, {.burst = 1, .per_minute = 60, .peers_max = 2});
  EXPECT_TRUE(rates.take("10.0.0.1:1").ok());
  EXPECT_TRUE(rates.take("10.0.0.2:1").ok());
  EXPECT_FALSE(rates.take("10.0.0.3:1").ok());
  clock.advance(Duration::seconds(1));
  EXPECT_TRUE(rates.take("10.0.0.3:1").ok()) << "whose bucket is full again is forgotten";
}

}  // namespace
}  // namespace florin::vault
