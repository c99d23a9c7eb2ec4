#include "rpc/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/encoding.h"
#include "http/testing/memory_exchange.h"
#include "rpc/codec.h"
#include "rpc/compression.h"
#include "rpc/function.h"
#include "rpc/testing/echo_service.h"
#include "rpc/testing/error_json.h"

namespace florin::rpc {
namespace {

using http::Headers;
using http::MemoryExchange;

constexpr const char* echo_path = "/florin.rpc.testing.v1.EchoService/Echo";
constexpr const char* get_path = "/florin.rpc.testing.v1.EchoService/GetEcho";

Headers headers(std::initializer_list<Headers::Field> fields) {
  Headers out;
  for (const auto& field : fields) out.add(field.name, field.value);
  return out;
}

std::string compressed(const char* name, const std::string& plain) {
  return find_compression(name)->compress(plain).value();
}

class RouterTest : public ::testing::Test {
 protected:
  void mount_with(RouterOptions options) {
    router = std::make_unique<Router>(std::move(options));
    mount(*router, service);
  }
  MemoryExchange& serve(http::RequestHead head, std::string body) {
    if (!router) mount_with({});
    exchange = std::make_unique<MemoryExchange>(executor, std::move(head), std::move(body));
    exchange->serve(*router);
    EXPECT_TRUE(exchange->handler_ended());
    return *exchange;
  }
  MemoryExchange& post(std::string body, Headers fields = headers({{"content-type", "application/json"}}),
                       std::string path = echo_path) {
    return serve({.method = "POST", .path = std::move(path), .headers = std::move(fields)}, std::move(body));
  }
  MemoryExchange& get(std::string query, Headers fields = {}, std::string path = get_path) {
    return serve({.method = "GET", .path = std::move(path), .query = std::move(query), .headers = std::move(fields)},
                 "");
  }
  std::optional<std::string_view> answer_header(std::string_view name) { return exchange->head().headers.get(name); }

  // The answer is an error of the protocol with this code.
  void expect_error(Code code, std::string_view part_of_message = "") {
    EXPECT_EQ(exchange->status(), http_status(code)) << exchange->body();
    EXPECT_EQ(answer_header("content-type"), "application/json");
    const auto error = parse_error_json(exchange->body());
    ASSERT_TRUE(error.has_value()) << exchange->body();
    EXPECT_EQ(error->code, code);
    EXPECT_NE(error->message.find(part_of_message), std::string::npos) << error->message;
  }

  http::ManualExecutor executor;
  EchoService service;
  std::unique_ptr<Router> router;
  std::unique_ptr<MemoryExchange> exchange;
};

TEST_F(RouterTest, AnswersJson) {
  post(R"({"text":"hi"})");
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_EQ(answer_header("content-type"), "application/json");
  EXPECT_EQ(answer_header("accept-encoding"), "gzip, zstd");
  EXPECT_EQ(exchange->body(), R"({"request":{"text":"hi"},"text":"hi"})");
}

TEST_F(RouterTest, AsksBeforeAMessageIsRead) {
  mount_with({.admit = [](const http::RequestHead& head) -> Status {
    if (!head.headers.has("x-unwanted")) return ok();
    return invalid_argument("unwanted", "Leave that header out.");
  }});
  post("this is no JSON", headers({{"content-type", "application/json"}, {"x-unwanted", "1"}}));
  expect_error(Code::invalid_argument, "Leave that header out.");
  const std::string call = "application/grpc+proto";
  post("", headers({{"content-type", call}, {"te", "trailers"}, {"x-unwanted", "1"}}));
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_EQ(answer_header("content-type"), call);
  EXPECT_NE(answer_header("content-type"), "application/json");
  post(R"({"text":"hi"})");
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, AnswersProtobuf) {
  EchoRequest request;
  request.set_text("hi");
  post(request.SerializeAsString(),
       headers({{"content-type", "application/proto"}, {"connect-protocol-version", "1"}}));
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_EQ(answer_header("content-type"), "application/proto");
  EchoResponse response;
  ASSERT_TRUE(response.ParseFromString(exchange->body()));
  EXPECT_EQ(response.text(), "hi");
}

TEST_F(RouterTest, AnswersByAPlainFunction) {
  router = std::make_unique<Router>();
  add_function<EchoRequest, EchoResponse>(*router, testing::v1::EchoServiceMethods::echo(),
                                          [](const EchoRequest& request, Context&) -> Result<EchoResponse> {
                                            if (request.text().empty())
                                              return invalid_argument("text_missing", "Give a text.");
                                            if (request.text() == "throw") throw std::runtime_error("a fault");
                                            EchoResponse response;
                                            response.set_text(request.text());
                                            return response;
                                          });
  post(R"({"text":"hi"})");
  EXPECT_EQ(exchange->body(), R"({"text":"hi"})");
  post("{}");
  expect_error(Code::invalid_argument, "Give a text.");
  post(R"({"text":"throw"})");
  expect_error(Code::internal);
}

TEST_F(RouterTest, AnswersAnEmptyProtobufBodyAsAnEmptyMessage) {
  post("", headers({{"content-type", "application/proto"}, {"content-encoding", "gzip"}}));
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, RefusesUnknownProceduresWith404) {
  for (const char* path : {"/florin.rpc.testing.v1.EchoService/Nope", "/nope.Service/Echo", "/", "",
                           "/florin.rpc.testing.v1.echoservice/Echo", "/florin.rpc.testing.v1.EchoService/Echo/"}) {
    post("{}", headers({{"content-type", "application/json"}}), path);
    EXPECT_EQ(exchange->status(), 404) << path;
    EXPECT_EQ(parse_error_json(exchange->body())->code, Code::unimplemented);
  }
}

TEST_F(RouterTest, RefusesOtherVerbsWith405) {
  get("connect=v1&encoding=json&message=%7B%7D", {}, echo_path);
  EXPECT_EQ(exchange->status(), 405);
  EXPECT_EQ(answer_header("allow"), "POST");
  serve({.method = "PUT", .path = get_path}, "");
  EXPECT_EQ(exchange->status(), 405);
  EXPECT_EQ(answer_header("allow"), "POST, GET");
  serve({.method = "OPTIONS", .path = echo_path}, "");
  EXPECT_EQ(exchange->status(), 405);
  EXPECT_EQ(service.calls, 0);
}

TEST_F(RouterTest, RefusesOtherContentTypesWith415) {
  for (const char* type :
       {"text/plain", "application/xml", "application/grpc", "application/connect+json", "application/jsonp", ""}) {
    post("{}", headers({{"content-type", type}}));
    EXPECT_EQ(exchange->status(), 415) << type;
    EXPECT_EQ(answer_header("accept-post"),
              "application/proto, application/json, application/grpc, application/grpc+proto, application/grpc+json, "
              "application/grpc-web, application/grpc-web+proto, application/grpc-web+json");
  }
  post("{}", {});
  EXPECT_EQ(exchange->status(), 415);
  post("{}", headers({{"content-type", "application/json"}}), "/florin.rpc.testing.v1.EchoService/Repeat");
  EXPECT_EQ(exchange->status(), 415);
}

TEST_F(RouterTest, AnswersRequestsThatAreNoCallsAsEveryError) {
  mount_with({.error_encoder = [](const Error& error, Context& context, WireError& wire) {
    wire.details.push_back({"reason", error.reason() + " " + context.spec().method});
    wire.metadata.add("x-reason", error.reason());
  }});
  const auto told = [&] {
    EXPECT_EQ(answer_header("content-type"),
              exchange->status() == 415 ? "application/problem+json" : "application/json");
    const auto error = parse_error_json(exchange->body());
    return error && error->details.size() == 1 ? std::string(code_name(error->code)) + " " + error->details[0].bytes
                                               : exchange->body();
  };
  post("{}", headers({{"content-type", "application/json"}}), "/nope");
  EXPECT_EQ(told(), "unimplemented unknown_procedure ");
  serve({.method = "PUT", .path = echo_path}, "");
  EXPECT_EQ(told(), "unknown unsupported_http_method Echo");
  post("{}", headers({{"content-type", "text/plain"}}));
  EXPECT_EQ(told(), "unknown unsupported_content_type Echo");
  post("{}", headers({{"content-type", "application/grpc"}}), "/nope");
  EXPECT_EQ(exchange->status(), 404);
  EXPECT_EQ(exchange->body(), "");
}

TEST_F(RouterTest, AnswersUnimplementedForMethodsNobodyWrote) {
  for (const char* method : {"Delete", "GetURLText"}) {
    post("{}", headers({{"content-type", "application/json"}}),
         std::string("/florin.rpc.testing.v1.EchoService/") + method);
    expect_error(Code::unimplemented, method);
  }
}

TEST_F(RouterTest, ChecksTheProtocolVersion) {
  post("{}", headers({{"content-type", "application/json"}, {"connect-protocol-version", "2"}}));
  expect_error(Code::invalid_argument, "version 1");
  mount_with({.wire = {.require_protocol_version = true}});
  post("{}");
  expect_error(Code::invalid_argument, "connect-protocol-version");
  get("encoding=json&message=%7B%7D");
  expect_error(Code::invalid_argument, "connect=v1");
  post("{}", headers({{"content-type", "application/json"}, {"connect-protocol-version", "1"}}));
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, RefusesBadMessages) {
  post("{'text':1}");
  expect_error(Code::invalid_argument, "line 1, column 2");
  post(R"({"nope":1})");
  expect_error(Code::invalid_argument, "\"nope\"");
  post("");
  expect_error(Code::invalid_argument, "empty");
  post("\xff", headers({{"content-type", "application/proto"}}));
  expect_error(Code::invalid_argument, "not a valid protobuf");
  EXPECT_EQ(service.calls, 0);
  mount_with({.wire = {.ignore_unknown_json_fields = true}});
  post(R"({"nope":1})");
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, LimitsMessages) {
  mount_with({.wire = {.message_bytes_max = 100}});
  const std::string fits = R"({"text":")" + std::string(80, 'x') + "\"}";
  const std::string large = R"({"text":")" + std::string(120, 'x') + "\"}";
  post(fits);
  EXPECT_EQ(exchange->status(), 200);
  post(large);
  expect_error(Code::resource_exhausted);
  for (const char* encoding : {"gzip", "zstd"}) {
    post(compressed(encoding, large), headers({{"content-type", "application/json"}, {"content-encoding", encoding}}));
    expect_error(Code::resource_exhausted, "100 bytes");
  }
  get("connect=v1&base64=1&encoding=json&message=" + base64url(large));
  expect_error(Code::resource_exhausted);
}

TEST_F(RouterTest, ReadsCompressedRequestsAndAnswersInKind) {
  const std::string text(3000, 'x');
  for (const char* encoding : {"gzip", "zstd"}) {
    post(compressed(encoding, R"({"text":")" + text + "\"}"),
         headers({{"content-type", "application/json"}, {"content-encoding", encoding}}));
    ASSERT_EQ(exchange->status(), 200);
    EXPECT_EQ(answer_header("content-encoding"), encoding);
    const auto plain = find_compression(encoding)->decompress(exchange->body(), 1 << 20);
    EXPECT_NE(plain.value().find(text), std::string::npos);
  }
}

TEST_F(RouterTest, CompressesOnlyWhatIsLargeAndWanted) {
  const std::string large = R"({"text":")" + std::string(3000, 'x') + "\"}";
  post(large);
  EXPECT_EQ(answer_header("content-encoding"), std::nullopt);
  post(large, headers({{"content-type", "application/json"}, {"accept-encoding", "br, zstd, gzip"}}));
  EXPECT_EQ(answer_header("content-encoding"), "zstd");
  post("{}", headers({{"content-type", "application/json"}, {"accept-encoding", "gzip"}}));
  EXPECT_EQ(answer_header("content-encoding"), std::nullopt);
  post("{}", headers({{"content-type", "application/json"}, {"content-encoding", "identity"}}));
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, RefusesUnknownAndDamagedCompression) {
  post("{}", headers({{"content-type", "application/json"}, {"content-encoding", "br"}}));
  expect_error(Code::unimplemented, "gzip, zstd, identity");
  post("{}", headers({{"content-type", "application/json"}, {"content-encoding", "gzip"}}));
  expect_error(Code::invalid_argument, "gzip");
}

TEST_F(RouterTest, AnswersGet) {
  get("connect=v1&encoding=json&message=%7B%22text%22%3A%22hi%22%7D");
  EXPECT_EQ(exchange->status(), 200);
  EXPECT_EQ(answer_header("vary"), "Accept-Encoding");
  EXPECT_EQ(exchange->body(), R"({"request":{"text":"hi"},"text":"hi"})");

  EchoRequest request;
  request.set_text("hi");
  const std::string bytes = request.SerializeAsString();
  get("message=" + base64url(bytes) + "&encoding=proto&unknown=1&base64=1");
  EXPECT_EQ(exchange->status(), 200);
  get("connect=v1&base64=1&encoding=proto&message=" + base64(bytes) + "%3D%3D");
  EXPECT_EQ(exchange->status(), base64(bytes).ends_with('=') ? 400 : 200);
  get("connect=v1&base64=1&compression=gzip&encoding=proto&message=" + base64url(compressed("gzip", bytes)));
  EXPECT_EQ(exchange->status(), 200);
  get("connect=v1&encoding=proto&message=");
  EXPECT_EQ(exchange->status(), 200);
}

TEST_F(RouterTest, RefusesBadGets) {
  get("connect=v1&encoding=json");
  expect_error(Code::invalid_argument, "\"message\"");
  get("connect=v2&encoding=json&message=%7B%7D");
  expect_error(Code::invalid_argument, "version 1");
  get("connect=v1&base64=1&encoding=json&message=%2A%2A");
  expect_error(Code::invalid_argument, "base64");
  get("connect=v1&compression=br&encoding=json&message=%7B%7D");
  expect_error(Code::unimplemented, "br");
  get("connect=v1&message=%7B%7D");
  EXPECT_EQ(exchange->status(), 415);
  get("connect=v1&encoding=xml&message=%7B%7D");
  EXPECT_EQ(exchange->status(), 415);
  get("connect=v1&encoding=json&message=%7B%7D", headers({{"content-length", "2"}}));
  EXPECT_EQ(exchange->status(), 415);
  EXPECT_EQ(service.calls, 0);
}

TEST_F(RouterTest, SendsMetadataWithAnswersAndErrors) {
  bool fail = false;
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    EXPECT_EQ(context.request_headers().get("x-asked"), "yes");
    context.response_headers().add("x-head", "1");
    context.response_headers().add("x-head", "2");
    context.response_headers().add("content-type", "text/evil");
    context.response_headers().add("x-split", "a\r\nset-cookie: b");
    context.response_trailers().add("x-tail", "3");
    if (fail) co_return not_found("gone", "It is gone.").with_metadata("x-error", "4");
    co_return EchoResponse();
  };
  for (const bool failing : {false, true}) {
    fail = failing;
    post("{}", headers({{"content-type", "application/json"}, {"x-asked", "yes"}}));
    const auto& fields = exchange->head().headers.fields();
    EXPECT_EQ(std::ranges::count(fields, Headers::Field{"x-head", "1"}), 1);
    EXPECT_EQ(std::ranges::count(fields, Headers::Field{"x-head", "2"}), 1);
    EXPECT_EQ(std::ranges::count(fields, Headers::Field{"trailer-x-tail", "3"}), 1);
    EXPECT_EQ(std::ranges::count(fields, "content-type", &Headers::Field::name), 1);
    EXPECT_EQ(answer_header("x-split"), std::nullopt);
    EXPECT_EQ(answer_header("x-error").has_value(), failing);
  }
  expect_error(Code::not_found, "It is gone.");
}

TEST_F(RouterTest, LetsTheEncoderAddDetails) {
  mount_with({.error_encoder = [](const Error& error, Context& context, WireError& wire) {
    testing::v1::Inner detail;
    detail.set_note(error.reason() + context.spec().method);
    wire.details.push_back({detail.GetTypeName(), detail.SerializeAsString()});
  }});
  service.behaviour = [](const EchoRequest&, Context&) -> Task<Result<EchoResponse>> {
    co_return resource_exhausted("busy", "Wait.", Duration::milliseconds(1500)).with_payload("first.Detail", "x");
  };
  post("{}");
  expect_error(Code::resource_exhausted, "Wait.");
  EXPECT_EQ(answer_header("retry-after"), "2");
  const auto error = parse_error_json(exchange->body());
  ASSERT_EQ(error->details.size(), 2u);
  EXPECT_EQ(error->details[0].type, "first.Detail");
  EXPECT_NE(exchange->body().find(R"("debug":{"note":"busyEcho"})"), std::string::npos);
}

TEST_F(RouterTest, DescribesItsMethods) {
  mount_with({});
  EXPECT_TRUE(router->has(echo_path));
  EXPECT_FALSE(router->has("/other"));
  EXPECT_EQ(router->methods().size(), 7u);
  const MethodSpec& spec = testing::v1::EchoServiceMethods::get_echo();
  EXPECT_EQ(spec.procedure, get_path);
  EXPECT_TRUE(spec.allows_get());
  EXPECT_EQ(spec.descriptor->full_name(), "florin.rpc.testing.v1.EchoService.GetEcho");
  EXPECT_FALSE(testing::v1::EchoServiceMethods::delete_().allows_get());
  EXPECT_EQ(testing::v1::EchoServiceMethods::chat().stream_type, StreamType::bidi_stream);
  EXPECT_EQ(testing::v1::EchoServiceMethods::get_url_text().method, "GetURLText");
}

}  // namespace
}  // namespace florin::rpc
