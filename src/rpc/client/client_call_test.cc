// Calls of every kind in every protocol, through a router in the same process; deadlines and cancellation in virtual
// time.
#include <gtest/gtest.h>

#include "http/testing/manual_executor.h"
#include "http/testing/memory_transport.h"
#include "rpc/client/client.h"
#include "rpc/client/run_on.h"
#include "rpc/router.h"
#include "rpc/testing/stream_service.h"

namespace florin::rpc {
namespace {

using Methods = testing::v1::EchoServiceMethods;
using AsyncClient = testing::v1::EchoServiceAsyncClient;
using Texts = std::vector<std::string>;

EchoRequest request_with(std::string text, std::int64_t number = 0) {
  EchoRequest request;
  request.set_text(std::move(text));
  request.set_big_number(number);
  return request;
}

// What came of a stream.
struct Got {
  Texts texts;
  std::optional<Error> error;
  ReplyMetadata metadata;
};

using Stream = ClientStream<EchoRequest, EchoResponse>;

Task<Got> receive_all(Stream& stream) {
  Got got;
  for (;;) {
    auto response = co_await stream.receive();
    if (!response.ok()) got.error = response.error();
    if (!response.ok() || !*response) break;
    got.texts.push_back((*response)->text());
  }
  got.metadata = stream.metadata();
  co_return got;
}

class CallTest : public ::testing::TestWithParam<ClientProtocol> {
 protected:
  CallTest() { mount(router, service); }
  ~CallTest() override { executor.run(); }

  ClientOptions options() const { return {.protocol = GetParam()}; }

  // Runs a task until there is nothing more to do.
  template <class T>
  std::optional<T> run(Task<T> task) {
    std::optional<T> out;
    start(std::move(task), [&](T value) { out.emplace(std::move(value)); });
    executor.run();
    return out;
  }
  // A task whose end is looked for later.
  template <class T>
  std::shared_ptr<std::optional<T>> begin(Task<T> task) {
    auto out = std::make_shared<std::optional<T>>();
    start(std::move(task), [out](T value) { out->emplace(std::move(value)); });
    executor.run();
    return out;
  }
  Result<EchoResponse> echo(Client& client, const EchoRequest& request, CallOptions call = {}) {
    auto done = run(client.unary<EchoResponse>(Methods::echo(), request, std::move(call)));
    return done ? std::move(*done) : unavailable("hangs", "The call did not end.");
  }

  http::ManualExecutor executor;
  Router router;
  StreamService service;
  http::MemoryTransport transport{router, executor};
};

INSTANTIATE_TEST_SUITE_P(Protocols, CallTest,
                         ::testing::Values(ClientProtocol::connect, ClientProtocol::grpc, ClientProtocol::grpc_web),
                         [](const auto& info) {
                           switch (info.param) {
                             case ClientProtocol::grpc:
                               return "Grpc";
                             case ClientProtocol::grpc_web:
                               return "GrpcWeb";
                             case ClientProtocol::connect:
                               break;
                           }
                           return "Connect";
                         });

TEST_P(CallTest, CallsWithEveryCodecAndCompression) {
  const EchoRequest request = request_with(std::string(5000, 'x'), 7);
  for (const Codec* codec : {&proto_codec(), &json_codec()}) {
    for (const char* compression : {"identity", "gzip", "zstd"}) {
      ClientOptions with = options();
      with.codec = codec;
      with.request_compression = find_compression(compression);
      Client client(transport, with);
      const auto response = echo(client, request);
      ASSERT_TRUE(response.ok()) << response.error().to_string();
      EXPECT_EQ(response->request().SerializeAsString(), request.SerializeAsString());
      if (with.request_compression != nullptr) EXPECT_LT(transport.last().request_body.size(), 200u);

      const auto got = run([](Client& client) -> Task<Got> {
        Stream stream = client.stream<EchoRequest, EchoResponse>(Methods::chat());
        for (const char* text : {"a", "b"}) EXPECT_TRUE((co_await stream.send(request_with(text))).ok());
        EXPECT_TRUE((co_await stream.close_send()).ok());
        co_return co_await receive_all(stream);
      }(client));
      EXPECT_EQ(got->texts, (Texts{"a", "b"}));
      EXPECT_EQ(got->error, std::nullopt);
    }
  }
}

TEST_P(CallTest, RunsStreamsOfEveryKind) {
  Client client(transport, options());
  const AsyncClient echo_client(client);
  const EchoRequest request = request_with("r", 3);
  const auto repeated = run([](const AsyncClient& client, const EchoRequest& request) -> Task<Got> {
    auto stream = co_await client.repeat(request);
    EXPECT_TRUE(stream.ok());
    co_return co_await receive_all(*stream);
  }(echo_client, request));
  EXPECT_EQ(repeated->texts, (Texts{"r", "r", "r"}));

  const auto collected = run([](const AsyncClient& client) -> Task<Result<EchoResponse>> {
    Stream stream = client.collect();
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE((co_await stream.send(request_with(text))).ok());
    co_return co_await stream.close_and_receive();
  }(echo_client));
  EXPECT_EQ((*collected)->text(), "abc");

  const auto talked = run([](const AsyncClient& client) -> Task<Got> {
    Stream stream = client.chat();
    Got got;
    for (const char* text : {"a", "b", "c"}) {
      EXPECT_TRUE((co_await stream.send(request_with(text))).ok());
      auto response = co_await stream.receive();
      if (response.ok() && *response) got.texts.push_back((*response)->text());
    }
    EXPECT_TRUE((co_await stream.close_send()).ok());
    auto end = co_await stream.receive();
    EXPECT_TRUE(end.ok() && !*end);
    co_return got;
  }(echo_client));
  EXPECT_EQ(talked->texts, (Texts{"a", "b", "c"}));
  EXPECT_EQ(run(echo_client.delete_(request))->error().code(), Code::unimplemented);
}

TEST_P(CallTest, BringsMetadataAndErrorsAcross) {
  const auto fail = [](Context& context) {
    EXPECT_EQ(context.request_headers().get("x-key"), "k");
    context.response_headers().add("x-head", "h");
    context.response_trailers().add("x-tail", "t1");
    context.response_trailers().add("x-tail", "t2");
    return Error(Code::aborted, ErrorDomain::request, "r", "why: \xe2\x82\xac").with_payload("a.B", "\x01");
  };
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    co_return fail(context);
  };
  service.on_repeat = [&](const EchoRequest&, Sender<EchoResponse>& responses, Context& context) -> Task<Status> {
    Error error = fail(context);
    EXPECT_TRUE((co_await responses.send(StreamService::response_with("one"))).ok());
    co_return error;
  };
  Client client(transport, options());
  const auto check = [](const Error& error, const ReplyMetadata& metadata) {
    EXPECT_EQ(error.code(), Code::aborted);
    EXPECT_EQ(error.message(), "why: \xe2\x82\xac");
    EXPECT_EQ(error.payloads(), (std::vector<ErrorPayload>{{"a.B", "\x01"}}));
    EXPECT_EQ(metadata.headers.get("x-head"), "h");
    EXPECT_EQ(metadata.trailers.fields().size(), 2u);
    EXPECT_EQ(metadata.trailers.get("x-tail"), "t1");
  };
  ReplyMetadata metadata;
  CallOptions call{.metadata = &metadata};
  call.headers.add("x-key", "k");
  const auto response = echo(client, {}, call);
  check(response.error(), metadata);

  const auto got = run([](Client& client, const CallOptions& call) -> Task<Got> {
    Stream stream = client.stream<EchoRequest, EchoResponse>(Methods::repeat(), call);
    EXPECT_TRUE((co_await stream.send({})).ok());
    EXPECT_TRUE((co_await stream.close_send()).ok());
    co_return co_await receive_all(stream);
  }(client, call));
  EXPECT_EQ(got->texts, Texts{"one"});
  ASSERT_TRUE(got->error.has_value());
  check(*got->error, got->metadata);
}

TEST_P(CallTest, LimitsWhatItReceives) {
  ClientOptions with = options();
  with.wire.message_bytes_max = 10'000;
  Client client(transport, with);
  EXPECT_TRUE(echo(client, request_with(std::string(1000, 'x'))).ok());
  // Compressed, it is small.
  const auto large = echo(client, request_with(std::string(9'000, 'x')));
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code(), Code::resource_exhausted);
  EXPECT_EQ(large.error().reason(), "message_too_large");
}

TEST_P(CallTest, SendsAndKeepsDeadlines) {
  std::optional<Duration> asked;
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    asked = context.requested_timeout();
    Completion<Unit> stopped(context.executor());
    const std::stop_callback stop(context.stop_token(), [done = stopped.completer()] { done(Unit{}); });
    co_await stopped;
    co_return EchoResponse();
  };
  Client client(transport, options());
  const EchoRequest request;
  const auto done =
      begin(client.unary<EchoResponse>(Methods::echo(), request, {.timeout = Duration::milliseconds(200)}));
  EXPECT_EQ(asked, Duration::milliseconds(200));
  executor.advance(Duration::milliseconds(199));
  EXPECT_FALSE(done->has_value());
  executor.advance(Duration::milliseconds(2));
  ASSERT_TRUE(done->has_value());
  EXPECT_EQ((*done)->error().code(), Code::deadline_exceeded);
  EXPECT_EQ(router.calls_running(), 0u);
}

TEST_P(CallTest, CancelsStreams) {
  bool stopped = false;
  service.on_chat = [&](Receiver<EchoRequest>& requests, Sender<EchoResponse>&, Context&) -> Task<Status> {
    while (true) {
      auto request = co_await requests.receive();
      if (!request.ok()) break;
    }
    stopped = true;
    co_return ok();
  };
  Client client(transport, options());
  std::optional<Stream> stream(client.stream<EchoRequest, EchoResponse>(Methods::chat()));
  EXPECT_TRUE(run(stream->send(request_with("a")))->ok());
  const auto received = begin(stream->receive());
  EXPECT_FALSE(received->has_value());
  stream->cancel();
  executor.run();
  ASSERT_TRUE(received->has_value());
  EXPECT_EQ((*received)->error().code(), Code::canceled);
  EXPECT_EQ(run(stream->send(request_with("b")))->error().code(), Code::canceled);
  EXPECT_EQ(run(stream->receive())->error().code(), Code::canceled);
  EXPECT_TRUE(transport.last().canceled);
  EXPECT_TRUE(stopped);
}

TEST_P(CallTest, CancelsStreamsThatAreLetGo) {
  Client client(transport, options());
  {
    Stream stream = client.stream<EchoRequest, EchoResponse>(Methods::chat());
    EXPECT_TRUE(run(stream.send(request_with("a")))->ok());
  }
  executor.run();
  EXPECT_TRUE(transport.last().canceled);
  EXPECT_EQ(router.calls_running(), 0u);
}

TEST_P(CallTest, TellsSendersThatTheCallIsOver) {
  service.on_chat = [](Receiver<EchoRequest>&, Sender<EchoResponse>&, Context&) -> Task<Status> {
    co_return failed_precondition("r", "No more.");
  };
  Client client(transport, options());
  Stream stream = client.stream<EchoRequest, EchoResponse>(Methods::chat());
  EXPECT_TRUE(run(stream.send(request_with("a")))->ok());
  EXPECT_EQ(run(stream.send(request_with("b")))->error().reason(), "answer_complete");
  EXPECT_EQ(run(stream.receive())->error().code(), Code::failed_precondition);
}

TEST_P(CallTest, CountsAnswers) {
  // Methods with other streams than the server's: no answer, and two.
  const MethodSpec as_unary = [] {
    MethodSpec spec = Methods::repeat();
    spec.stream_type = StreamType::unary;
    return spec;
  }();
  if (GetParam() == ClientProtocol::connect) return;  // its unary calls cannot be mistaken for streams
  Client client(transport, options());
  for (const std::int64_t count : {0, 2}) {
    const EchoRequest request = request_with("r", count);
    const auto done = run(client.unary<EchoResponse>(as_unary, request));
    EXPECT_EQ(done->error().code(), Code::unimplemented);
    EXPECT_EQ(done->error().reason(), count == 0 ? "message_missing" : "too_many_messages");
  }
}

TEST_P(CallTest, RunsOnOtherExecutors) {
  http::ManualExecutor here;
  Client client(transport, options());
  const EchoRequest request = request_with("a");
  std::optional<Result<EchoResponse>> done;
  start(run_on(executor, here, client.unary<EchoResponse>(Methods::echo(), request)),
        [&](Result<EchoResponse> response) { done.emplace(std::move(response)); });
  executor.run();
  EXPECT_FALSE(done.has_value()) << "resumes here only";
  here.run();
  EXPECT_EQ((*done)->text(), "a");
}

}  // namespace
}  // namespace florin::rpc
