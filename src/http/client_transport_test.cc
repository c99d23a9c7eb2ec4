// The client against our server over real sockets, in both versions of HTTP, plain and encrypted.
#include "http/client_transport.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "http/server.h"
#include "http/testing/function_handler.h"
#include "http/testing/raw_client.h"

namespace florin::http {
namespace {

struct Answer {
  std::optional<Error> error;
  bool seen = false;
  ResponseHead head;
  std::string body;
  Headers trailers;
};

Task<Answer> read_answer(ClientExchange& exchange) {
  Answer answer;
  auto head = co_await exchange.read_head();
  if (head.ok()) answer.head = std::move(*head);
  if (!head.ok()) answer.error = head.error();
  while (!answer.error) {
    auto piece = co_await exchange.read_body();
    if (!piece.ok()) answer.error = piece.error();
    if (answer.error || !*piece) break;
    answer.body += **piece;
  }
  answer.seen = exchange.seen();
  answer.trailers = exchange.trailers();
  co_return answer;
}

// Answers with version, method, target and body.
Task<Unit> describe(Exchange& exchange) {
  auto body = co_await read_whole_body(exchange, 64 << 20);
  const RequestHead& request = exchange.request();
  std::string text = std::to_string(request.http_major) + " " + request.method + " " + request.path + "?" +
                     request.query + " " + (body.ok() ? *body : body.error().reason());
  (void)co_await exchange.respond({}, std::move(text));
  co_return Unit{};
}

Task<Unit> echo(Exchange& exchange) {
  (void)co_await exchange.write_head({.status = 200});
  for (;;) {
    auto piece = co_await exchange.read_body();
    if (!piece.ok() || !*piece) break;
    if (!(co_await exchange.write_body(std::move(**piece))).ok()) break;
  }
  Headers trailers;
  trailers.add("x-end", "yes");
  (void)co_await exchange.finish(std::move(trailers));
  co_return Unit{};
}

// Runs with each version of HTTP.
class ClientTransportTest : public testing::TestWithParam<HttpVersion> {
 protected:
  ~ClientTransportTest() override {
    if (server_) server_->drain(Duration::seconds(0));
    transport_.reset();
  }

  void serve(Serve function, std::optional<TlsOptions> tls = std::nullopt) {
    handler_ = std::make_unique<FunctionHandler>(std::move(function));
    auto server = Server::start({.tls = std::move(tls)}, *handler_);
    ASSERT_TRUE(server.ok()) << server.error().to_string();
    server_ = std::move(*server);
    connect({.host = "127.0.0.1", .port = server_->port()});
  }
  void connect(ClientTransportOptions options) {
    options.version = GetParam();
    auto transport = connect_to(thread_, std::move(options));
    ASSERT_TRUE(transport.ok()) << transport.error().to_string();
    transport_ = std::move(*transport);
  }

  // Runs a task on the client's thread and waits for it.
  template <class T>
  T run(std::function<Task<T>()> task) {
    auto done = std::make_shared<std::promise<T>>();
    // What the task captured lives as long as this call.
    thread_.executor().post([&task, done] { start(task(), [done](T value) { done->set_value(std::move(value)); }); });
    return done->get_future().get();
  }
  Task<Answer> fetch(ClientRequestHead head, std::string body) {
    const ClientExchangePtr exchange = transport_->open(std::move(head), std::move(body));
    co_return co_await read_answer(*exchange);
  }
  Answer get(std::string path) {
    return run<Answer>([this, path] { return fetch({.method = "GET", .path = path}, ""); });
  }
  std::string major() const { return GetParam() == HttpVersion::http_2 ? "2" : "1"; }

  ClientThread thread_;
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<ClientTransport> transport_;
};

INSTANTIATE_TEST_SUITE_P(Versions, ClientTransportTest, testing::Values(HttpVersion::http_1, HttpVersion::http_2),
                         [](const auto& info) { return info.param == HttpVersion::http_1 ? "Http1" : "Http2"; });

TEST_P(ClientTransportTest, SendsAndReceives) {
  serve(describe);
  const Answer got = run<Answer>([this] { return fetch({.path = "/a", .query = "b=c"}, "body"); });
  EXPECT_EQ(got.error, std::nullopt);
  EXPECT_EQ(got.head.status, 200);
  EXPECT_EQ(got.body, major() + " POST /a?b=c body");
  EXPECT_EQ(get("/x").body, major() + " GET /x? ");
}

TEST_P(ClientTransportTest, ReusesTheConnection) {
  serve(describe);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get("/x").error, std::nullopt);
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_P(ClientTransportTest, CarriesLargeBodiesBothWays) {
  serve(echo);
  std::string large(20 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4099) large[i] = static_cast<char>(i % 251);
  const Answer got = run<Answer>([this, large] { return fetch({}, large); });
  EXPECT_EQ(got.error, std::nullopt);
  EXPECT_TRUE(got.body == large);
  EXPECT_EQ(got.trailers.get("x-end"), "yes");
}

TEST_P(ClientTransportTest, RunsManyAtOnce) {
  serve(describe);
  const auto all = run<std::vector<std::string>>([this]() -> Task<std::vector<std::string>> {
    std::vector<ClientExchangePtr> open;
    for (int i = 0; i < 300; ++i) open.push_back(transport_->open({.path = "/" + std::to_string(i)}, "b"));
    std::vector<std::string> bodies;
    for (const auto& exchange : open) bodies.push_back((co_await read_answer(*exchange)).body);
    co_return bodies;
  });
  for (int i = 0; i < 300; ++i) EXPECT_EQ(all[i], major() + " POST /" + std::to_string(i) + "? b");
  EXPECT_LE(server_->connections(), GetParam() == HttpVersion::http_2 ? 4u : 64u);
}

TEST_P(ClientTransportTest, WritesABodyInPieces) {
  serve(echo);
  const Answer got = run<Answer>([this]() -> Task<Answer> {
    const ClientExchangePtr exchange = transport_->open({}, std::nullopt);
    for (const char* piece : {"one ", "two ", "three"}) {
      EXPECT_TRUE((co_await exchange->write_body(piece)).ok());
    }
    exchange->finish();
    co_return co_await read_answer(*exchange);
  });
  EXPECT_EQ(got.body, "one two three");
}

// Over HTTP/1.1 too, where the server answers before the request has ended, as ours does.
TEST_P(ClientTransportTest, TalksInBothDirections) {
  serve(echo);
  const bool echoed = run<bool>([this]() -> Task<bool> {
    const ClientExchangePtr exchange = transport_->open({}, std::nullopt);
    bool all = true;
    for (int i = 0; i < 10; ++i) {
      all = all && (co_await exchange->write_body(std::to_string(i))).ok();
      if (i == 0) all = all && (co_await exchange->read_head()).ok();
      const auto piece = co_await exchange->read_body();
      all = all && piece.ok() && *piece == std::to_string(i);
    }
    exchange->finish();
    const auto end = co_await exchange->read_body();
    co_return all&& end.ok() && !*end;
  });
  EXPECT_TRUE(echoed);
}

TEST_P(ClientTransportTest, CancelsWhatIsUnderWay) {
  Flag started;
  Flag aborted;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<Unit> gone(exchange.executor());
    exchange.on_abort([&, done = gone.completer()] {
      aborted.set();
      done(Unit{});
    });
    started.set();
    co_await gone;
    co_return Unit{};
  });
  std::shared_ptr<ClientExchange> under_way;
  auto done = std::async(std::launch::async, [&] {
    return run<Answer>([&]() -> Task<Answer> {
      const ClientExchangePtr exchange = transport_->open({}, "body");
      under_way = exchange;
      Answer answer = co_await read_answer(*exchange);
      under_way.reset();
      co_return answer;
    });
  });
  ASSERT_TRUE(started.wait());
  thread_.executor().post([&] { under_way->cancel({Code::canceled, ErrorDomain::request, "enough", "Enough."}); });
  EXPECT_EQ(done.get().error->reason(), "enough");
  EXPECT_TRUE(aborted.wait());
}

TEST_P(ClientTransportTest, CancelsBeforeAnythingIsSent) {
  serve(describe);
  const Answer got = run<Answer>([this]() -> Task<Answer> {
    const ClientExchangePtr exchange = transport_->open({}, std::nullopt);
    exchange->cancel({Code::canceled, ErrorDomain::request, "enough", "Enough."});
    co_return co_await read_answer(*exchange);
  });
  EXPECT_EQ(got.error->reason(), "enough");
  EXPECT_EQ(get("/x").error, std::nullopt) << "what follows is not harmed";
}

TEST_P(ClientTransportTest, LettingGoCancels) {
  Flag aborted;
  Flag started;
  serve([&](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path != "/wait") co_return co_await describe(exchange);
    Completion<Unit> gone(exchange.executor());
    exchange.on_abort([&, done = gone.completer()] {
      aborted.set();
      done(Unit{});
    });
    started.set();
    co_await gone;
    co_return Unit{};
  });
  ClientExchangePtr held;
  run<bool>([&]() -> Task<bool> {
    held = transport_->open({.path = "/wait"}, "body");
    co_return true;
  });
  ASSERT_TRUE(started.wait());
  run<bool>([&]() -> Task<bool> {
    held.reset();
    co_return true;
  });
  EXPECT_TRUE(aborted.wait());
  EXPECT_EQ(get("/x").error, std::nullopt);
}

TEST_P(ClientTransportTest, TakesAnAnswerThatComesBeforeTheRequestEnds) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.respond({.status = 413}, "too much");
    co_return Unit{};
  });
  const Answer got = run<Answer>([this]() -> Task<Answer> {
    const ClientExchangePtr exchange = transport_->open({}, std::nullopt);
    for (int i = 0; i < 1000; ++i) {
      const Status written = co_await exchange->write_body(std::string(64 << 10, 'x'));
      if (!written.ok()) break;
    }
    co_return co_await read_answer(*exchange);
  });
  EXPECT_EQ(got.head.status, 413);
  EXPECT_EQ(got.body, "too much");
}

TEST_P(ClientTransportTest, SaysThatNothingWasSentWhereNobodyListens) {
  serve(describe);
  const std::uint16_t port = server_->port();
  server_.reset();
  connect({.host = "127.0.0.1", .port = port});
  const Answer got = get("/x");
  EXPECT_EQ(got.error->code(), Code::unavailable);
  EXPECT_EQ(got.error->reason(), "not_connected");
  EXPECT_FALSE(got.seen);
}

TEST_P(ClientTransportTest, SaysThatARequestMayHaveBeenSeenWhereTheConnectionBreaks) {
  Flag started;
  std::shared_ptr<Completion<Unit>> gate;
  serve([&](Exchange& exchange) -> Task<Unit> {
    gate = std::make_shared<Completion<Unit>>(exchange.executor());
    started.set();
    exchange.on_abort([done = gate->completer()] { done(Unit{}); });
    co_await *gate;
    co_return Unit{};
  });
  auto done = std::async(std::launch::async, [&] { return get("/x"); });
  ASSERT_TRUE(started.wait());
  server_->drain(Duration::seconds(0));
  const Answer got = done.get();
  ASSERT_TRUE(got.error.has_value());
  EXPECT_EQ(got.error->code(), Code::unavailable) << got.error->to_string();
  EXPECT_TRUE(got.seen);
}

TEST_P(ClientTransportTest, FinishesWhatADrainingServerStillServes) {
  Flag started;
  std::optional<Completion<Unit>::Completer> let_go;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<Unit> gate(exchange.executor());
    let_go = gate.completer();
    started.set();
    co_await gate;
    co_return co_await describe(exchange);
  });
  auto done = std::async(std::launch::async, [&] { return get("/x"); });
  ASSERT_TRUE(started.wait());
  auto drained = std::async(std::launch::async, [&] { return server_->drain(Duration::seconds(20)); });
  // Whether the server has begun to drain by now does not matter.
  (*let_go)(Unit{});
  EXPECT_EQ(done.get().body, major() + " GET /x? ");
  EXPECT_TRUE(drained.get());
}

TEST_P(ClientTransportTest, ClosesIdleConnections) {
  serve(describe);
  connect({.host = "127.0.0.1", .port = server_->port(), .limits = {.idle_timeout = Duration::milliseconds(1)}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get("/x").error, std::nullopt);
    while (server_->connections() > 0) std::this_thread::yield();
  }
}

TEST_P(ClientTransportTest, EndsWhatIsLeftWithTheTransport) {
  Flag started;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<Unit> gone(exchange.executor());
    exchange.on_abort([done = gone.completer()] { done(Unit{}); });
    started.set();
    co_await gone;
    co_return Unit{};
  });
  auto done = std::async(std::launch::async, [&] { return get("/x"); });
  ASSERT_TRUE(started.wait());
  transport_.reset();
  EXPECT_EQ(done.get().error->code(), Code::canceled);
}

TEST_P(ClientTransportTest, RefusesHeadersThatCannotBeSent) {
  serve(describe);
  const Answer got = run<Answer>([this]() -> Task<Answer> {
    ClientRequestHead head{.method = "GET"};
    head.headers.add("x-a", "b\r\nx-c: d");
    return fetch(std::move(head), "");
  });
  EXPECT_EQ(got.error->reason(), "invalid_header");
  EXPECT_FALSE(got.seen);
  EXPECT_EQ(get("/x").error, std::nullopt);
}

// ---- TLS

TlsCertificate make_certificate(std::string_view name = "localhost") {
  auto made = make_development_certificate(system_clock().now(), name);
  EXPECT_TRUE(made.ok()) << made.error().to_string();
  return std::move(*made);
}

TEST_P(ClientTransportTest, SpeaksTlsWithServersItTrusts) {
  const TlsCertificate server = make_certificate();
  const TlsCertificate client = make_certificate("till-7");
  serve(describe, TlsOptions{.certificate_pem = server.certificate_pem,
                             .key_pem = server.key_pem,
                             .client_ca_pem = client.certificate_pem});
  const std::uint16_t port = server_->port();
  const ClientTlsOptions trusting{
      .ca_pem = server.certificate_pem, .certificate_pem = client.certificate_pem, .key_pem = client.key_pem};
  for (const char* host : {"127.0.0.1", "localhost"}) {
    connect({.host = host, .port = port, .tls = trusting});
    EXPECT_EQ(get("/x").body, major() + " GET /x? ") << host;
  }

  connect({.host = "127.0.0.1", .port = port, .tls = ClientTlsOptions{.ca_pem = client.certificate_pem}});
  const Answer distrusted = get("/x");
  ASSERT_TRUE(distrusted.error.has_value());
  EXPECT_EQ(distrusted.error->reason(), "not_connected");
  EXPECT_NE(distrusted.error->message().find("certificate is refused"), std::string::npos)
      << distrusted.error->message();
  EXPECT_FALSE(distrusted.seen);

  connect({.host = "127.0.0.1", .port = port, .tls = ClientTlsOptions{.ca_pem = server.certificate_pem}});
  EXPECT_EQ(get("/x").error->code(), Code::unavailable) << "without a certificate of its own";
}

TEST(ClientTransport, LetsAlpnChoose) {
  const TlsCertificate certificate = make_certificate();
  FunctionHandler handler(describe);
  auto server = Server::start(
      {.tls = TlsOptions{.certificate_pem = certificate.certificate_pem, .key_pem = certificate.key_pem}}, handler);
  ASSERT_TRUE(server.ok());
  ClientThread thread;
  const auto transport = connect_to(
      thread,
      {.host = "localhost", .port = (*server)->port(), .tls = ClientTlsOptions{.ca_pem = certificate.certificate_pem}});
  ASSERT_TRUE(transport.ok());
  std::promise<Answer> done;
  std::vector<ClientExchangePtr> open;
  thread.executor().post([&] {
    open.push_back((*transport)->open({.method = "GET"}, ""));
    start(read_answer(*open.back()), [&](Answer answer) {
      open.clear();
      done.set_value(std::move(answer));
    });
  });
  EXPECT_EQ(done.get_future().get().body, "2 GET /? ");
}

TEST(ClientTransport, RefusesBadOptions) {
  ClientThread thread;
  EXPECT_EQ(connect_to(thread, {.host = "a", .limits = {.connections_max = 0}}).error().reason(), "bad_limits");
  const auto bad = connect_to(thread, {.host = "a", .tls = ClientTlsOptions{.ca_pem = "no PEM"}});
  EXPECT_EQ(bad.error().reason(), "bad_ca");
}

}  // namespace
}  // namespace florin::http
