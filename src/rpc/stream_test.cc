// Calls in envelopes through the router, over every protocol that has them: streams of all kinds, and unary calls of
// gRPC.
#include <gtest/gtest.h>

#include "http/testing/memory_exchange.h"
#include "rpc/envelope.h"
#include "rpc/router.h"
#include "rpc/testing/stream_service.h"

namespace florin::rpc {
namespace {

using http::MemoryExchange;

const WireOptions defaults;

EchoRequest request_with(std::string text, std::int64_t number = 0) {
  EchoRequest request;
  request.set_text(std::move(text));
  request.set_big_number(number);
  return request;
}

std::string packed(const EchoRequest& request, const char* compression = "identity") {
  WireOptions options;
  options.compress_bytes_min = 0;
  return encode_envelope(request, proto_codec(), find_compression(compression), options).value();
}

http::RequestHead head(std::string_view method, std::string_view content_type,
                       std::initializer_list<http::Headers::Field> fields = {}) {
  http::RequestHead out{.method = "POST", .path = "/florin.rpc.testing.v1.EchoService/" + std::string(method)};
  out.http_major = 2;
  out.headers.add("content-type", std::string(content_type));
  for (const auto& field : fields) out.headers.add(field.name, field.value);
  return out;
}

// An answer taken apart, whatever its protocol.
struct Answer {
  std::vector<std::string> texts;
  std::string end;  // of Connect the JSON, of gRPC-Web the block, of gRPC status and message
};

Answer answer_of(const MemoryExchange& exchange) {
  Answer out;
  EnvelopeReader reader(1 << 20);
  reader.push(exchange.body());
  const Compression* compression =
      find_compression(exchange.head()
                           .headers.get("grpc-encoding")
                           .value_or(exchange.head().headers.get("connect-content-encoding").value_or("")));
  while (const auto envelope = reader.next().value()) {
    EchoResponse response;
    if ((envelope->flags & ~1) != 0) {
      out.end = envelope->payload;
    } else if (decode_envelope(*envelope, compression, proto_codec(), defaults, response).ok()) {
      out.texts.push_back(response.text());
    }
  }
  EXPECT_TRUE(reader.at_boundary());
  // Of a gRPC answer that is a head and nothing else, the head is the end.
  const bool is_bare = exchange.head().headers.has("grpc-status");
  const http::Headers& trailers = is_bare ? exchange.head().headers : exchange.trailers();
  if (const auto status = trailers.get("grpc-status")) {
    out.end = std::string(*status) + " " + std::string(trailers.get("grpc-message").value_or(""));
  }
  return out;
}

using Texts = std::vector<std::string>;

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() { make_router({}); }
  void make_router(RouterOptions options) {
    router = std::make_unique<Router>(std::move(options));
    mount(*router, service);
  }
  MemoryExchange& open(http::RequestHead request) {
    exchange = std::make_unique<MemoryExchange>(executor, std::move(request));
    exchange->serve(*router);
    return *exchange;
  }
  void push(std::string bytes) {
    exchange->push_body(std::move(bytes));
    executor.run();
  }
  void end() {
    exchange->end_body();
    executor.run();
  }
  MemoryExchange& call(http::RequestHead request, std::string body) {
    exchange = std::make_unique<MemoryExchange>(executor, std::move(request), std::move(body));
    exchange->serve(*router);
    EXPECT_TRUE(exchange->handler_ended());
    EXPECT_EQ(exchange->status(), 200);
    return *exchange;
  }
  Task<Unit> gate(Context& context) {
    Completion<Unit> opened(context.executor());
    open_gate = opened.completer();
    co_return co_await opened;
  }
  void let_go() {
    (*open_gate)(Unit{});
    executor.run();
  }

  http::ManualExecutor executor;
  StreamService service;
  std::unique_ptr<Router> router;
  std::unique_ptr<MemoryExchange> exchange;
  std::optional<Completion<Unit>::Completer> open_gate;
};

struct Family {
  const char* content_type;
  const char* good_end;
  const char* encoding_header;
};
constexpr Family families[] = {{"application/connect+proto", "{}", "connect-content-encoding"},
                               {"application/grpc", "0 ", "grpc-encoding"},
                               {"application/grpc+proto", "0 ", "grpc-encoding"},
                               {"application/grpc-web+proto", "grpc-status: 0\r\n", "grpc-encoding"}};

TEST_F(StreamTest, ServesEveryKindOfStreamOverEveryProtocol) {
  for (const Family& family : families) {
    SCOPED_TRACE(family.content_type);
    call(head("Repeat", family.content_type), packed(request_with("x", 3)));
    EXPECT_EQ(exchange->head().headers.get("content-type"), family.content_type);
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x", "x", "x"}));
    EXPECT_EQ(answer_of(*exchange).end, family.good_end);

    call(head("Collect", family.content_type), packed(request_with("a")) + packed(request_with("b")));
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{"ab"}));

    call(head("Collect", family.content_type), "");
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{""}));

    open(head("Chat", family.content_type));
    EXPECT_FALSE(exchange->answered());
    for (const char* text : {"1", "2"}) {
      push(packed(request_with(text)));
      EXPECT_EQ(answer_of(*exchange).texts.back(), text);
      EXPECT_FALSE(exchange->finished());
    }
    end();
    EXPECT_TRUE(exchange->finished());
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{"1", "2"}));
    EXPECT_EQ(answer_of(*exchange).end, family.good_end);
  }
}

TEST_F(StreamTest, ServesUnaryCallsOfGrpc) {
  for (const Family& family : families) {
    if (std::string_view(family.content_type).find("grpc") == std::string_view::npos) continue;
    call(head("Echo", family.content_type), packed(request_with("hi")));
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{"hi"})) << family.content_type;
    EXPECT_EQ(answer_of(*exchange).end, family.good_end);
  }
}

TEST_F(StreamTest, RefusesAnyOtherNumberOfMessagesThanOne) {
  const std::string one = packed(request_with("x", 1));
  for (const char* method : {"Echo", "Repeat"}) {
    for (const std::string& body : {std::string(), one + one}) {
      call(head(method, "application/grpc"), body);
      EXPECT_EQ(answer_of(*exchange).end, "12 Send exactly one request message.") << method;
      EXPECT_EQ(answer_of(*exchange).texts, Texts());
    }
  }
  EXPECT_EQ(service.calls, 0);
}

TEST_F(StreamTest, SpeaksEveryCompression) {
  for (const Family& family : families) {
    for (const char* name : {"gzip", "zstd"}) {
      const std::string text(2000, 'x');
      call(head("Chat", family.content_type, {{family.encoding_header, name}}),
           packed(request_with(text), name) + packed(request_with("plain")) + packed(EchoRequest(), name));
      EXPECT_EQ(exchange->head().headers.get(family.encoding_header), name);
      EXPECT_EQ(answer_of(*exchange).texts, (Texts{text, "plain", ""}));
    }
  }
}

TEST_F(StreamTest, RefusesAnUnknownCompressionBeforeTheHandler) {
  for (const Family& family : families) {
    call(head("Chat", family.content_type, {{family.encoding_header, "br"}}), packed(request_with("x")));
    EXPECT_NE(answer_of(*exchange).end.find("gzip, zstd"), std::string::npos) << answer_of(*exchange).end;
    EXPECT_FALSE(exchange->head().headers.has(family.encoding_header));
  }
  EXPECT_EQ(service.calls, 0);
}

TEST_F(StreamTest, SendsHeadersFirstAndTrailersLast) {
  service.on_repeat = [](const EchoRequest&, Sender<EchoResponse>& responses, Context& context) -> Task<Status> {
    context.response_headers().add("x-head", "1");
    context.response_headers().add("x-head", "2");
    context.response_headers().add("content-type", "text/html");
    Status sent = co_await responses.send(StreamService::response_with("x"));
    context.response_headers().add("x-late", "is not sent");
    context.response_trailers().add("x-tail", "3");
    context.response_trailers().add("x-bin", "AAE");
    context.response_trailers().add("x-tail", "4");
    co_return sent;
  };
  call(head("Repeat", "application/connect+proto"), packed(request_with("")));
  const auto& fields = exchange->head().headers.fields();
  EXPECT_EQ(std::ranges::count(fields, "x-head", &http::Headers::Field::name), 2);
  EXPECT_EQ(std::ranges::count(fields, "content-type", &http::Headers::Field::name), 1);
  EXPECT_FALSE(exchange->head().headers.has("x-late"));
  EXPECT_EQ(answer_of(*exchange).end, R"({"metadata":{"x-tail":["3","4"],"x-bin":["AAE"]}})");

  call(head("Repeat", "application/grpc"), packed(request_with("")));
  http::Headers trailers;
  trailers.add("grpc-status", "0");
  trailers.add("x-tail", "3");
  trailers.add("x-bin", "AAE");
  trailers.add("x-tail", "4");
  EXPECT_EQ(exchange->trailers(), trailers);
  EXPECT_FALSE(exchange->head().headers.has("grpc-status"));

  call(head("Repeat", "application/grpc-web"), packed(request_with("")));
  EXPECT_EQ(answer_of(*exchange).end, "grpc-status: 0\r\nx-tail: 3\r\nx-bin: AAE\r\nx-tail: 4\r\n");
  EXPECT_TRUE(exchange->trailers().fields().empty());
}

TEST_F(StreamTest, SendsHeadersAtOnceWhenAsked) {
  service.on_chat = [](auto& requests, auto& responses, Context& context) -> Task<Status> {
    context.response_headers().add("x-head", "1");
    Status sent = co_await responses.send_headers();
    if (!sent.ok()) co_return sent;
    auto request = co_await requests.receive();
    co_return co_await responses.send(StreamService::response_with((*request)->text()));
  };
  for (const Family& family : families) {
    open(head("Chat", family.content_type));
    ASSERT_TRUE(exchange->answered());
    EXPECT_EQ(exchange->head().headers.get("x-head"), "1");
    EXPECT_EQ(exchange->body(), "");
    push(packed(request_with("x")));
    EXPECT_TRUE(exchange->finished());
    EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
  }
}

TEST_F(StreamTest, EndsWithTheHandlersErrorAfterMessages) {
  service.on_repeat = [](const EchoRequest&, auto& responses, Context& context) -> Task<Status> {
    context.response_trailers().add("x-tail", "1");
    Status sent = co_await responses.send(StreamService::response_with("x"));
    if (!sent.ok()) co_return sent;
    co_return not_found("gone", "It is 100% gone.").with_payload("pkg.Detail", "\x01");
  };
  call(head("Repeat", "application/connect+proto"), packed(request_with("")));
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
  EXPECT_EQ(
      answer_of(*exchange).end,
      R"({"error":{"code":"not_found","message":"It is 100% gone.","details":[{"type":"pkg.Detail","value":"AQ"}]},)"
      R"("metadata":{"x-tail":["1"]}})");
  call(head("Repeat", "application/grpc"), packed(request_with("")));
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
  EXPECT_EQ(answer_of(*exchange).end, "5 It is 100%25 gone.");
  EXPECT_TRUE(exchange->trailers().has("grpc-status-details-bin"));
}

TEST_F(StreamTest, EndsAGrpcErrorWithoutHeadersInOneBlock) {
  bool has_headers = false;
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    if (has_headers) context.response_headers().add("x-head", "1");
    context.response_trailers().add("x-tail", "1");
    co_return not_found("gone", "gone");
  };
  call(head("Echo", "application/grpc"), packed(request_with("")));
  EXPECT_EQ(exchange->head().headers.get("grpc-status"), "5");
  EXPECT_EQ(exchange->head().headers.get("x-tail"), "1");
  EXPECT_TRUE(exchange->trailers().fields().empty());
  has_headers = true;
  call(head("Echo", "application/grpc"), packed(request_with("")));
  EXPECT_EQ(exchange->head().headers.get("x-head"), "1");
  EXPECT_FALSE(exchange->head().headers.has("grpc-status"));
  EXPECT_EQ(exchange->trailers().get("grpc-status"), "5");
  EXPECT_EQ(exchange->trailers().get("x-tail"), "1");
}

TEST_F(StreamTest, CarriesGrpcOverHttp1OnlyForCallersThatReadTrailers) {
  http::RequestHead request = head("Echo", "application/grpc");
  request.http_major = 1;
  exchange = std::make_unique<MemoryExchange>(executor, request, packed(request_with("x")));
  exchange->serve(*router);
  EXPECT_EQ(exchange->status(), 415);
  request.headers.add("te", "trailers");
  call(request, packed(request_with("x")));
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
}

TEST_F(StreamTest, RefusesWhatCannotBeRead) {
  WireOptions wire;
  wire.message_bytes_max = 100;
  make_router({.wire = wire});
  struct Case {
    std::string body;
    const char* code;
  };
  const Case table[] = {{make_envelope(0, std::string(101, 'x')), "resource_exhausted"},
                        {packed(request_with(std::string(200, 'x')), "gzip"), "resource_exhausted"},
                        {make_envelope(0, "\x0a\xff"), "invalid_argument"},
                        {make_envelope(2, "{}"), "invalid_argument"},
                        {packed(request_with("x")).substr(0, 6), "invalid_argument"},
                        {std::string(3, '\0'), "invalid_argument"}};
  for (const Case& one : table) {
    call(head("Chat", "application/connect+proto", {{"connect-content-encoding", "gzip"}}), one.body);
    EXPECT_NE(answer_of(*exchange).end.find(one.code), std::string::npos) << answer_of(*exchange).end;
  }
  call(head("Chat", "application/connect+proto"), make_envelope(1, "x"));
  EXPECT_NE(answer_of(*exchange).end.find("internal"), std::string::npos);
}

TEST_F(StreamTest, AnswersAtTheDeadlineThoughTheHandlerSleeps) {
  std::optional<Code> late_send;
  bool stopped = false;
  service.on_repeat = [&](const EchoRequest&, auto& responses, Context& context) -> Task<Status> {
    Status sent = co_await responses.send(StreamService::response_with("x"));
    co_await gate(context);
    stopped = context.stopped();
    sent = co_await responses.send(StreamService::response_with("late"));
    late_send = sent.error().code();
    co_return sent;
  };
  open(head("Repeat", "application/grpc", {{"grpc-timeout", "200m"}}));
  push(packed(request_with("")));
  end();
  executor.advance(Duration::milliseconds(199));
  EXPECT_FALSE(exchange->finished());
  executor.advance(Duration::milliseconds(1));
  EXPECT_TRUE(exchange->handler_ended());
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
  EXPECT_EQ(exchange->trailers().get("grpc-status"), "4");
  // The exchange goes, the handler wakes up later.
  exchange.reset();
  EXPECT_EQ(router->calls_running(), 1u);
  let_go();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(late_send, Code::deadline_exceeded);
  EXPECT_EQ(router->calls_running(), 0u);
}

TEST_F(StreamTest, AnswersAtTheDeadlineThoughTheBodyDoesNotCome) {
  for (const char* method : {"Chat", "Collect", "Repeat", "Echo"}) {
    open(head(method, "application/grpc", {{"grpc-timeout", "200m"}}));
    executor.advance(Duration::milliseconds(200));
    ASSERT_TRUE(exchange->finished()) << method;
    EXPECT_EQ(answer_of(*exchange).end.substr(0, 2), "4 ");
    exchange->abort();
    executor.run();
    EXPECT_TRUE(exchange->handler_ended());
    EXPECT_EQ(router->calls_running(), 0u);
  }
}

TEST_F(StreamTest, WaitsWhereTheCallerDoesNotReadAndStillAnswers) {
  std::vector<std::string> log;
  service.on_repeat = [&](const EchoRequest&, auto& responses, Context&) -> Task<Status> {
    for (int i = 0; i < 3; ++i) {
      log.push_back("send");
      Status sent = co_await responses.send(StreamService::response_with("x"));
      if (!sent.ok()) log.emplace_back(code_name(sent.error().code()));
      if (!sent.ok()) co_return sent;
    }
    co_return ok();
  };
  open(head("Repeat", "application/connect+proto", {{"connect-timeout-ms", "200"}}));
  exchange->set_writable(false);
  push(packed(request_with("")));
  end();
  EXPECT_EQ(log, (Texts{"send"}));
  executor.advance(Duration::milliseconds(200));
  EXPECT_EQ(log, (Texts{"send"}));
  exchange->set_writable(true);
  executor.run();
  EXPECT_EQ(log, (Texts{"send", "deadline_exceeded"}));
  EXPECT_TRUE(exchange->finished());
  EXPECT_NE(answer_of(*exchange).end.find("deadline_exceeded"), std::string::npos);
}

TEST_F(StreamTest, StopsWhenTheCallerGoes) {
  std::optional<Code> code;
  service.on_chat = [&](auto& requests, auto&, Context&) -> Task<Status> {
    auto request = co_await requests.receive();
    code = request.error().code();
    co_return std::move(request).error();
  };
  open(head("Chat", "application/grpc"));
  exchange->abort();
  executor.run();
  EXPECT_TRUE(exchange->handler_ended());
  EXPECT_EQ(code, Code::canceled);
  EXPECT_EQ(router->calls_running(), 0u);
}

TEST_F(StreamTest, LetsAHandlerEndBeforeItsCallerDoes) {
  service.on_chat = [](auto&, auto& responses, Context&) -> Task<Status> {
    co_return co_await responses.send(StreamService::response_with("enough"));
  };
  open(head("Chat", "application/grpc"));
  EXPECT_TRUE(exchange->finished());
  EXPECT_TRUE(exchange->handler_ended());
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"enough"}));
}

// Counts the messages of a stream on their way.
class Counting : public Interceptor {
 public:
  int received = 0;
  int sent = 0;

  Task<Status> stream(Context& context, MessageSource& requests, MessageSink& responses, NextStream next) override {
    Source source(requests, received);
    Sink sink(responses, sent);
    co_return co_await next(context, source, sink);
  }

 private:
  class Source : public MessageSource {
   public:
    Source(MessageSource& inner, int& count) : inner_(inner), count_(count) {}
    Task<Result<bool>> receive(google::protobuf::Message& into) override {
      Result<bool> got = co_await inner_.receive(into);
      if (got.ok() && *got) ++count_;
      co_return got;
    }

   private:
    MessageSource& inner_;
    int& count_;
  };
  class Sink : public MessageSink {
   public:
    Sink(MessageSink& inner, int& count) : inner_(inner), count_(count) {}
    Task<Status> send(const google::protobuf::Message& message) override {
      ++count_;
      return inner_.send(message);
    }
    Task<Status> send_headers() override { return inner_.send_headers(); }

   private:
    MessageSink& inner_;
    int& count_;
  };
};

TEST_F(StreamTest, ShowsMessagesToInterceptors) {
  Counting counting;
  make_router({.interceptors = {&counting}});
  call(head("Repeat", "application/grpc"), packed(request_with("x", 3)));
  EXPECT_EQ(counting.received, 1);
  EXPECT_EQ(counting.sent, 3);
  EXPECT_EQ(answer_of(*exchange).texts.size(), 3u);
}

TEST_F(StreamTest, LetsNoStreamPassAnInterceptorThatKnowsNone) {
  class Unaware : public Interceptor {};
  Unaware unaware;
  make_router({.interceptors = {&unaware}});
  call(head("Chat", "application/grpc"), "");
  EXPECT_EQ(answer_of(*exchange).end.substr(0, 3), "13 ");
  EXPECT_EQ(service.calls, 0);
  make_router({.interceptors = {&unaware}, .open_services = {"florin.rpc.testing.v1.EchoService"}});
  call(head("Chat", "application/grpc"), packed(request_with("x")));
  EXPECT_EQ(answer_of(*exchange).texts, (Texts{"x"}));
}

}  // namespace
}  // namespace florin::rpc
