// Generated client, channel and router together.
#include <gtest/gtest.h>

#include "rpc/router.h"
#include "rpc/testing/echo_service.h"
#include "rpc/testing/memory_channel.h"

namespace florin::rpc {
namespace {

using testing::v1::EchoServiceClient;

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { mount(router, service); }

  EchoRequest request() {
    EchoRequest out;
    out.set_text(std::string(5000, 'x'));
    (*out.mutable_labels())["a"] = "b";
    return out;
  }

  Router router;
  EchoService service;
};

TEST_F(ClientTest, RoundTripsWithEveryCodecAndCompression) {
  for (const Codec* codec : {&proto_codec(), &json_codec()}) {
    for (const char* compression : {"identity", "gzip", "zstd"}) {
      MemoryChannel channel(router, {.codec = codec, .request_compression = find_compression(compression)});
      const auto response = EchoServiceClient(channel).echo(request());
      ASSERT_TRUE(response.ok()) << response.error().to_string();
      EXPECT_EQ(response->request().SerializeAsString(), request().SerializeAsString());
      EXPECT_EQ(channel.last().request.headers.get("content-encoding").value_or("identity"), compression);
      EXPECT_NE(channel.last().answer.headers.get("content-encoding"), std::nullopt);
    }
  }
}

TEST_F(ClientTest, CallsByGetWhereThatIsAllowed) {
  MemoryChannel channel(router);
  EchoServiceClient client(channel);
  EchoRequest small;
  small.set_text("hi");
  EXPECT_EQ(client.get_echo(small, {.use_get = true})->text(), "hi");
  EXPECT_EQ(channel.last().request.method, "GET");
  EXPECT_EQ(channel.last().request.query, "connect=v1&base64=1&encoding=proto&message=CgJoaQ");
  EXPECT_TRUE(client.echo(small, {.use_get = true}).ok());
  EXPECT_EQ(channel.last().request.method, "POST");
  EXPECT_TRUE(client.get_echo(request(), {.use_get = true}).ok());
  EXPECT_EQ(channel.last().request.method, "POST") << "too long for a GET";

  MemoryChannel compressing(router, {.request_compression = find_compression("gzip")});
  EXPECT_EQ(EchoServiceClient(compressing).get_echo(request(), {.use_get = true})->text(), request().text());
  EXPECT_EQ(compressing.last().request.method, "GET");
}

TEST_F(ClientTest, BringsMetadataAndTimeoutAcross) {
  service.behaviour = [](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    EXPECT_EQ(context.request_headers().get("x-key"), "k");
    EXPECT_EQ(context.requested_timeout(), Duration::milliseconds(1234));
    context.response_headers().add("x-head", "h");
    context.response_trailers().add("x-tail", "t");
    co_return EchoResponse();
  };
  MemoryChannel channel(router);
  ReplyMetadata metadata;
  CallOptions options{.timeout = Duration::milliseconds(1234), .metadata = &metadata};
  options.headers.add("x-key", "k");
  ASSERT_TRUE(EchoServiceClient(channel).echo(request(), options).ok());
  EXPECT_EQ(metadata.headers.get("x-head"), "h");
  EXPECT_EQ(metadata.trailers.get("x-tail"), "t");
}

TEST_F(ClientTest, BringsEveryCodeAcross) {
  for (int number = 1; number <= 16; ++number) {
    const Code code = static_cast<Code>(number);
    service.behaviour = [code](const EchoRequest&, Context&) -> Task<Result<EchoResponse>> {
      co_return Error(code, ErrorDomain::request, "r", "m").with_payload("a.B", "\x01");
    };
    MemoryChannel channel(router);
    const auto response = EchoServiceClient(channel).echo(EchoRequest());
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error().code(), code);
    EXPECT_EQ(response.error().message(), "m");
    EXPECT_EQ(response.error().payloads(), (std::vector<ErrorPayload>{{"a.B", "\x01"}}));
  }
}

TEST_F(ClientTest, LetsTheFloorAboveReadErrors) {
  MemoryChannel channel(router, {.error_decoder = [](WireError wire) {
                          return Error(wire.code, ErrorDomain::psp, "decoded", wire.message);
                        }});
  const auto response = EchoServiceClient(channel).delete_(EchoRequest());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().reason(), "decoded");
  EXPECT_EQ(response.error().code(), Code::unimplemented);
}

}  // namespace
}  // namespace florin::rpc
