// Generated client, channel and router together, and what the client makes of answers no router gives.
#include <gtest/gtest.h>

#include "rpc/connect_client.h"
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
      EXPECT_EQ(channel.last_request().head.headers.get("content-encoding").value_or("identity"), compression);
      EXPECT_NE(channel.last_answer().head.headers.get("content-encoding"), std::nullopt);
    }
  }
}

TEST_F(ClientTest, CallsByGetWhereThatIsAllowed) {
  MemoryChannel channel(router);
  EchoServiceClient client(channel);
  EchoRequest small;
  small.set_text("hi");
  EXPECT_EQ(client.get_echo(small, {.use_get = true})->text(), "hi");
  EXPECT_EQ(channel.last_request().head.method, "GET");
  EXPECT_EQ(channel.last_request().head.query, "connect=v1&base64=1&encoding=proto&message=CgJoaQ");
  EXPECT_TRUE(client.echo(small, {.use_get = true}).ok());
  EXPECT_EQ(channel.last_request().head.method, "POST");
  EXPECT_TRUE(client.get_echo(request(), {.use_get = true}).ok());
  EXPECT_EQ(channel.last_request().head.method, "POST") << "too long for a GET";

  MemoryChannel compressing(router, {.request_compression = find_compression("gzip")});
  EXPECT_EQ(EchoServiceClient(compressing).get_echo(request(), {.use_get = true})->text(), request().text());
  EXPECT_EQ(compressing.last_request().head.method, "GET");
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

struct AnswerCase {
  int status;
  const char* type;
  const char* encoding;
  std::string body;
  std::optional<Code> code;
};

TEST(ClientAnswers, ReadsStrangeAnswersAsTheProtocolSays) {
  const AnswerCase table[] = {
      {200, "application/proto", "", "", std::nullopt},
      {200, "application/proto", "br", "", Code::internal},
      {200, "application/proto", "gzip", "not gzip", Code::internal},
      {200, "application/proto", "", "\xff", Code::internal},
      {200, "application/json", "", "{}", Code::internal},
      {200, "text/html", "", "<html>", Code::unknown},
      {200, "", "", "", Code::unknown},
      {404, "text/html", "", "<html>", Code::unimplemented},
      {502, "", "", "", Code::unavailable},
      {500, "application/json", "", "{}", Code::unknown},
      {400, "application/json", "", R"({"code":"nope"})", Code::internal},
      {400, "application/json", "", R"({"code":"aborted"})", Code::aborted},
      {401, "text/plain", "", R"({"code":"aborted"})", Code::unauthenticated},
      {503, "application/json", "gzip", find_compression("gzip")->compress(R"({"code":"aborted"})").value(),
       Code::aborted},
      {200, "application/proto", "", std::string(2000, 'x'), Code::resource_exhausted},
      {200, "application/proto", "zstd", find_compression("zstd")->compress(std::string(1 << 20, 'x')).value(),
       Code::resource_exhausted},
  };
  for (const AnswerCase& one : table) {
    const ConnectClientOptions options{.wire = {.message_bytes_max = 1000}};
    HttpAnswer answer{.head = {.status = one.status, .headers = {}}, .body = one.body};
    answer.head.headers.add("content-type", one.type);
    if (*one.encoding != '\0') answer.head.headers.add("content-encoding", one.encoding);
    EchoResponse response;
    const Status status = read_connect_answer(std::move(answer), options, response, nullptr);
    EXPECT_EQ(status.ok() ? std::nullopt : std::optional(status.error().code()), one.code)
        << one.status << " " << one.type << " " << one.encoding << " " << one.body.substr(0, 40);
  }
}

}  // namespace
}  // namespace florin::rpc
