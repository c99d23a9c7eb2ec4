// What happens around a handler: interceptors, observers, deadlines, callers that go away, CORS.
#include <gtest/gtest.h>

#include <stdexcept>

#include "http/testing/memory_exchange.h"
#include "rpc/router.h"
#include "rpc/testing/echo_service.h"
#include "rpc/testing/error_json.h"

namespace florin::rpc {
namespace {

using http::MemoryExchange;

// A clock that the test moves together with the executor.
class ManualClock : public Clock {
 public:
  Timestamp now() const override { return Timestamp{0} + passed; }
  Duration elapsed() const override { return passed; }
  Duration passed;
};

class Recorder : public Observer {
 public:
  struct Record {
    std::string method;
    std::optional<Code> code;
    Duration duration;
    std::size_t received;
    std::size_t sent;
  };
  void call_ended(const CallRecord& record) override {
    records.push_back({record.context.spec().method,
                       record.error == nullptr ? std::nullopt : std::optional(record.error->code()), record.duration,
                       record.bytes_received, record.bytes_sent});
  }
  std::vector<Record> records;
};

class FlowTest : public ::testing::Test {
 protected:
  Router& make_router(RouterOptions options = {}) {
    options.clock = &clock;
    options.observers = {&recorder};
    router = std::make_unique<Router>(std::move(options));
    mount(*router, service);
    return *router;
  }
  http::RequestHead head(std::initializer_list<http::Headers::Field> fields = {}) {
    http::RequestHead out{.method = "POST", .path = "/florin.rpc.testing.v1.EchoService/Echo"};
    out.headers.add("content-type", "application/json");
    for (const auto& field : fields) out.headers.add(field.name, field.value);
    return out;
  }
  void advance(Duration by) {
    clock.passed = clock.passed + by;
    executor.advance(by);
  }
  // A handler that waits until the test lets it go on.
  EchoService::Behaviour waiting() {
    return [this](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
      Completion<int> gate(context.executor());
      open_gate = gate.completer();
      co_await gate;
      stopped = context.stopped();
      co_return EchoResponse();
    };
  }
  void let_go() {
    (*open_gate)(1);
    executor.run();
  }

  ManualClock clock;
  http::ManualExecutor executor;
  Recorder recorder;
  EchoService service;
  std::unique_ptr<Router> router;
  std::optional<Completion<int>::Completer> open_gate;
  bool stopped = false;
};

TEST_F(FlowTest, AnswersWhenTheDeadlinePasses) {
  make_router();
  service.behaviour = waiting();
  {
    MemoryExchange exchange(executor, head({{"connect-timeout-ms", "200"}}), "{}");
    exchange.serve(*router);
    advance(Duration::milliseconds(199));
    EXPECT_FALSE(exchange.answered());
    advance(Duration::milliseconds(1));
    EXPECT_EQ(exchange.status(), 504);
    EXPECT_TRUE(exchange.handler_ended());
    EXPECT_EQ(parse_error_json(exchange.body())->code, Code::deadline_exceeded);
  }
  // The exchange has gone; the handler ends in its own time and its answer is dropped.
  EXPECT_EQ(router->calls_running(), 1u);
  let_go();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(router->calls_running(), 0u);
  ASSERT_EQ(recorder.records.size(), 1u);
  EXPECT_EQ(recorder.records[0].code, Code::deadline_exceeded);
  EXPECT_EQ(recorder.records[0].duration, Duration::milliseconds(200));
}

TEST_F(FlowTest, AnswersBeforeTheDeadline) {
  make_router();
  service.behaviour = waiting();
  MemoryExchange exchange(executor, head({{"connect-timeout-ms", "200"}}), "{}");
  exchange.serve(*router);
  advance(Duration::milliseconds(100));
  let_go();
  EXPECT_EQ(exchange.status(), 200);
  EXPECT_FALSE(stopped);
  advance(Duration::seconds(1));
  EXPECT_EQ(recorder.records.size(), 1u);
}

struct TimeoutCase {
  std::optional<Duration> by_default;
  std::optional<Duration> most;
  const char* asked;  // null: nothing
  std::optional<Duration> effective;
};

TEST_F(FlowTest, ComputesTheDeadline) {
  const TimeoutCase table[] = {
      {Duration::seconds(30), Duration::seconds(60), nullptr, Duration::seconds(30)},
      {Duration::seconds(30), Duration::seconds(60), "1000", Duration::seconds(1)},
      {Duration::seconds(30), Duration::seconds(60), "9999999999", Duration::seconds(60)},
      {std::nullopt, Duration::seconds(60), nullptr, Duration::seconds(60)},
      {std::nullopt, std::nullopt, nullptr, std::nullopt},
      {std::nullopt, std::nullopt, "5000", Duration::seconds(5)},
  };
  for (const TimeoutCase& one : table) {
    make_router({.timeout_default = one.by_default, .timeout_max = one.most});
    std::optional<Duration> remaining;
    std::optional<Duration> requested;
    service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
      remaining = context.remaining();
      requested = context.requested_timeout();
      EXPECT_EQ(context.deadline().has_value(), remaining.has_value());
      co_return EchoResponse();
    };
    http::RequestHead request = one.asked == nullptr ? head() : head({{"connect-timeout-ms", one.asked}});
    MemoryExchange exchange(executor, std::move(request), "{}");
    exchange.serve(*router);
    EXPECT_EQ(exchange.status(), 200);
    EXPECT_EQ(remaining, one.effective);
    EXPECT_EQ(requested.has_value(), one.asked != nullptr);
  }
}

TEST_F(FlowTest, RefusesTimeoutsThatAreOverOrUnreadable) {
  make_router();
  MemoryExchange over(executor, head({{"connect-timeout-ms", "0"}}), "{}");
  over.serve(*router);
  EXPECT_EQ(over.status(), 504);
  MemoryExchange unreadable(executor, head({{"connect-timeout-ms", "1s"}}), "{}");
  unreadable.serve(*router);
  EXPECT_EQ(unreadable.status(), 400);
  EXPECT_EQ(service.calls, 0);
}

TEST_F(FlowTest, StopsWhenTheCallerGoes) {
  make_router();
  service.behaviour = waiting();
  MemoryExchange exchange(executor, head(), "{}");
  exchange.serve(*router);
  exchange.abort();
  executor.run();
  EXPECT_TRUE(exchange.handler_ended());
  EXPECT_EQ(recorder.records.at(0).code, Code::canceled);
  let_go();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(router->calls_running(), 0u);
}

TEST_F(FlowTest, EndsWhenTheCallerGoesBeforeTheBodyIsThere) {
  make_router();
  MemoryExchange exchange(executor, head());
  exchange.serve(*router);
  exchange.push_body("{");
  executor.run();
  exchange.abort();
  executor.run();
  EXPECT_TRUE(exchange.handler_ended());
  EXPECT_EQ(service.calls, 0);
}

TEST_F(FlowTest, ReadsABodyInPieces) {
  make_router();
  MemoryExchange exchange(executor, head());
  exchange.serve(*router);
  for (const char c : std::string(R"({"text":"hi"})")) {
    exchange.push_body(std::string(1, c));
    executor.run();
  }
  EXPECT_FALSE(exchange.answered());
  exchange.end_body();
  executor.run();
  EXPECT_EQ(exchange.status(), 200);
}

TEST_F(FlowTest, AnswersThoughAHandlerThrows) {
  service.behaviour = [](const EchoRequest&, Context&) -> Task<Result<EchoResponse>> {
    throw std::runtime_error("secret");
    co_return EchoResponse();
  };
  make_router();
  MemoryExchange plain(executor, head(), "{}");
  plain.serve(*router);
  EXPECT_EQ(plain.status(), 500);
  EXPECT_EQ(plain.body().find("secret"), std::string::npos);
  EXPECT_EQ(recorder.records.at(0).code, Code::internal);

  make_router({.recover = [](std::exception_ptr, Context& context) {
    return unavailable("recovered", "Recovered in " + context.spec().method);
  }});
  MemoryExchange recovered(executor, head(), "{}");
  recovered.serve(*router);
  EXPECT_EQ(recovered.status(), 503);
  EXPECT_EQ(parse_error_json(recovered.body())->message, "Recovered in Echo");
  EXPECT_EQ(router->calls_running(), 0u);
}

class Tracing : public Interceptor {
 public:
  Tracing(std::string name, std::string& log) : name_(std::move(name)), log_(log) {}
  Task<Result<MessagePtr>> unary(Context& context, const google::protobuf::Message& request, Next next) override {
    log_ += name_ + "(";
    if (refuse) co_return failed_precondition("refused", "Not now.");
    context.set(name_);
    Result<MessagePtr> reply = co_await next(context, request);
    log_ += ")";
    co_return reply;
  }
  bool refuse = false;

 private:
  const std::string name_;
  std::string& log_;
};

TEST_F(FlowTest, RunsInterceptorsFromTheOutside) {
  std::string log;
  Tracing outer("a", log);
  Tracing inner("b", log);
  make_router({.interceptors = {&outer, &inner}});
  service.behaviour = [&](const EchoRequest&, Context& context) -> Task<Result<EchoResponse>> {
    log += "h";
    EXPECT_EQ(*context.get<std::string>(), "b");
    EXPECT_EQ(context.get<int>(), nullptr);
    co_return EchoResponse();
  };
  MemoryExchange well(executor, head(), "{}");
  well.serve(*router);
  EXPECT_EQ(log, "a(b(h))");
  EXPECT_EQ(well.status(), 200);

  log.clear();
  inner.refuse = true;
  MemoryExchange refused(executor, head(), "{}");
  refused.serve(*router);
  EXPECT_EQ(log, "a(b()");
  EXPECT_EQ(refused.status(), 400);
  EXPECT_EQ(service.calls, 1);
}

TEST_F(FlowTest, TellsObserversOncePerCall) {
  make_router();
  MemoryExchange well(executor, head(), R"({"text":"x"})");
  well.serve(*router);
  MemoryExchange bad(executor, head(), "{");
  bad.serve(*router);
  http::RequestHead unknown = head();
  unknown.path = "/nope";
  MemoryExchange nothing(executor, std::move(unknown), "{}");
  nothing.serve(*router);
  ASSERT_EQ(recorder.records.size(), 2u);
  EXPECT_EQ(recorder.records[0].method, "Echo");
  EXPECT_EQ(recorder.records[0].code, std::nullopt);
  EXPECT_EQ(recorder.records[0].received, 12u);
  EXPECT_EQ(recorder.records[0].sent, well.body().size());
  EXPECT_EQ(recorder.records[1].code, Code::invalid_argument);
}

http::RequestHead preflight(const char* origin) {
  http::RequestHead out{.method = "OPTIONS", .path = "/florin.rpc.testing.v1.EchoService/Echo"};
  out.headers.add("origin", origin);
  out.headers.add("access-control-request-method", "POST");
  return out;
}

TEST_F(FlowTest, AnswersPreflights) {
  make_router({.cors = {.origins = {"https://good.example"}, .allow_headers = {"Idempotency-Key"}}});
  MemoryExchange good(executor, preflight("https://good.example"), "");
  good.serve(*router);
  EXPECT_EQ(good.status(), 204);
  EXPECT_EQ(good.head().headers.get("access-control-allow-origin"), "https://good.example");
  EXPECT_EQ(good.head().headers.get("access-control-allow-methods"), "GET, POST");
  EXPECT_EQ(good.head().headers.get("access-control-max-age"), "7200");
  EXPECT_EQ(good.head().headers.get("access-control-allow-headers"),
            "Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, Grpc-Timeout, X-Grpc-Web, X-User-Agent, "
            "Idempotency-Key");
  EXPECT_TRUE(good.head().headers.get("vary")->starts_with("Origin"));

  for (const char* origin :
       {"https://bad.example", "https://good.example.evil.example", "http://good.example", "null"}) {
    MemoryExchange bad(executor, preflight(origin), "");
    bad.serve(*router);
    EXPECT_FALSE(bad.head().headers.has("access-control-allow-origin")) << origin;
  }
}

TEST_F(FlowTest, LetsAllowedPagesReadAnswersOfEveryKind) {
  make_router(
      {.cors = {.origins = {"https://good.example"}, .expose_headers = {"X-App"}, .expose_trailers = {"X-Tail"}}});
  for (const char* body : {"{}", "{", ""}) {
    http::RequestHead request = head({{"origin", "https://good.example"}});
    if (*body == '\0') request.path = "/nope";
    MemoryExchange exchange(executor, std::move(request), body);
    exchange.serve(*router);
    EXPECT_EQ(exchange.head().headers.get("access-control-allow-origin"), "https://good.example");
    EXPECT_EQ(exchange.head().headers.get("access-control-expose-headers"),
              "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin, X-App, Trailer-X-Tail");
    EXPECT_EQ(exchange.head().headers.get("vary"), "Origin");
  }
  MemoryExchange other(executor, head({{"origin", "https://bad.example"}}), "{}");
  other.serve(*router);
  EXPECT_EQ(other.status(), 200);
  EXPECT_FALSE(other.head().headers.has("access-control-allow-origin"));
  EXPECT_EQ(other.head().headers.get("vary"), "Origin");
}

TEST_F(FlowTest, KeepsCorsOffByDefaultAndOpenToAllWhenAsked) {
  make_router();
  MemoryExchange off(executor, preflight("https://good.example"), "");
  off.serve(*router);
  EXPECT_EQ(off.status(), 405);
  EXPECT_FALSE(off.head().headers.has("access-control-allow-origin"));
  make_router({.cors = {.origins = {"*"}}});
  MemoryExchange any(executor, preflight("https://any.example"), "");
  any.serve(*router);
  EXPECT_EQ(any.head().headers.get("access-control-allow-origin"), "*");
}

}  // namespace
}  // namespace florin::rpc
