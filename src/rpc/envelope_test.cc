#include "rpc/envelope.h"

#include <gtest/gtest.h>

#include "rpc/testing/echo_service.h"

namespace florin::rpc {
namespace {

using namespace std::string_literals;

const WireOptions defaults;

EchoRequest request_with(std::string text) {
  EchoRequest request;
  request.set_text(std::move(text));
  return request;
}

Envelope envelope_of(std::string_view bytes) {
  return {.flags = static_cast<std::uint8_t>(bytes[0]), .payload = bytes.substr(envelope_prefix_bytes)};
}

// What comes out of a reader that gets `body` in pieces of `piece_bytes`: "flags:payload" for each envelope.
std::vector<std::string> read_in_pieces(const std::string& body, std::size_t piece_bytes) {
  EnvelopeReader reader(100);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
    reader.push(body.substr(at, piece_bytes));
    for (;;) {
      const auto envelope = reader.next().value();
      if (!envelope) break;
      out.push_back(std::to_string(envelope->flags) + ":" + std::string(envelope->payload));
    }
  }
  EXPECT_TRUE(reader.at_boundary());
  return out;
}

TEST(EnvelopeReader, CutsABodyWhateverItsPieces) {
  const std::string body = make_envelope(0, "one") + make_envelope(1, "") + make_envelope(0x80, std::string(100, 'x')) +
                           make_envelope(2, "{}");
  const std::vector<std::string> expected{"0:one", "1:", "128:" + std::string(100, 'x'), "2:{}"};
  for (std::size_t piece_bytes = 1; piece_bytes <= body.size(); ++piece_bytes) {
    EXPECT_EQ(read_in_pieces(body, piece_bytes), expected) << piece_bytes;
  }
}

TEST(EnvelopeReader, RefusesWhatIsTooLongAsSoonAsItIsAnnounced) {
  EnvelopeReader reader(100);
  reader.push("\0\0\0\0"s);
  EXPECT_EQ(reader.next().value(), std::nullopt);
  reader.push("\x65"s);
  for (int i = 0; i < 2; ++i) {
    const auto refused = reader.next();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), Code::resource_exhausted);
    EXPECT_EQ(refused.error().reason(), "message_too_large");
  }
}

TEST(EnvelopeReader, KnowsWhereABodyMayEnd) {
  EnvelopeReader reader(100);
  EXPECT_TRUE(reader.at_boundary());
  reader.push("\0"s);
  EXPECT_EQ(reader.next().value(), std::nullopt);
  EXPECT_FALSE(reader.at_boundary());
  reader.push("\0\0\0\1"s);
  EXPECT_EQ(reader.next().value(), std::nullopt);
  EXPECT_FALSE(reader.at_boundary());
  reader.push("x"s);
  EXPECT_EQ(reader.next().value()->payload, "x");
  EXPECT_TRUE(reader.at_boundary());
}

TEST(Envelope, CarriesMessages) {
  const EchoRequest request = request_with(std::string(2000, 'a'));
  for (const Codec* codec : {&proto_codec(), &json_codec()}) {
    for (const char* name : {"identity", "gzip", "zstd"}) {
      const Compression* compression = find_compression(name);
      const std::string bytes = encode_envelope(request, *codec, compression, defaults).value();
      EXPECT_EQ(bytes[0], compression == nullptr ? 0 : 1);
      EchoRequest back;
      ASSERT_TRUE(decode_envelope(envelope_of(bytes), compression, *codec, defaults, back).ok());
      EXPECT_EQ(back.text(), request.text());
    }
  }
}

TEST(Envelope, LeavesShortMessagesPlain) {
  const std::string bytes =
      encode_envelope(request_with("hi"), proto_codec(), find_compression("gzip"), defaults).value();
  EXPECT_EQ(bytes, "\0\0\0\0\4\n\2hi"s);
}

TEST(Envelope, TakesEmptyPayloadsAsEmptyMessages) {
  for (const std::uint8_t flags : {std::uint8_t{0}, EnvelopeFlags::compressed}) {
    EchoRequest message;
    EXPECT_TRUE(decode_envelope({flags, ""}, find_compression("gzip"), proto_codec(), defaults, message).ok());
  }
  EchoRequest message;
  EXPECT_FALSE(decode_envelope({0, ""}, nullptr, json_codec(), defaults, message).ok());
}

struct RefusedEnvelope {
  const char* what;
  Envelope envelope;
  const char* compression;
  Code code;
};

TEST(Envelope, RefusesWhatTheHeadDoesNotAllow) {
  const std::string bomb = find_compression("gzip")->compress(std::string(1000, '\0')).value();
  const RefusedEnvelope table[] = {
      {"compressed under identity", {1, "abc"}, "identity", Code::internal},
      {"no gzip", {1, "abc"}, "gzip", Code::invalid_argument},
      {"no protobuf", {0, "\x0a\xff"}, "identity", Code::invalid_argument},
      {"an end of stream from a client", {2, "{}"}, "identity", Code::invalid_argument},
      {"trailers from a client", {0x80, ""}, "identity", Code::invalid_argument},
      {"larger than allowed once decompressed", {1, bomb}, "gzip", Code::resource_exhausted},
  };
  const WireOptions options{.message_bytes_max = 999};
  for (const RefusedEnvelope& one : table) {
    EchoRequest message;
    const Status refused =
        decode_envelope(one.envelope, find_compression(one.compression), proto_codec(), options, message);
    ASSERT_FALSE(refused.ok()) << one.what;
    EXPECT_EQ(refused.error().code(), one.code) << one.what;
  }
}

}  // namespace
}  // namespace florin::rpc
