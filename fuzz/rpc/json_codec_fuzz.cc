// Fuzzes JSON into a message with a field of every kind: whatever the bytes, it must neither crash nor read past its
// input, and what it takes must be written as JSON, and as binary, that mean the same message.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/json/binary.h"
#include "rpc/json/json.h"

namespace {

namespace json = florin::rpc::json;
using json::testing::v1::AllKinds;

std::string binary(const AllKinds& message) {
  std::string bytes;
  json::append_binary(message, bytes);
  return bytes;
}

std::string written(const AllKinds& message) {
  std::string text;
  const florin::Status status = json::write(message, text);
  CHECK(status.ok(), "{}", status.error().message());
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const json::ReadOptions options{.ignore_unknown = data[0] % 2 == 0};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  AllKinds message;
  const florin::Status status = json::read(text, message, options);
  if (!status.ok()) {
    CHECK(status.error().message().size() < 20'000);
    return 0;
  }
  const std::string again = written(message);
  AllKinds from_json;
  CHECK(json::read(again, from_json).ok(), "{}", again);
  CHECK(binary(from_json) == binary(message), "{}", again);
  CHECK(written(from_json) == again, "{}", again);
  AllKinds from_binary;
  CHECK(from_binary.ParseFromString(binary(message)));
  CHECK(written(from_binary) == again, "{}", again);
  return 0;
}
