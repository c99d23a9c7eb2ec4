#include "http/server.h"

#include <gtest/gtest.h>

#include <future>

#include "http/blocking_client.h"
#include "http/testing/handlers.h"

namespace florin::http {
namespace {

class ServerTest : public ServingTest {
 protected:
  BlockingClient connect() {
    auto client = BlockingClient::connect("127.0.0.1", server_->port());
    EXPECT_TRUE(client.ok()) << client.error().to_string();
    return std::move(*client);
  }
  // Everything the server sends for `bytes` until it closes.
  std::string exchange_bytes(std::string_view bytes) {
    BlockingClient client = connect();
    EXPECT_TRUE(client.send_bytes(bytes).ok());
    auto all = client.read_to_end();
    return all.ok() ? *all : "broken";
  }
};

// The default limits with one time-out short, so that no other can come first on a slow machine.
Limits quick(Duration Limits::* timeout) {
  Limits limits;
  limits.*timeout = Duration::milliseconds(30);
  return limits;
}

TEST_F(ServerTest, KeepsTheConnection) {
  serve(describe);
  BlockingClient client = connect();
  for (int i = 0; i < 3; ++i) {
    auto reply = client.send({.method = "POST", .target = "/a?b=c", .body = "body"});
    ASSERT_TRUE(reply.ok()) << reply.error().to_string();
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "POST /a?b=c body");
    EXPECT_TRUE(reply->headers.has("date"));
    EXPECT_FALSE(reply->headers.has("connection"));
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  // Odd ones answer at once, even ones only after another turn of the event loop.
  serve([](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path.back() % 2 == 0) {
      Completion<int> turn(exchange.executor());
      exchange.executor().post([completer = turn.completer()] { completer(1); });
      (void)co_await turn;
    }
    (void)co_await exchange.respond({}, exchange.request().path);
    co_return Unit{};
  });
  BlockingClient client = connect();
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_TRUE(client.send_bytes(bytes).ok());
  for (int i = 0; i < 200; ++i) {
    auto reply = client.read_reply();
    ASSERT_TRUE(reply.ok()) << reply.error().to_string();
    EXPECT_EQ(reply->body, "/" + std::to_string(i));
  }
}

TEST_F(ServerTest, CarriesChunksBothWays) {
  serve(echo);
  BlockingClient client = connect();
  ASSERT_TRUE(client.send_bytes("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n").ok());
  ASSERT_TRUE(client.send_bytes("2\r\nef\r\n0\r\n\r\n").ok());
  auto reply = client.read_reply();
  ASSERT_TRUE(reply.ok()) << reply.error().to_string();
  EXPECT_EQ(reply->body, "abcdef");
  EXPECT_EQ(reply->headers.get("x-end"), "yes");
  EXPECT_EQ(client.send({.target = "/again"})->status, 200);
}

TEST_F(ServerTest, CarriesLargeBodiesBothWays) {
  serve(echo);
  BlockingClient client = connect();
  std::string large(3 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>('a' + i % 26);
  // The echo starts to come while we still send, so sending and reading take turns on two threads.
  auto sent = std::async(std::launch::async, [&] {
    return client.send_bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(large.size()) +
                             "\r\n\r\n" + large);
  });
  auto reply = client.read_reply();
  ASSERT_TRUE(sent.get().ok());
  ASSERT_TRUE(reply.ok()) << reply.error().to_string();
  EXPECT_EQ(reply->body, large);
}

TEST_F(ServerTest, RespondsWithALargeBody) {
  serve([](Exchange& exchange) -> Task<Unit> {
    const Status sent = co_await exchange.respond({}, std::string(5 << 20, 'y'));
    EXPECT_TRUE(sent.ok());
    co_return Unit{};
  });
  BlockingClient client = connect();
  EXPECT_EQ(client.send({})->body.size(), 5u << 20);
  EXPECT_EQ(client.send({})->body.size(), 5u << 20);
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
  serve([](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/pieces") {
      (void)co_await exchange.write_head({});
      (void)co_await exchange.write_body("12345");
      (void)co_await exchange.finish({});
    } else {
      (void)co_await exchange.respond({}, "12345");
    }
    co_return Unit{};
  });
  BlockingClient client = connect();
  auto reply = client.send({.method = "HEAD"});
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->headers.get("content-length"), "5");
  EXPECT_TRUE(client.send({.method = "HEAD", .target = "/pieces"}).ok());
  EXPECT_EQ(client.send({})->body, "12345");
}

TEST_F(ServerTest, SendsNoBodyWhereTheStatusHasNone) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.respond({.status = exchange.request().path == "/204" ? 204 : 304}, "must not be sent");
    co_return Unit{};
  });
  BlockingClient client = connect();
  for (const char* target : {"/204", "/304", "/204"}) {
    auto reply = client.send({.target = target});
    ASSERT_TRUE(reply.ok());
    EXPECT_FALSE(reply->headers.has("content-length"));
    EXPECT_EQ(reply->body, "");
  }
}

TEST_F(ServerTest, ClosesAfterHttp10) {
  serve(describe);
  const std::string all = exchange_bytes("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_NE(all.find("connection: close"), std::string::npos);
  EXPECT_TRUE(all.ends_with("GET /old? "));
  serve(echo);
  const std::string pieces = exchange_bytes("POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(pieces.ends_with("\r\n\r\nhi")) << pieces;
  EXPECT_EQ(pieces.find("chunked"), std::string::npos);
}

TEST_F(ServerTest, ClosesWhenAsked) {
  serve(describe);
  const std::string all =
      exchange_bytes("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(all.ends_with("GET /1? "));
}

TEST_F(ServerTest, InvitesTheBodyOnlyWhereItIsRead) {
  serve([](Exchange& exchange) -> Task<Unit> {
    if (exchange.request().path == "/read") co_return co_await describe(exchange);
    (void)co_await exchange.respond({.status = 403}, "");
    co_return Unit{};
  });
  BlockingClient client = connect();
  const std::string fields = " HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  ASSERT_TRUE(client.send_bytes("POST /read" + fields).ok());
  ASSERT_TRUE(client.send_bytes("ok").ok());
  EXPECT_EQ(client.read_reply()->body, "POST /read? ok");

  const std::string refused = exchange_bytes("POST /refuse" + fields);
  EXPECT_EQ(refused.find("100 Continue"), std::string::npos);
  EXPECT_NE(refused.find("connection: close"), std::string::npos);
}

TEST_F(ServerTest, SendsContinueBeforeTheBodyComes) {
  serve(describe);
  BlockingClient client = connect();
  ASSERT_TRUE(
      client.send_bytes("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").ok());
  client.shutdown_write();
  EXPECT_TRUE(client.read_to_end()->starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400"));
}

TEST_F(ServerTest, RefusesBadRequests) {
  serve(describe);
  const std::string all = exchange_bytes("GET / HTTP/1.1\r\nHost : a\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 400 Bad Request\r\n")) << all;
  EXPECT_NE(all.find(R"({"code":"invalid_argument","message":")"), std::string::npos);
  EXPECT_EQ(all.find("hidden"), std::string::npos);
  EXPECT_TRUE(exchange_bytes("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n").starts_with("HTTP/1.1 505"));
  EXPECT_TRUE(exchange_bytes("\x16\x03\x01 a TLS hello").starts_with("HTTP/1.1 400"));
}

TEST_F(ServerTest, TellsTheHandlerOfABrokenBody) {
  serve(describe);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(exchange_bytes(head + "zz\r\n").ends_with("malformed_body"));
  Limits limits;
  limits.h1.body_bytes_max = limits.unread_body_bytes_max = 10;
  serve(describe, limits);
  EXPECT_TRUE(exchange_bytes(head + "b\r\nabcdefghijk\r\n0\r\n\r\n").ends_with("body_too_large"));
  EXPECT_TRUE(exchange_bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n").ends_with("body_too_large"));
}

TEST_F(ServerTest, DropsABodyNobodyReads) {
  Limits limits;
  limits.unread_body_bytes_max = 100'000;
  serve(
      [](Exchange& exchange) -> Task<Unit> {
        (void)co_await exchange.respond({}, "done");
        co_return Unit{};
      },
      limits);
  BlockingClient client = connect();
  for (int i = 0; i < 3; ++i) {
    auto reply = client.send({.method = "POST", .body = std::string(90'000, 'x')});
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->body, "done");
  }
  // Past the limit the connection is closed, but the answer still arrives, and says so.
  const std::string large(900'000, 'x');
  const std::string all = exchange_bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + large);
  EXPECT_TRUE(all.ends_with("done")) << all;
  EXPECT_NE(all.find("connection: close"), std::string::npos) << all;
}

TEST_F(ServerTest, KeepsAConnectionOnlyWhereTheRestOfABodyIsKnownToBeShort) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.respond({}, "done");
    co_return Unit{};
  });
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto closes = [&](const std::string& bytes) {
    BlockingClient client = connect();
    EXPECT_TRUE(client.send_bytes(bytes).ok());
    const auto reply = client.read_reply();
    return reply.ok() && reply->headers.get("connection") == "close";
  };
  EXPECT_FALSE(closes(head + "2\r\nab\r\n0\r\n\r\n"));
  EXPECT_TRUE(closes(head + "2\r\nab\r\n"));
  EXPECT_FALSE(closes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"));
}

TEST_F(ServerTest, AnswersForAHandlerThatDoesNot) {
  serve([](Exchange&) -> Task<Unit> { co_return Unit{}; });
  EXPECT_TRUE(exchange_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 500"));
}

TEST_F(ServerTest, BreaksOffHalfAnAnswer) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.write_head({});
    (void)co_await exchange.write_body("half");
    co_return Unit{};
  });
  EXPECT_FALSE(connect().send({}).ok());
}

TEST_F(ServerTest, LetsNoTextEndAHeader) {
  serve([](Exchange& exchange) -> Task<Unit> {
    ResponseHead head;
    head.headers.add("x-note", "a\r\nset-cookie: b");
    const Status sent = co_await exchange.respond(std::move(head), "");
    EXPECT_EQ(sent.error().reason(), "invalid_header");
    co_return Unit{};
  });
  const std::string all = exchange_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(all.starts_with("HTTP/1.1 500")) << all;
  EXPECT_EQ(all.find("set-cookie"), std::string::npos);
}

TEST_F(ServerTest, TimesOutSlowHeads) {
  serve(describe, quick(&Limits::head_timeout));
  for (const char* part : {"G", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\nX: y"}) {
    // Behind a whole request the time runs from the first byte of the next, so this cannot be late itself.
    BlockingClient client = connect();
    if (!client.send({}).ok()) continue;  // the first head was late: a slow machine
    ASSERT_TRUE(client.send_bytes(part).ok());
    EXPECT_EQ(client.read_reply()->status, 408) << part;
  }
}

TEST_F(ServerTest, TimesOutIdleConnections) {
  Limits limits;
  limits.idle_timeout = Duration::milliseconds(500);
  serve(describe, limits);
  EXPECT_EQ(exchange_bytes(""), "") << "before the first request";
  const std::string all = exchange_bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(all.ends_with("GET /1? "));
}

TEST_F(ServerTest, TimesOutStalledBodies) {
  Flag aborted;
  serve(
      [&aborted](Exchange& exchange) -> Task<Unit> {
        exchange.on_abort([&aborted] { aborted.set(); });
        co_return co_await describe(exchange);
      },
      quick(&Limits::body_stall_timeout));
  EXPECT_TRUE(exchange_bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab").ends_with("peer_gone"));
  ASSERT_TRUE(aborted.wait());
}

TEST_F(ServerTest, TimesOutReadersThatStall) {
  Flag ended;
  serve(
      [&ended](Exchange& exchange) -> Task<Unit> {
        (void)co_await exchange.write_head({});
        Status sent = ok();
        while (sent.ok()) sent = co_await exchange.write_body(std::string(100'000, 'z'));
        EXPECT_EQ(sent.error().code(), Code::canceled);
        ended.set();
        co_return Unit{};
      },
      quick(&Limits::write_stall_timeout));
  BlockingClient client = connect();
  ASSERT_TRUE(client.send_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ok());
  ASSERT_TRUE(ended.wait());
}

TEST_F(ServerTest, TellsTheHandlerThatThePeerIsGone) {
  Flag began;
  Flag ended;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    began.set();
    EXPECT_EQ(co_await aborted, 1);
    ended.set();
    co_return Unit{};
  });
  {
    BlockingClient client = connect();
    ASSERT_TRUE(client.send_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ok());
    ASSERT_TRUE(began.wait());
  }
  ASSERT_TRUE(ended.wait());
  EXPECT_TRUE(server_->drain(Duration::seconds(20)));
}

TEST_F(ServerTest, ForgetsTheAbortWorkOfAnAnsweredExchange) {
  std::atomic<int> aborts = 0;
  serve([&aborts](Exchange& exchange) -> Task<Unit> {
    exchange.on_abort([&aborts] { ++aborts; });
    (void)co_await exchange.respond({}, "");
    co_return Unit{};
  });
  {
    EXPECT_TRUE(connect().send({}).ok());
  }
  EXPECT_TRUE(server_->drain(Duration::seconds(20)));
  EXPECT_EQ(aborts, 0);
}

TEST_F(ServerTest, DrainsGracefully) {
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
  BlockingClient idle = connect();
  EXPECT_TRUE(idle.send({}).ok());
  BlockingClient busy = connect();
  ASSERT_TRUE(busy.send_bytes("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").ok());
  ASSERT_TRUE(began.wait());
  auto drained = std::async(std::launch::async, [this] { return server_->drain(Duration::seconds(20)); });
  EXPECT_EQ(*idle.read_to_end(), "");
  EXPECT_FALSE(BlockingClient::connect("127.0.0.1", server_->port()).ok());
  {
    const BlockingClient gone = std::move(idle);
  }
  go_on.set_value();
  auto reply = busy.read_reply();
  ASSERT_TRUE(reply.ok()) << reply.error().to_string();
  EXPECT_EQ(reply->headers.get("connection"), "close");
  {
    const BlockingClient gone = std::move(busy);
  }
  EXPECT_TRUE(drained.get());
}

TEST_F(ServerTest, DrainsWithoutWaitingForIdleClientsToNotice) {
  Limits limits;
  limits.linger_timeout = Duration::hours(1);
  limits.write_stall_timeout = Duration::hours(2);
  limits.drained_linger_timeout = Duration::milliseconds(1);
  serve(describe, limits);
  BlockingClient client = connect();
  ASSERT_TRUE(client.send({.target = "/"}).ok());
  EXPECT_TRUE(server_->drain(Duration::minutes(1))) << "the client keeps its side open all the time";
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, AbortsWhatDoesNotEnd) {
  Flag began;
  serve([&](Exchange& exchange) -> Task<Unit> {
    Completion<int> aborted(exchange.executor());
    exchange.on_abort([completer = aborted.completer()] { completer(1); });
    began.set();
    (void)co_await aborted;
    co_return Unit{};
  });
  BlockingClient client = connect();
  ASSERT_TRUE(client.send_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n").ok());
  ASSERT_TRUE(began.wait());
  EXPECT_FALSE(server_->drain(Duration::milliseconds(20)));
}

TEST_F(ServerTest, LimitsConnections) {
  Limits limits;
  limits.connections_max = 1;
  serve(describe, limits);
  BlockingClient first = connect();
  ASSERT_TRUE(first.send({}).ok());
  EXPECT_TRUE(exchange_bytes("").starts_with("HTTP/1.1 503"));
  EXPECT_TRUE(first.send({}).ok());
}

TEST_F(ServerTest, SaysThatThePortIsInUse) {
  serve(describe, {}, 2);
  auto second = Server::start({.port = server_->port()}, *handler_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::failed_precondition);
  EXPECT_EQ(second.error().reason(), "port_in_use");
  EXPECT_NE(second.error().message().find(server_->address()), std::string::npos);
}

TEST_F(ServerTest, RefusesBadOptions) {
  FunctionHandler handler(describe);
  Limits limits;
  limits.connections_max = 0;
  EXPECT_EQ(Server::start({.limits = limits}, handler).error().reason(), "bad_limits");
  EXPECT_EQ(Server::start({.host = "not an address"}, handler).error().reason(), "bad_address");
  EXPECT_EQ(Server::start({.host = "192.0.2.1"}, handler).error().reason(), "address_not_available");
}

TEST_F(ServerTest, ServesManyClientsOnTwoThreads) {
  serve(describe, {}, 2);
  std::vector<std::future<int>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::async(std::launch::async, [this, i] {
      BlockingClient client = connect();
      int good = 0;
      for (int j = 0; j < 50; ++j) {
        const std::string body = std::to_string(i * 1000 + j);
        auto reply = client.send({.method = "POST", .body = body});
        if (reply.ok() && reply->body == "POST /? " + body) ++good;
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 50);
}

TEST_F(ServerTest, TimersRunOnTheExecutor) {
  serve([](Exchange& exchange) -> Task<Unit> {
    Completion<std::thread::id> fired(exchange.executor());
    auto timer = exchange.executor().post_after(
        Duration::milliseconds(1), [completer = fired.completer()] { completer(std::this_thread::get_id()); });
    auto canceled = exchange.executor().post_after(Duration::milliseconds(0), [] { ADD_FAILURE(); });
    canceled->cancel();
    const bool same = co_await fired == std::this_thread::get_id();
    (void)co_await exchange.respond({.status = same ? 200 : 500}, "");
    co_return Unit{};
  });
  EXPECT_EQ(connect().send({})->status, 200);
}

}  // namespace
}  // namespace florin::http
