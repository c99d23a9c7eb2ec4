#include "rpc/compression.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace florin::rpc {
namespace {

constexpr std::size_t limit = 1 << 20;

class EachCompression : public ::testing::TestWithParam<std::string> {
 protected:
  const Compression& compression = *find_compression(GetParam());
};
INSTANTIATE_TEST_SUITE_P(All, EachCompression, ::testing::Values("gzip", "zstd"));

TEST_P(EachCompression, RoundTrips) {
  EXPECT_TRUE(rc::check([&](const std::string& bytes) {
    RC_ASSERT(compression.decompress(compression.compress(bytes).value(), limit).value() == bytes);
  }));
  const std::string large(limit, 'x');
  EXPECT_EQ(compression.decompress(compression.compress(large).value(), limit).value(), large);
}

TEST_P(EachCompression, StopsABombAtTheLimit) {
  const std::string bomb = compression.compress(std::string(std::size_t{64} << 20, '\0')).value();
  ASSERT_LT(bomb.size(), 100'000u);
  const auto result = compression.decompress(bomb, limit);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::resource_exhausted);
  EXPECT_EQ(result.error().reason(), "message_too_large");
  EXPECT_FALSE(compression.decompress(compression.compress(std::string(101, 'x')).value(), 100).ok());
  EXPECT_TRUE(compression.decompress(compression.compress(std::string(100, 'x')).value(), 100).ok());
  EXPECT_TRUE(compression.decompress(compression.compress("").value(), 0).ok());
}

TEST_P(EachCompression, RefusesDamagedBodies) {
  const std::string packed = compression.compress("some bytes that are worth keeping").value();
  for (const std::string& damaged : {packed.substr(0, packed.size() - 1), packed.substr(0, 5), packed + "x",
                                     packed + packed, std::string("not compressed"), std::string()}) {
    const auto result = compression.decompress(damaged, limit);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().reason(), "invalid_compression");
  }
  EXPECT_TRUE(rc::check([&](const std::string& bytes) { static_cast<void>(compression.decompress(bytes, 1000)); }));
}

TEST(Compression, ZstdRefusesAHugeWindow) {
  // Magic, a frame header that asks for a window of 2^31 bytes, and one empty last block.
  const std::string frame("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
  EXPECT_FALSE(find_compression("zstd")->decompress(frame, limit).ok());
}

TEST(Compression, ChoosesTheFirstSupported) {
  const auto name = [](std::string_view accept) {
    const Compression* chosen = choose_compression(accept);
    return chosen == nullptr ? std::string_view("identity") : chosen->name();
  };
  EXPECT_EQ(name(""), "identity");
  EXPECT_EQ(name("identity"), "identity");
  EXPECT_EQ(name("br"), "identity");
  EXPECT_EQ(name("gzip"), "gzip");
  EXPECT_EQ(name("zstd,gzip"), "zstd");
  EXPECT_EQ(name("br, gzip, zstd"), "gzip");
  EXPECT_EQ(name("gzip;q=0, zstd;q=0.5"), "zstd");
  EXPECT_EQ(name("gzip; q=0.0"), "identity");
  EXPECT_EQ(name("gzip;q=0.1"), "gzip");
  EXPECT_EQ(name(",,;"), "identity");
}

}  // namespace
}  // namespace florin::rpc
