// HTTP/2 as a well-behaved client sees it.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "http/blocking_client.h"
#include "http/server.h"
#include "http/testing/h2_peer.h"
#include "http/testing/handlers.h"

namespace florin::http {
namespace {

std::string pattern(std::size_t size) {
  std::string text(size, 'x');
  for (std::size_t i = 0; i < size; i += 997) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

class H2ConnectionTest : public ServingTest {
 protected:
  H2Peer connect(const H2PeerOptions& options = {}) { return H2Peer(RawClient(server_->port()), options); }
};

TEST_F(H2ConnectionTest, AnswersARequest) {
  serve(describe);
  H2Peer peer = connect();
  const H2Reply& reply = peer.reply(peer.request({.path = "/a/b?c=d", .body = "body"}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "POST /a/b?c=d body");
  EXPECT_TRUE(reply.ended);
  EXPECT_EQ(reply.closed, NGHTTP2_NO_ERROR);
  EXPECT_TRUE(reply.headers.has("date"));
  EXPECT_EQ(reply.headers.get("content-length"), "18");
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(H2ConnectionTest, SpeaksHttp1OnTheSamePort) {
  serve(describe);
  H2Peer peer = connect();
  auto client = BlockingClient::connect("127.0.0.1", server_->port());
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(client->send({.method = "POST", .target = "/1", .body = "one"})->body, "POST /1? one");
  EXPECT_EQ(peer.reply(peer.request({.path = "/2", .body = "two"})).body, "POST /2? two");
  EXPECT_EQ(client->send({.method = "PUT", .target = "/3", .body = "three"})->body, "PUT /3? three");
}

TEST_F(H2ConnectionTest, TakesThePrefaceInPieces) {
  serve(describe);
  RawClient client(server_->port());
  const std::string bytes = h2_opening() + h2_frame(NGHTTP2_HEADERS, 5, 1, h2_get);
  for (const char byte : bytes) ASSERT_TRUE(client.send({&byte, 1}));
  client.shutdown_write();
  bool answered = false;
  for (const H2RawFrame& frame : h2_frames(client.receive_to_end())) answered |= frame.type == NGHTTP2_DATA;
  EXPECT_TRUE(answered);
}

TEST_F(H2ConnectionTest, GivesTheHandlerTheHead) {
  serve([](Exchange& exchange) -> Task<Unit> {
    const RequestHead& request = exchange.request();
    EXPECT_EQ(request.http_major, 2);
    EXPECT_FALSE(request.tls);
    EXPECT_FALSE(request.client_subject.has_value());
    EXPECT_EQ(request.authority, "a");
    EXPECT_TRUE(request.peer.starts_with("127.0.0.1:"));
    EXPECT_EQ(request.headers.get("x-one"), "1");
    EXPECT_EQ(request.headers.get("te"), "trailers");
    EXPECT_EQ(request.headers.get("cookie"), "a=1; b=2");
    EXPECT_EQ(request.headers.fields().size(), 3u);
    (void)co_await exchange.respond({.status = 204}, "");
    co_return Unit{};
  });
  H2Peer peer = connect();
  H2Request request;
  for (const auto& [name, value] : {std::pair{"x-one", "1"}, std::pair{"cookie", "a=1"}, std::pair{"cookie", ""},
                                    std::pair{"te", "trailers"}, std::pair{"cookie", "b=2"}}) {
    request.headers.add(name, value);
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(peer.reply(peer.request(request)).status, 204);
}

TEST_F(H2ConnectionTest, LeavesOutWhatClientsRefuse) {
  serve([](Exchange& exchange) -> Task<Unit> {
    ResponseHead head;
    for (const auto& [name, value] : {std::pair{"x-one", " spaced\t"}, std::pair{"te", "gzip"}})
      head.headers.add(name, value);
    (void)co_await exchange.respond(std::move(head), "body");
    co_return Unit{};
  });
  H2Peer peer = connect();
  const H2Reply& reply = peer.reply(peer.request({}));
  EXPECT_EQ(reply.closed, NGHTTP2_NO_ERROR);
  EXPECT_EQ(reply.headers.get("x-one"), "spaced");
  EXPECT_FALSE(reply.headers.has("te"));
  EXPECT_EQ(reply.body, "body");
}

TEST_F(H2ConnectionTest, RunsManyStreamsAtOnce) {
  // Nobody is answered before all have come.
  constexpr int count = 100;
  std::deque<Completion<int>::Completer> waiting;
  serve([&waiting](Exchange& exchange) -> Task<Unit> {
    Completion<int> all(exchange.executor());
    waiting.push_back(all.completer());
    if (waiting.size() == count) {
      for (const auto& completer : waiting) completer(1);
    }
    (void)co_await all;
    (void)co_await exchange.respond({}, exchange.request().path);
    co_return Unit{};
  });
  H2Peer peer = connect();
  for (int i = 0; i < count; ++i) (void)peer.request({.path = "/" + std::to_string(i)});
  for (int i = 0; i < count; ++i) EXPECT_EQ(peer.reply(2 * i + 1).body, "/" + std::to_string(i));
}

TEST_F(H2ConnectionTest, CarriesPiecesAndTrailersBothWays) {
  serve(echo);
  H2Peer peer = connect();
  const std::int32_t id = peer.request({.end = false});
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).status == 200; }));
  for (const char* piece : {"one", "two", "three"}) {
    const std::size_t before = peer.so_far(id).body.size();
    peer.send(id, piece);
    ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).body.size() > before; }));
  }
  EXPECT_FALSE(peer.so_far(id).ended);
  peer.end(id);
  const H2Reply& reply = peer.reply(id);
  EXPECT_EQ(reply.body, "onetwothree");
  EXPECT_EQ(reply.trailers.get("x-end"), "yes");
  EXPECT_TRUE(reply.ended);
}

TEST_F(H2ConnectionTest, CarriesLargeBodiesBothWays) {
  serve(echo);
  H2Peer peer = connect();
  const std::string large = pattern(5 << 20);
  const std::int32_t first = peer.request({.body = large});
  const std::int32_t second = peer.request({.body = large.substr(1000)});
  EXPECT_TRUE(peer.reply(first).body == large);
  EXPECT_TRUE(peer.reply(second).body == large.substr(1000));
}

TEST_F(H2ConnectionTest, CarriesLargeBodiesThroughSmallWindows) {
  Limits limits;
  limits.h2.stream_window_bytes = 16 * 1024;
  limits.h2.connection_window_bytes = 64 * 1024;
  serve(echo, limits);
  H2Peer peer = connect({.stream_window_bytes = 1000});
  const std::string large = pattern(300'000);
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(peer.request({.body = large}));
  for (const std::int32_t id : ids) EXPECT_TRUE(peer.reply(id).body == large);
}

TEST_F(H2ConnectionTest, LetsAWriterWaitForTheWindow) {
  std::atomic<std::size_t> written = 0;
  serve([&](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.write_head({});
    for (int i = 0; i < 64; ++i) {
      if (Status sent = co_await exchange.write_body(std::string(16 * 1024, 'z')); !sent.ok()) co_return Unit{};
      written += 16 * 1024;
    }
    (void)co_await exchange.finish({});
    co_return Unit{};
  });
  H2Peer peer = connect({.stream_window_bytes = 10'000, .consume = false});
  const std::int32_t id = peer.request({});
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).body.size() == 10'000; }));
  // Another stream is answered meanwhile; the first one holds no more than its buffer and one piece.
  const std::int32_t other = peer.request({});
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(other).body.size() == 10'000; }));
  EXPECT_LE(written, 2 * (Limits{}.h2.stream_write_buffer_bytes_max + 2 * 16 * 1024 + 10'000));
  for (std::size_t open = 10'000; !peer.so_far(id).closed; open = peer.so_far(id).body.size()) {
    peer.open_window(id, 10'000);
    ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).body.size() > open || peer.so_far(id).closed; }));
  }
  EXPECT_EQ(peer.so_far(id).body.size(), 64u * 16 * 1024);
}

TEST_F(H2ConnectionTest, HoldsNoMoreOfABodyThanItsWindow) {
  Limits limits;
  limits.h2.stream_window_bytes = 20'000;
  Completion<int>::Completer* go_on = nullptr;
  Flag began;
  serve(
      [&](Exchange& exchange) -> Task<Unit> {
        Completion<int> wait(exchange.executor());
        auto completer = wait.completer();
        go_on = &completer;
        began.set();
        (void)co_await wait;
        co_return co_await describe(exchange);
      },
      limits);
  H2Peer peer = connect();
  const std::int32_t id = peer.request({.path = "/", .body = std::string(100'000, 'b')});
  ASSERT_TRUE(peer.run_until([&] { return peer.session().stream_window(id) == 0; }));
  ASSERT_TRUE(began.wait());
  (*go_on)(1);
  EXPECT_EQ(peer.reply(id).body.size(), 100'000 + std::string("POST /? ").size());
}

TEST_F(H2ConnectionTest, AStreamNobodyReadsTakesNothingFromTheOthers) {
  Limits limits;
  limits.h2.stream_window_bytes = limits.h2.connection_window_bytes = 64 * 1024;
  serve(
      [](Exchange& exchange) -> Task<Unit> {
        if (exchange.request().path == "/read") co_return co_await describe(exchange);
        (void)co_await exchange.respond({.status = 403}, "");
        co_return Unit{};
      },
      limits);
  H2Peer peer = connect();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(peer.reply(peer.request({.path = "/refuse", .body = std::string(60'000, 'x')})).status, 403);
  }
  EXPECT_EQ(peer.reply(peer.request({.path = "/read", .body = std::string(300'000, 'x')})).status, 200);
}

TEST_F(H2ConnectionTest, AnswersBeforeTheRequestEnds) {
  Limits limits;
  limits.h2.silence_timeout = Duration::milliseconds(200);
  serve(
      [](Exchange& exchange) -> Task<Unit> {
        (void)co_await exchange.respond({.status = 403}, "no");
        co_return Unit{};
      },
      limits);
  H2Peer peer = connect();
  const H2Reply& reply = peer.reply(peer.request({.body = "half", .end = false}));
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.body, "no");
  EXPECT_TRUE(reply.ended) << "the reset must come behind the answer";
  EXPECT_EQ(reply.closed, NGHTTP2_NO_ERROR);
}

TEST_F(H2ConnectionTest, EndsALongRequestThatWasAnsweredBeforeItsEnd) {
  Limits limits;
  limits.unread_body_bytes_max = 10'000;
  serve(
      [](Exchange& exchange) -> Task<Unit> {
        (void)co_await exchange.respond({.status = 403}, "no");
        co_return Unit{};
      },
      limits);
  H2Peer peer = connect();
  const std::int32_t id = peer.request({.body = "half", .end = false});
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).ended; }));
  EXPECT_EQ(peer.so_far(id).closed, std::nullopt) << "it may end by itself";
  peer.send(id, std::string(20'000, 'x'));
  EXPECT_EQ(peer.reply(id).closed, NGHTTP2_NO_ERROR);
  EXPECT_EQ(peer.reply(peer.request({})).status, 403);
}

TEST_F(H2ConnectionTest, SendsAHeadAloneWhereTheBodyIsEmpty) {
  serve([](Exchange& exchange) -> Task<Unit> {
    ResponseHead head;
    head.headers.add("grpc-status", "12");
    (void)co_await exchange.respond(std::move(head), "");
    co_return Unit{};
  });
  H2Peer peer = connect();
  const H2Reply& reply = peer.reply(peer.request({}));
  EXPECT_EQ(reply.headers.get("grpc-status"), "12");
  EXPECT_TRUE(reply.ended);
  EXPECT_EQ(reply.data_frames, 0u);
}

TEST_F(H2ConnectionTest, SendsTrailersBehindAnEmptyBody) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.write_head({});
    Headers trailers;
    trailers.add("grpc-status", "0");
    trailers.add("connection", "close");
    (void)co_await exchange.finish(std::move(trailers));
    co_return Unit{};
  });
  H2Peer peer = connect();
  const H2Reply& reply = peer.reply(peer.request({}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.trailers.get("grpc-status"), "0");
  EXPECT_FALSE(reply.trailers.has("connection"));
  EXPECT_EQ(reply.data_frames, 0u);
}

TEST_F(H2ConnectionTest, SendsNoBodyWhereThereIsNone) {
  serve([](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/pieces") {
      (void)co_await exchange.write_head({});
      (void)co_await exchange.write_body("12345");
      (void)co_await exchange.finish({});
    } else {
      (void)co_await exchange.respond({.status = exchange.request().path == "/304" ? 304 : 200}, "12345");
    }
    co_return Unit{};
  });
  H2Peer peer = connect();
  const H2Reply& head = peer.reply(peer.request({.method = "HEAD"}));
  EXPECT_EQ(head.headers.get("content-length"), "5");
  EXPECT_TRUE(head.ended);
  EXPECT_EQ(head.body, "");
  EXPECT_TRUE(peer.reply(peer.request({.method = "HEAD", .path = "/pieces"})).ended);
  const H2Reply& unchanged = peer.reply(peer.request({.method = "GET", .path = "/304"}));
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_FALSE(unchanged.headers.has("content-length"));
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(peer.reply(peer.request({.path = "/pieces"})).body, "12345");
}

TEST_F(H2ConnectionTest, InvitesABodyThatIsRead) {
  serve(describe);
  H2Peer peer = connect();
  H2Request request{.end = false};
  request.headers.add("expect", "100-continue");
  const std::int32_t id = peer.request(request);
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(id).status == 100; }));
  peer.send(id, "now");
  peer.end(id);
  EXPECT_EQ(peer.reply(id).body, "POST /? now");
  EXPECT_EQ(peer.so_far(id).status, 200);
}

TEST_F(H2ConnectionTest, TellsTheHandlerThatTheRequestWasReset) {
  Flag began;
  Flag ended;
  serve([&](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/well") co_return co_await describe(exchange);
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    began.set();
    EXPECT_EQ(co_await aborted, 1);
    EXPECT_EQ((co_await exchange.read_body()).error().code(), Code::canceled);
    EXPECT_EQ((co_await exchange.respond({}, "late")).error().code(), Code::canceled);
    ended.set();
    co_return Unit{};
  });
  H2Peer peer = connect();
  const std::int32_t id = peer.request({.body = "half", .end = false});
  ASSERT_TRUE(peer.flush());
  ASSERT_TRUE(began.wait());
  peer.reset(id, NGHTTP2_CANCEL);
  ASSERT_TRUE(peer.flush());
  EXPECT_TRUE(ended.wait());
  EXPECT_EQ(peer.reply(peer.request({.path = "/well"})).status, 200);
}

TEST_F(H2ConnectionTest, WakesAReaderAndAWriterThatWaitWhenTheStreamIsReset) {
  std::atomic<int> ended = 0;
  Flag both;
  serve([&](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/read") {
      EXPECT_EQ((co_await exchange.read_body()).error().code(), Code::canceled);
    } else {
      (void)co_await exchange.write_head({});
      Status sent = ok();
      while (sent.ok()) sent = co_await exchange.write_body(std::string(10'000, 'z'));
      EXPECT_EQ(sent.error().code(), Code::canceled);
    }
    if (++ended == 2) both.set();
    co_return Unit{};
  });
  H2Peer peer = connect({.stream_window_bytes = 10'000, .consume = false});
  const std::int32_t reading = peer.request({.path = "/read", .end = false});
  const std::int32_t writing = peer.request({.path = "/write"});
  ASSERT_TRUE(peer.run_until([&] { return peer.so_far(writing).body.size() == 10'000; }));
  peer.reset(reading, NGHTTP2_CANCEL);
  peer.reset(writing, NGHTTP2_CANCEL);
  ASSERT_TRUE(peer.flush());
  EXPECT_TRUE(both.wait());
}

TEST_F(H2ConnectionTest, TellsTheHandlersThatTheConnectionIsGone) {
  Flag began;
  std::atomic<int> running = 0;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    if (++running == 3) began.set();
    (void)co_await aborted;
    co_return Unit{};
  });
  {
    H2Peer peer = connect();
    for (int i = 0; i < 3; ++i) (void)peer.request({});
    ASSERT_TRUE(peer.flush());
    ASSERT_TRUE(began.wait());
  }
  EXPECT_TRUE(server_->drain(Duration::seconds(20)));
}

TEST_F(H2ConnectionTest, ForgetsTheAbortWorkOfAnAnsweredExchange) {
  std::atomic<int> aborts = 0;
  serve([&aborts](Exchange& exchange) -> Task<Unit> {
    exchange.on_abort([&aborts] { ++aborts; });
    (void)co_await exchange.respond({}, "x");
    co_return Unit{};
  });
  {
    H2Peer peer = connect();
    EXPECT_EQ(peer.reply(peer.request({})).status, 200);
  }
  EXPECT_TRUE(server_->drain(Duration::seconds(20)));
  EXPECT_EQ(aborts, 0);
}

TEST_F(H2ConnectionTest, AnswersForAHandlerThatDoesNot) {
  serve([](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/half") {
      (void)co_await exchange.write_head({});
      (void)co_await exchange.write_body("half");
    }
    if (exchange.request().path == "/header") {
      ResponseHead head;
      head.headers.add("x-note", "a\r\nset-cookie: b");
      EXPECT_EQ((co_await exchange.respond(std::move(head), "")).error().reason(), "invalid_header");
    }
    co_return Unit{};
  });
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({.path = "/nothing"})).status, 500);
  EXPECT_EQ(peer.reply(peer.request({.path = "/header"})).status, 500);
  const H2Reply& half = peer.reply(peer.request({.path = "/half"}));
  EXPECT_FALSE(half.ended);
  EXPECT_EQ(half.closed, NGHTTP2_INTERNAL_ERROR);
}

TEST_F(H2ConnectionTest, SendsLargeHeads) {
  serve([](Exchange& exchange) -> Task<Unit> {
    ResponseHead head;
    const int count = exchange.request().path == "/fits" ? 2 : 40;
    for (int i = 0; i < count; ++i) head.headers.add("x-large", std::string(50'000, 'h'));
    (void)co_await exchange.respond(std::move(head), "body");
    co_return Unit{};
  });
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({.path = "/fits"})).headers.get("x-large"), std::string(50'000, 'h'));
  EXPECT_EQ(peer.reply(peer.request({.path = "/too_large"})).closed, NGHTTP2_INTERNAL_ERROR);
  EXPECT_EQ(peer.reply(peer.request({.path = "/fits"})).body, "body");
}

TEST_F(H2ConnectionTest, AnswersAClientThatOnlyReadsOn) {
  serve([](Exchange& exchange) -> Task<Unit> {
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    (void)co_await aborted;
    (void)co_await exchange.respond({}, "still");
    co_return Unit{};
  });
  H2Peer peer = connect();
  const std::int32_t id = peer.request({});
  ASSERT_TRUE(peer.flush());
  peer.client().shutdown_write();
  EXPECT_EQ(peer.reply(id).body, "still");
}

TEST_F(H2ConnectionTest, DrainsGracefully) {
  Flag began;
  std::promise<void> go_on;
  serve([&](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/slow") {
      Completion<int> ready(exchange.executor());
      began.set();
      std::thread([&go_on, completer = ready.completer()] {
        go_on.get_future().wait();
        completer(1);
      }).detach();
      (void)co_await ready;
    }
    (void)co_await exchange.respond({}, "answer");
    co_return Unit{};
  });
  H2Peer peer = connect();
  H2Peer idle = connect();
  EXPECT_EQ(idle.reply(idle.request({})).body, "answer");
  const std::int32_t slow = peer.request({.path = "/slow"});
  ASSERT_TRUE(peer.flush());
  ASSERT_TRUE(began.wait());
  auto drained = std::async(std::launch::async, [this] { return server_->drain(Duration::seconds(20)); });
  // What was sent before the client knew is still answered.
  ASSERT_TRUE(peer.run_until([&] { return peer.goaways().size() == 1; }));
  ASSERT_TRUE(peer.run_until([&] { return peer.goaways().size() == 2; }));
  EXPECT_EQ(peer.goaways(), (std::vector<std::uint32_t>{NGHTTP2_NO_ERROR, NGHTTP2_NO_ERROR}));
  idle.run_to_end();
  EXPECT_FALSE(idle.goaways().empty());
  {
    const RawClient gone = std::move(idle.client());
  }
  go_on.set_value();
  EXPECT_EQ(peer.reply(slow).body, "answer");
  peer.run_to_end();
  {
    const RawClient gone = std::move(peer.client());
  }
  EXPECT_TRUE(drained.get());
}

TEST_F(H2ConnectionTest, DrainsAClientThatDoesNotListen) {
  serve(describe);
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
  EXPECT_TRUE(server_->drain(Duration::minutes(1)));
}

TEST_F(H2ConnectionTest, AbortsWhatDoesNotEnd) {
  Flag began;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    began.set();
    (void)co_await aborted;
    co_return Unit{};
  });
  H2Peer peer = connect();
  (void)peer.request({});
  ASSERT_TRUE(peer.flush());
  ASSERT_TRUE(began.wait());
  EXPECT_FALSE(server_->drain(Duration::milliseconds(20)));
}

TEST_F(H2ConnectionTest, ServesManyClientsOnTwoThreads) {
  serve(describe, {}, 2);
  std::vector<std::future<int>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::async(std::launch::async, [this, i] {
      H2Peer peer = connect();
      int good = 0;
      for (int round = 0; round < 10; ++round) {
        std::vector<std::int32_t> ids;
        for (int j = 0; j < 10; ++j) ids.push_back(peer.request({.body = std::to_string(i * 100 + j)}));
        for (int j = 0; j < 10; ++j) {
          if (peer.reply(ids[static_cast<std::size_t>(j)]).body == "POST /? " + std::to_string(i * 100 + j)) ++good;
        }
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 100);
}

}  // namespace
}  // namespace florin::http
