// What clients make of servers that do not keep to the protocol, of transports that fail, and when they try again.
#include <gtest/gtest.h>

#include <deque>

#include "http/testing/manual_executor.h"
#include "rpc/client/client.h"
#include "rpc/envelope.h"
#include "rpc/testing/echo_service.h"

namespace florin::rpc {
namespace {

using Methods = testing::v1::EchoServiceMethods;

struct Script {
  int status = 200;
  std::vector<http::Headers::Field> headers{};
  std::string body{};
  std::vector<http::Headers::Field> trailers{};
  // Instead of an answer, or behind as much of it as there is.
  std::optional<Error> failure{};
  bool seen = true;
  bool has_head = true;
};

// Answers each request by the next script.
class ScriptedTransport final : public http::ClientTransport {
 public:
  explicit ScriptedTransport(Executor& executor) : executor_(executor) {}

  Executor& executor() override { return executor_; }
  http::ClientExchangePtr open(http::ClientRequestHead head, std::optional<std::string> body) override {
    requests.push_back(head);
    auto exchange = std::make_shared<http::ClientExchange>(executor_, std::move(head), std::move(body));
    EXPECT_FALSE(scripts.empty());
    Script script = std::move(scripts.front());
    scripts.pop_front();
    if (script.has_head) {
      http::ResponseHead answer{.status = script.status};
      for (const auto& field : script.headers) answer.headers.add(field.name, field.value);
      exchange->on_head(std::move(answer));
      exchange->on_body(script.body);
    }
    http::Headers trailers;
    for (const auto& field : script.trailers) trailers.add(field.name, field.value);
    if (script.failure) {
      exchange->on_failure(*script.failure, script.seen);
    } else {
      exchange->on_end(std::move(trailers));
    }
    return http::canceling(std::move(exchange));
  }

  std::deque<Script> scripts;
  std::vector<http::ClientRequestHead> requests;

 private:
  Executor& executor_;
};

class StrangeServerTest : public ::testing::Test {
 protected:
  // The code that a call ends with; nothing where it ends well.
  std::optional<Code> outcome(ClientProtocol protocol, const MethodSpec& spec, Script script) {
    transport.scripts.push_back(std::move(script));
    ClientOptions options{.protocol = protocol, .wire = {.message_bytes_max = 1000}, .retries_max = 0};
    return outcome_of(Client(transport, options), spec);
  }
  std::optional<Code> outcome_of(Client&& client, const MethodSpec& spec) {
    const EchoRequest request;
    std::optional<Status> done;
    EchoResponse response;
    start(client.unary(spec, request, response, {}), [&](Status status) { done.emplace(std::move(status)); });
    executor.advance(Duration::seconds(10));
    CHECK(done.has_value(), "the call ends");
    return done->ok() ? std::nullopt : std::optional(done->error().code());
  }

  http::ManualExecutor executor;
  ScriptedTransport transport{executor};
};

std::string gzip(std::string_view text) {
  return find_compression("gzip")->compress(text).value();
}

TEST_F(StrangeServerTest, ReadsConnectAnswersAsTheProtocolSays) {
  struct Case {
    int status;
    const char* type;
    const char* encoding;
    std::string body;
    std::optional<Code> code;
  };
  const Case table[] = {
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
      {503, "application/json", "gzip", gzip(R"({"code":"aborted"})"), Code::aborted},
      {200, "application/proto", "", std::string(2000, 'x'), Code::resource_exhausted},
      {200, "application/proto", "gzip", gzip(std::string(1 << 20, 'x')), Code::resource_exhausted},
  };
  for (const Case& one : table) {
    Script script{.status = one.status, .headers = {{"content-type", one.type}}, .body = one.body};
    if (*one.encoding != '\0') script.headers.push_back({"content-encoding", one.encoding});
    EXPECT_EQ(outcome(ClientProtocol::connect, Methods::echo(), std::move(script)), one.code)
        << one.status << " " << one.type << " " << one.encoding << " " << one.body.substr(0, 40);
  }
}

TEST_F(StrangeServerTest, ReadsEndsOfConnectStreams) {
  const MethodSpec& spec = Methods::repeat();
  const auto body = [](std::string_view end) { return make_envelope(0, "") + make_envelope(2, end); };
  struct Case {
    std::string body;
    std::optional<Code> code;
  };
  const Case table[] = {
      {body("{}"), std::nullopt},
      {body(R"({"error":{"code":"aborted"}})"), Code::aborted},
      {body("not JSON"), Code::internal},
      {make_envelope(0, ""), Code::internal},
      {"", Code::internal},
      {make_envelope(2, "{}"), Code::unimplemented},
      {make_envelope(0, "") + body("{}"), Code::unimplemented},
      {body("{}") + "x", Code::internal},
      {body("{}") + make_envelope(0, ""), Code::internal},
      {body("{}").substr(0, 11), Code::internal},
      {make_envelope(1, "x") + make_envelope(2, "{}"), Code::internal},
      {make_envelope(0, "") + make_envelope(3, "x"), Code::internal},
      {make_envelope(8, ""), Code::internal},
      {make_envelope(0, std::string(1001, 'x')), Code::resource_exhausted},
  };
  for (const Case& one : table) {
    Script script{.headers = {{"content-type", "application/connect+proto"}}, .body = one.body};
    EXPECT_EQ(outcome(ClientProtocol::connect, spec, std::move(script)), one.code) << one.body.substr(0, 60);
  }
  EXPECT_EQ(outcome(ClientProtocol::connect, spec, {.status = 404}), Code::unimplemented);
  EXPECT_EQ(outcome(ClientProtocol::connect, spec, {.headers = {{"content-type", "application/connect+json"}}}),
            Code::internal);
  EXPECT_EQ(outcome(ClientProtocol::connect, spec, {.headers = {{"content-type", "application/grpc"}}}), Code::unknown);
}

TEST_F(StrangeServerTest, ReadsEndsOfGrpcAnswers) {
  const std::vector<http::Headers::Field> head = {{"content-type", "application/grpc"}};
  std::vector<http::Headers::Field> head_and_status = head;
  head_and_status.push_back({"grpc-status", "9"});
  const std::string one = make_envelope(0, "");
  const auto outcome_of = [&](Script script) {
    return outcome(ClientProtocol::grpc, Methods::echo(), std::move(script));
  };
  EXPECT_EQ(outcome_of({.headers = head, .body = one, .trailers = {{"grpc-status", "0"}}}), std::nullopt);
  EXPECT_EQ(outcome_of({.headers = head, .trailers = {{"grpc-status", "0"}}}), Code::unimplemented);
  EXPECT_EQ(outcome_of({.headers = head, .body = one + one, .trailers = {{"grpc-status", "0"}}}), Code::unimplemented);
  EXPECT_EQ(outcome_of({.headers = head, .body = one, .trailers = {{"grpc-status", "7"}}}), Code::permission_denied);
  EXPECT_EQ(outcome_of({.headers = head, .body = one}), Code::internal);
  EXPECT_EQ(outcome_of({.headers = head, .body = one, .trailers = {{"x", "y"}}}), Code::unknown);
  EXPECT_EQ(outcome_of({.headers = head_and_status}), Code::failed_precondition);
  EXPECT_EQ(outcome_of({.headers = head_and_status, .body = one}), Code::internal);
  EXPECT_EQ(outcome_of({.headers = head_and_status, .trailers = {{"grpc-status", "8"}}}), Code::resource_exhausted);
  EXPECT_EQ(outcome_of({.headers = head, .body = one.substr(1), .trailers = {{"grpc-status", "0"}}}), Code::internal);
  EXPECT_EQ(outcome_of({.headers = {{"content-type", "application/grpc+json"}}}), Code::internal);
  EXPECT_EQ(outcome_of({.headers = {{"content-type", "application/grpc-web"}}}), Code::unknown);
  EXPECT_EQ(outcome_of({.status = 503, .headers = head}), Code::unavailable);
}

TEST_F(StrangeServerTest, ReadsEndsOfGrpcWebAnswers) {
  const std::vector<http::Headers::Field> head = {{"content-type", "application/grpc-web+proto"}};
  const std::string one = make_envelope(0, "");
  const auto outcome_of = [&](std::string body) {
    return outcome(ClientProtocol::grpc_web, Methods::echo(), {.headers = head, .body = std::move(body)});
  };
  EXPECT_EQ(outcome_of(one + make_envelope(0x80, "grpc-status: 0\r\n")), std::nullopt);
  EXPECT_EQ(outcome_of(make_envelope(0x80, "Grpc-Status:5\r\n")), Code::not_found);
  EXPECT_EQ(outcome_of(one + make_envelope(0x80, "x: y\r\n")), Code::unknown);
  EXPECT_EQ(outcome_of(one + make_envelope(0x80, "nonsense")), Code::internal);
  EXPECT_EQ(outcome_of(one + make_envelope(0x80, "grpc-status: 0\r\n") + one), Code::internal);
  EXPECT_EQ(outcome_of(one), Code::internal);
  EXPECT_EQ(outcome_of(""), Code::internal);
  std::vector<http::Headers::Field> only = head;
  only.push_back({"grpc-status", "3"});
  EXPECT_EQ(outcome(ClientProtocol::grpc_web, Methods::echo(), {.headers = only}), Code::invalid_argument);
}

TEST_F(StrangeServerTest, FailsAsItsTransportFails) {
  for (const ClientProtocol protocol : {ClientProtocol::connect, ClientProtocol::grpc, ClientProtocol::grpc_web}) {
    const Error reset(Code::canceled, ErrorDomain::network, "stream_reset", "Reset.");
    EXPECT_EQ(outcome(protocol, Methods::echo(), {.failure = reset, .has_head = false}), Code::canceled);
    const char* const type = protocol == ClientProtocol::connect ? "application/proto"
                             : protocol == ClientProtocol::grpc  ? "application/grpc"
                                                                 : "application/grpc-web";
    EXPECT_EQ(outcome(protocol, Methods::echo(),
                      {.headers = {{"content-type", type}}, .body = make_envelope(0, ""), .failure = reset}),
              Code::canceled);
  }
}

// ---- retries

class RetryTest : public StrangeServerTest {
 protected:
  static Script lost(bool seen) {
    return {.failure = unavailable("connection_lost", "Lost."), .seen = seen, .has_head = false};
  }
  static Script good() { return {.headers = {{"content-type", "application/proto"}}}; }

  // How many requests were made until the call ended with `code`.
  std::size_t requests_until(std::optional<Code> code, const MethodSpec& spec, std::vector<Script> scripts,
                             ClientOptions options = {}) {
    transport.scripts.assign(scripts.begin(), scripts.end());
    transport.requests.clear();
    EXPECT_EQ(outcome_of(Client(transport, std::move(options)), spec), code);
    return transport.requests.size();
  }
};

TEST_F(RetryTest, TriesAgainWhereTheServerHasNotSeenTheRequest) {
  EXPECT_EQ(requests_until(std::nullopt, Methods::echo(), {lost(false), good()}), 2u);
  EXPECT_EQ(requests_until(std::nullopt, Methods::echo(), {lost(false), lost(false), good()}), 3u);
  EXPECT_EQ(requests_until(Code::unavailable, Methods::echo(), {lost(false), lost(false), lost(false)}), 3u);
  EXPECT_EQ(requests_until(Code::unavailable, Methods::echo(), {lost(false)}, {.retries_max = 0}), 1u);
}

TEST_F(RetryTest, TriesAgainWhatMayBeSeenTwiceOnlyWhereTheMethodAllows) {
  EXPECT_EQ(requests_until(Code::unavailable, Methods::echo(), {lost(true)}), 1u);
  EXPECT_EQ(requests_until(std::nullopt, Methods::get_echo(), {lost(true), good()}), 2u);
}

TEST_F(RetryTest, TakesEveryAnswerForAnAnswer) {
  EXPECT_EQ(requests_until(Code::unavailable, Methods::get_echo(), {Script{.status = 503}}), 1u);
  Script half = lost(true);
  half.has_head = true;
  half.headers = {{"content-type", "application/proto"}};
  EXPECT_EQ(requests_until(Code::unavailable, Methods::get_echo(), {half}), 1u);
}

}  // namespace
}  // namespace florin::rpc
