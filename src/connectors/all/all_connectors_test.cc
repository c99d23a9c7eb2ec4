#include "connectors/all/all_connectors.h"

#include <gmock/gmock.h>

namespace florin::connectors {
namespace {

TEST(AllConnectors, AreFoundByName) {
  EXPECT_THAT(all_connectors().names(), testing::ElementsAre("sandbox"));
  for (const std::string& name : all_connectors().names()) {
    ASSERT_NE(all_connectors().find(name), nullptr);
    EXPECT_EQ(all_connectors().find(name)->capabilities().name, name);
  }
  EXPECT_EQ(all_connectors().find("nobody"), nullptr);
}

}  // namespace
}  // namespace florin::connectors
