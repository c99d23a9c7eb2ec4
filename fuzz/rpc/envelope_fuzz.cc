// Fuzzes the reading of a body of envelopes: whatever the bytes, it must neither crash nor read past its input, must
// give the same envelopes however they are cut, none beyond the limit, and messages that mean the same when they are
// sent again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "florin/rpc/json/testing/v1/all_kinds.pb.h"
#include "rpc/envelope.h"
#include "rpc/json/binary.h"

namespace {

using namespace florin::rpc;
using json::testing::v1::AllKinds;

struct Part {
  std::uint8_t flags = 0;
  std::string payload;
  bool operator==(const Part&) const = default;
};

struct Told {
  std::vector<Part> parts;
  std::string error;
  bool at_boundary = false;
  bool operator==(const Told&) const = default;
};

// Gives `bytes` to a reader in pieces of `piece_bytes`.
Told read(std::string_view bytes, std::size_t piece_bytes, std::size_t payload_bytes_max) {
  EnvelopeReader reader(payload_bytes_max);
  Told told;
  while (!bytes.empty()) {
    reader.push(std::string(bytes.substr(0, piece_bytes)));
    bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    for (;;) {
      const auto next = reader.next();
      if (!next.ok()) {
        told.error = next.error().reason();
        CHECK(told.error == "message_too_large");
        CHECK(!reader.next().ok(), "it fails whenever it is asked");
        return told;
      }
      if (!next->has_value()) break;
      CHECK((*next)->payload.size() <= payload_bytes_max);
      told.parts.push_back({(*next)->flags, std::string((*next)->payload)});
    }
  }
  told.at_boundary = reader.at_boundary();
  return told;
}

void check_written(const Told& told, std::string_view bytes) {
  std::string again;
  for (const Part& part : told.parts) again += make_envelope(part.flags, part.payload);
  CHECK(bytes.starts_with(again));
  if (told.error.empty()) CHECK(told.at_boundary == (again.size() == bytes.size()));
}

struct Wire {
  const Compression* compression;
  const Codec& codec;
  WireOptions options;
};

std::string binary(const AllKinds& message) {
  std::string bytes;
  json::append_binary(message, bytes);
  return bytes;
}

void check_sent_again(const AllKinds& message, const Wire& wire) {
  const auto sent = encode_envelope(message, wire.codec, wire.compression, wire.options);
  CHECK(sent.ok(), "{}", sent.error().message());
  EnvelopeReader reader(sent->size());
  reader.push(*sent);
  const auto envelope = reader.next();
  CHECK(envelope.ok() && envelope->has_value() && reader.at_boundary());
  WireOptions roomy = wire.options;
  roomy.message_bytes_max = std::size_t{1} << 26;
  AllKinds again;
  const florin::Status status = decode_envelope(**envelope, wire.compression, wire.codec, roomy, again);
  CHECK(status.ok(), "{}", status.error().message());
  CHECK(binary(again) == binary(message));
}

void check_message(const Part& part, const Wire& wire) {
  AllKinds message;
  const florin::Status status = decode_envelope({.flags = part.flags, .payload = part.payload}, wire.compression,
                                                wire.codec, wire.options, message);
  if (part.flags > EnvelopeFlags::compressed) {
    CHECK(!status.ok() && status.error().reason() == "invalid_envelope");
    return;
  }
  const bool compressed = part.flags != 0;
  if (compressed && wire.compression == nullptr) {
    CHECK(!status.ok() && status.error().reason() == "unexpected_compression");
    return;
  }
  if (!status.ok()) return;
  if (compressed && !part.payload.empty()) {
    const auto plain = wire.compression->decompress(part.payload, wire.options.message_bytes_max);
    CHECK(plain.ok() && plain->size() <= wire.options.message_bytes_max);
    const auto tight = plain->empty() ? plain : wire.compression->decompress(part.payload, plain->size() - 1);
    CHECK(plain->empty() || (!tight.ok() && tight.error().reason() == "message_too_large"));
  }
  check_sent_again(message, wire);
}

}  // namespace

// The first bytes: the size of the pieces, the limit, then codec and compression.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 3), size - 3);
  const std::size_t limit = std::size_t{16} << data[1] % 10;
  const Told whole = read(bytes, bytes.size(), limit);
  CHECK(read(bytes, 1 + data[0] % 64, limit) == whole);
  check_written(whole, bytes);

  constexpr std::string_view compressions[] = {"identity", "gzip", "zstd"};
  const Wire wire{.compression = find_compression(compressions[data[2] / 2 % 3]),
                  .codec = data[2] % 2 == 0 ? proto_codec() : json_codec(),
                  .options = {.message_bytes_max = limit, .compress_bytes_min = 8}};
  for (const Part& part : whole.parts) check_message(part, wire);
  return 0;
}
