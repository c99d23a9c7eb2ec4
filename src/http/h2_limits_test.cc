// HTTP/2 as an attacker uses it: malformed frames, floods, limits and time-outs.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "http/server.h"
#include "http/testing/h2_peer.h"
#include "http/testing/handlers.h"

namespace florin::http {
namespace {

// Ends when it is told that the peer is gone.
Task<Unit> wait_for_abort(Exchange& exchange) {
  Completion<int> aborted(exchange.executor());
  exchange.on_abort([completer = aborted.completer()] { completer(1); });
  (void)co_await aborted;
  co_return Unit{};
}

std::string literal(std::string_view name, std::string_view value) {
  std::string field(1, '\0');  // without indexing, new name
  field += static_cast<char>(name.size());
  field += name;
  field += static_cast<char>(value.size());
  return field.append(value);
}

std::string get(std::uint32_t stream_id, std::string_view more = "") {
  return h2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, stream_id,
                  std::string(h2_get).append(more));
}

std::string post(std::uint32_t stream_id, std::string_view more = "") {
  return h2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, stream_id, std::string(h2_post).append(more));
}

std::string number(std::uint32_t value) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

// The same numbers on every machine (splitmix64).
struct Numbers {
  std::uint64_t state;

  std::uint64_t operator()() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};

// What the server said about a stream, or about the connection.
struct Said {
  std::vector<H2RawFrame> frames;

  explicit Said(std::string_view bytes) : frames(h2_frames(bytes)) {}
  std::optional<std::uint32_t> error(std::uint8_t type, std::uint32_t stream_id) const {
    for (const H2RawFrame& frame : frames) {
      if (frame.type == type && frame.stream_id == stream_id) return frame.error_code();
    }
    return std::nullopt;
  }
  std::optional<std::uint32_t> goaway() const { return error(NGHTTP2_GOAWAY, 0); }
  std::optional<std::uint32_t> reset(std::uint32_t stream_id = 1) const { return error(NGHTTP2_RST_STREAM, stream_id); }
  bool answered(std::uint32_t stream_id = 1) const {
    for (const H2RawFrame& frame : frames) {
      if (frame.type == NGHTTP2_HEADERS && frame.stream_id == stream_id) return true;
    }
    return false;
  }
};

class H2LimitsTest : public ServingTest {
 protected:
  H2Peer connect(const H2PeerOptions& options = {}) { return H2Peer(RawClient(server_->port()), options); }
  // All that the server says to `bytes` behind the preface, when the client has nothing more to say.
  Said say(std::string_view bytes) {
    RawClient client(server_->port());
    client.send(h2_opening());
    client.send(bytes);
    client.shutdown_write();
    return Said(client.receive_to_end());
  }
  // The error with which the server ended the connection of a peer that sends `bytes` over and over.
  std::optional<std::uint32_t> flood(const std::function<std::string(std::uint32_t)>& bytes) {
    RawClient client(server_->port());
    client.send(h2_opening());
    std::string burst;
    for (std::uint32_t i = 0; i < 20'000; ++i) {
      burst += bytes(i);
      if (burst.size() < 8000) continue;
      if (!client.send(burst)) break;
      burst.clear();
    }
    client.shutdown_write();
    return Said(client.receive_to_end()).goaway();
  }
};

Limits quick(Duration Limits::* timeout) {
  Limits limits;
  limits.*timeout = Duration::milliseconds(30);
  return limits;
}

// ---- malformed

TEST_F(H2LimitsTest, ThePatternIsAnswered) {
  serve(describe);
  EXPECT_TRUE(say(get(1)).answered());
  EXPECT_TRUE(say(get(1, literal("x-a", "b"))).answered());
}

TEST_F(H2LimitsTest, EndsConnectionsThatBreakTheProtocol) {
  serve(describe);
  EXPECT_EQ(say(h2_frame(NGHTTP2_DATA, 0, 1, "x")).goaway(), NGHTTP2_PROTOCOL_ERROR) << "DATA on an idle stream";
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 5, 0, h2_get)).goaway(), NGHTTP2_PROTOCOL_ERROR) << "stream 0";
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 5, 2, h2_get)).goaway(), NGHTTP2_PROTOCOL_ERROR) << "an even stream";
  EXPECT_EQ(say(get(3) + get(1)).goaway(), NGHTTP2_PROTOCOL_ERROR) << "a stream that was passed over";
  const std::string cancel = h2_frame(NGHTTP2_RST_STREAM, 0, 1, number(NGHTTP2_CANCEL));
  EXPECT_EQ(say(post(1) + cancel + h2_frame(NGHTTP2_DATA, 1, 1, "x")).goaway(), NGHTTP2_STREAM_CLOSED);
  EXPECT_EQ(say(post(1) + cancel + get(1)).goaway(), NGHTTP2_STREAM_CLOSED);
  EXPECT_EQ(say(h2_frame(NGHTTP2_PING, 0, 0, "short")).goaway(), NGHTTP2_FRAME_SIZE_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_SETTINGS, 0, 0, "four")).goaway(), NGHTTP2_FRAME_SIZE_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_DATA, 0, 1, std::string(16'385, 'x'))).goaway(), NGHTTP2_FRAME_SIZE_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(0))).goaway(), NGHTTP2_PROTOCOL_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(0x7fffffff))).goaway(), NGHTTP2_FLOW_CONTROL_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_CONTINUATION, 4, 1, h2_get)).goaway(), NGHTTP2_PROTOCOL_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 1, 1, h2_get) + get(3)).goaway(), NGHTTP2_PROTOCOL_ERROR)
      << "a frame inside a header block";
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 5, 1, "\xff\xff\xff\xff\xff")).goaway(), NGHTTP2_COMPRESSION_ERROR);
  EXPECT_EQ(say(h2_frame(NGHTTP2_PUSH_PROMISE, 4, 1, number(2) + std::string(h2_get))).goaway(),
            NGHTTP2_PROTOCOL_ERROR);
  // The server is none the worse for it.
  EXPECT_TRUE(say(get(1)).answered());
}

TEST_F(H2LimitsTest, ResetsRequestsThatCouldBeReadInTwoWays) {
  std::atomic<int> served = 0;
  serve([&served](Exchange& exchange) -> Task<Unit> {
    ++served;
    co_return co_await describe(exchange);
  });
  for (const std::string& field :
       {literal("connection", "close"), literal("keep-alive", "x"), literal("proxy-connection", "x"),
        literal("transfer-encoding", "chunked"), literal("upgrade", "websocket"), literal("te", "gzip"),
        literal("X-Upper", "a"), literal("x a", "b"), literal("x", "a\r\nb"), literal("x", std::string_view("a\0b", 3)),
        literal("x", " lead"), literal(":path", "/twice"), literal(":status", "200"), literal(":unknown", "x"),
        literal("content-length", "1") + literal("content-length", "1"), literal("content-length", "x"),
        literal("content-length", "5"), literal("", "x")}) {
    const Said said = say(get(1, field));
    EXPECT_TRUE(said.reset() == NGHTTP2_PROTOCOL_ERROR || said.goaway().has_value()) << field;
    EXPECT_FALSE(said.answered()) << field;
  }
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 5, 1, "\x82\x86\x84")).reset(), NGHTTP2_PROTOCOL_ERROR) << "no authority";
  EXPECT_EQ(say(h2_frame(NGHTTP2_HEADERS, 5, 1,
                         "\x82\x86\x41\x01"
                         "a"))
                .reset(),
            NGHTTP2_PROTOCOL_ERROR)
      << "no path";
  EXPECT_EQ(served, 0);
}

TEST_F(H2LimitsTest, ResetsABodyThatIsNotAsLongAsAnnounced) {
  std::atomic<int> good = 0;
  serve([&good](Exchange& exchange) -> Task<Unit> {
    if ((co_await read_whole_body(exchange, 100)).ok()) ++good;
    (void)co_await exchange.respond({}, "");
    co_return Unit{};
  });
  for (const char* body : {"four", "sixsix"}) {
    const Said said = say(post(1, literal("content-length", "5")) + h2_frame(NGHTTP2_DATA, 1, 1, body));
    EXPECT_EQ(said.reset(), NGHTTP2_PROTOCOL_ERROR) << body;
  }
  EXPECT_EQ(good, 0);
}

TEST_F(H2LimitsTest, RefusesHeadsThatHttp1RefusesToo) {
  serve(describe);
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({.path = "/a b"})).status, 0) << "nghttp2 resets what is no path at all";
  EXPECT_EQ(peer.reply(peer.request({.path = "/%zz"})).status, 400);
  EXPECT_EQ(peer.reply(peer.request({.path = "/a\"b"})).status, 400);
  EXPECT_EQ(peer.reply(peer.request({.method = std::string(33, 'M')})).status, 501);
  H2Request other_host;
  other_host.headers.add("host", "b");
  EXPECT_EQ(peer.reply(peer.request(other_host)).status, 400);
  H2Request same_host;
  same_host.headers.add("host", "a");
  EXPECT_EQ(peer.reply(peer.request(same_host)).status, 200);
  H2Request expecting;
  expecting.headers.add("expect", "wonders");
  EXPECT_EQ(peer.reply(peer.request(expecting)).status, 417);
  EXPECT_EQ(peer.reply(peer.request({.method = "OPTIONS", .path = "*"})).status, 200);
}

// Frames of all kinds in any order, some of them damaged. Whatever becomes of such a connection, the next one is
// served.
TEST_F(H2LimitsTest, SurvivesNonsense) {
  serve([](Exchange& exchange) -> Task<Unit> {
    (void)co_await exchange.write_head({});
    for (;;) {
      auto piece = co_await exchange.read_body();
      if (!piece.ok() || !piece->has_value()) break;
      if (!(co_await exchange.write_body(std::move(**piece))).ok()) break;
    }
    (void)co_await exchange.finish({});
    co_return Unit{};
  });
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Numbers random{seed};
    const auto below = [&random](std::uint64_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    std::string bytes = h2_opening();
    for (int i = 0; i < 60; ++i) {
      const std::uint32_t id = below(4) == 0 ? below(30) : 2 * below(8) + 1;
      const auto flags = static_cast<std::uint8_t>(below(3) == 0 ? random() : NGHTTP2_FLAG_END_HEADERS);
      const std::string_view block = below(2) == 0 ? h2_get : h2_post;
      std::string payload = number(below(2) == 0 ? below(100) : static_cast<std::uint32_t>(random()));
      if (below(3) == 0) payload.append(below(300), 'p');
      bytes += below(2) == 0 ? h2_frame(NGHTTP2_HEADERS, flags, id, block)
                             : h2_frame(static_cast<std::uint8_t>(below(11)), flags, below(3) == 0 ? 0 : id, payload);
    }
    for (std::uint32_t damages = below(4); damages > 0; --damages) {
      bytes[below(bytes.size())] = static_cast<char>(random());
    }
    RawClient client(server_->port());
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::string_view piece = rest.substr(0, 1 + below(rest.size()));
      if (!client.send(piece)) break;
      rest.remove_prefix(piece.size());
    }
    client.shutdown_write();
    (void)client.receive_to_end();
  }
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({.body = "well"})).body, "well");
  EXPECT_TRUE(server_->drain(Duration::seconds(20)));
}

// ---- limits

TEST_F(H2LimitsTest, AnnouncesItsLimits) {
  serve(describe);
  H2Peer peer = connect();
  EXPECT_EQ(peer.setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS), 128u);
  EXPECT_EQ(peer.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE), 1u << 20);
  EXPECT_EQ(peer.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE), 32u * 1024);
}

TEST_F(H2LimitsTest, LimitsHeaders) {
  Limits limits;
  limits.h2.header_count_max = 10;
  limits.h2.header_bytes_max = 4096;
  serve(describe, limits);
  H2Peer peer = connect();
  H2Request request;  // 4 pseudo-header fields
  for (int i = 0; i < 6; ++i) request.headers.add("x", "y");
  EXPECT_EQ(peer.reply(peer.request(request)).status, 200);
  request.headers.add("x", "y");
  EXPECT_EQ(peer.reply(peer.request(request)).status, 431);
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
  H2Request large;
  large.headers.add("x", std::string(4096, 'y'));
  EXPECT_EQ(peer.reply(peer.request(large)).status, 431);
  H2Request hopeless;
  for (int i = 0; i < 12; ++i) hopeless.headers.add("x", std::string(4000, 'y'));
  EXPECT_EQ(peer.reply(peer.request(hopeless)).closed, NGHTTP2_ENHANCE_YOUR_CALM);
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
}

TEST_F(H2LimitsTest, LimitsTrailers) {
  serve(describe);
  const auto with_trailers = [](int count) {
    std::string trailers;
    for (int i = 0; i < count; ++i) trailers += literal("x-t", "v");
    return post(1) + h2_frame(NGHTTP2_DATA, 0, 1, "body") + h2_frame(NGHTTP2_HEADERS, 5, 1, trailers);
  };
  EXPECT_TRUE(say(with_trailers(16)).answered());
  EXPECT_EQ(say(with_trailers(17)).reset(), NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_F(H2LimitsTest, LimitsBodies) {
  Limits limits;
  limits.h2.body_bytes_max = 10'000;
  serve(describe, limits);
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({.body = std::string(10'000, 'x')})).status, 200);
  const H2Reply& reply = peer.reply(peer.request({.body = std::string(3 << 20, 'x')}));
  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.body.ends_with("body_too_large")) << reply.body;
}

TEST_F(H2LimitsTest, LimitsStreams) {
  Limits limits;
  limits.h2.streams_max = 2;
  serve(wait_for_abort, limits);
  const Said said = say(post(1) + post(3) + post(5));
  EXPECT_TRUE(said.goaway() == NGHTTP2_PROTOCOL_ERROR || said.reset(5) == NGHTTP2_REFUSED_STREAM);
}

TEST_F(H2LimitsTest, AStreamThatWasResetCountsWhileItsHandlerRuns) {
  Limits limits;
  limits.h2.streams_max = limits.h2.handlers_max = 4;
  std::deque<Completion<int>::Completer> waiting;
  std::atomic<int> started = 0;
  Flag all_started;
  serve(
      [&](Exchange& exchange) -> Task<Unit> {
        Completion<int> go_on(exchange.executor());
        waiting.push_back(go_on.completer());
        if (++started == 4) all_started.set();
        if (started <= 4) (void)co_await go_on;
        (void)co_await exchange.respond({}, "x");
        co_return Unit{};
      },
      limits);
  H2Peer peer = connect();
  for (int i = 0; i < 4; ++i) (void)peer.request({});
  ASSERT_TRUE(peer.flush());
  ASSERT_TRUE(all_started.wait());
  for (int i = 0; i < 4; ++i) peer.reset(2 * i + 1, NGHTTP2_CANCEL);
  EXPECT_EQ(peer.reply(peer.request({})).closed, NGHTTP2_REFUSED_STREAM);
  EXPECT_EQ(started, 4);
  std::promise<void> freed;
  server_->executor().post([&] {
    for (const auto& completer : waiting) completer(1);
    server_->executor().post([&freed] { freed.set_value(); });
  });
  freed.get_future().wait();
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
}

// ---- floods

TEST_F(H2LimitsTest, EndsFloods) {
  serve(describe);
  const auto calm = NGHTTP2_ENHANCE_YOUR_CALM;
  EXPECT_EQ(flood([](auto) { return h2_frame(NGHTTP2_PING, 0, 0, "12345678"); }), calm);
  EXPECT_EQ(flood([](auto) { return h2_frame(NGHTTP2_SETTINGS, 0, 0, ""); }), calm);
  EXPECT_EQ(flood([](auto) { return h2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, number(1)); }), calm);
  EXPECT_EQ(flood([](auto) { return h2_frame(NGHTTP2_PRIORITY, 0, 1, number(0) + "w"); }), calm);
  EXPECT_EQ(flood([](auto) { return h2_frame(0xbe, 0, 0, "unknown"); }), std::nullopt) << "these cost nothing";
}

TEST_F(H2LimitsTest, EndsAFloodOfEmptyData) {
  serve(wait_for_abort);
  EXPECT_EQ(flood([](std::uint32_t i) { return i == 0 ? post(1) : h2_frame(NGHTTP2_DATA, 0, 1, ""); }),
            NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_F(H2LimitsTest, EndsARapidReset) {
  Limits limits;
  limits.h2.resets_received = {.burst = 100, .per_second = 0};
  std::atomic<int> started = 0;
  serve(
      [&started](Exchange& exchange) -> Task<Unit> {
        ++started;
        co_return co_await wait_for_abort(exchange);
      },
      limits);
  EXPECT_EQ(
      flood([](std::uint32_t i) { return get(2 * i + 1) + h2_frame(NGHTTP2_RST_STREAM, 0, 2 * i + 1, number(8)); }),
      NGHTTP2_ENHANCE_YOUR_CALM);
  EXPECT_LE(started, 101);
}

// A fault that makes the server reset the stream does not make its work free.
TEST_F(H2LimitsTest, EndsWhoMakesItReset) {
  Limits limits;
  limits.h2.resets_sent = {.burst = 100, .per_second = 0};
  std::atomic<int> started = 0;
  serve(
      [&started](Exchange& exchange) -> Task<Unit> {
        ++started;
        co_return co_await wait_for_abort(exchange);
      },
      limits);
  const std::function<std::string(std::uint32_t)> faults[] = {
      [](std::uint32_t id) { return h2_frame(NGHTTP2_WINDOW_UPDATE, 0, id, number(0x7fffffff)); },
      [](std::uint32_t id) { return h2_frame(NGHTTP2_DATA, 0, id, "behind the end"); },
      [](std::uint32_t id) { return h2_frame(NGHTTP2_PRIORITY, 0, id, number(id) + "w"); },
  };
  for (const auto& fault : faults) {
    EXPECT_TRUE(flood([&fault](std::uint32_t i) { return get(2 * i + 1) + fault(2 * i + 1); }).has_value());
  }
  // The resets of one read are counted when they are sent.
  EXPECT_LE(started, 3 * (101 + static_cast<int>(limits.h2.handlers_max)));
}

TEST_F(H2LimitsTest, EndsContinuations) {
  serve(describe);
  RawClient client(server_->port());
  std::string bytes = h2_opening() + h2_frame(NGHTTP2_HEADERS, 1, 1, h2_get);
  for (int i = 0; i < 100; ++i) bytes += h2_frame(NGHTTP2_CONTINUATION, 0, 1, "");
  client.send(bytes);
  client.shutdown_write();
  const Said said(client.receive_to_end());
  EXPECT_FALSE(said.answered());
  EXPECT_TRUE(said.goaway().has_value());
}

TEST_F(H2LimitsTest, ReadsNoMoreFromAClientThatDoesNotRead) {
  Limits limits = quick(&Limits::write_stall_timeout);
  limits.h2.resets_sent = {.burst = 1'000'000'000, .per_second = 1};
  serve(wait_for_abort, limits);
  RawClient client(server_->port());
  client.send(h2_opening());
  // Each is refused by a reset, which it does not read.
  std::uint32_t sent = 0;
  for (std::string requests; sent < 10'000'000; requests.clear()) {
    for (int i = 0; i < 1000; ++i, ++sent) {
      requests += get(2 * sent + 1);
    }
    if (!client.send(requests)) break;
  }
  EXPECT_LT(sent, 10'000'000u) << "the server took all of it";
}

// ---- time-outs

TEST_F(H2LimitsTest, TimesOutHeadsThatDoNotEnd) {
  serve(describe, quick(&Limits::head_timeout));
  RawClient silent(server_->port());
  silent.send(h2_preface);
  EXPECT_TRUE(Said(silent.receive_to_end()).goaway().has_value());
  RawClient slow(server_->port());
  slow.send(h2_opening() + h2_frame(NGHTTP2_HEADERS, 1, 1, h2_get));
  EXPECT_TRUE(Said(slow.receive_to_end()).goaway().has_value());
  RawClient half(server_->port());
  half.send(h2_preface.substr(0, 10));
  EXPECT_EQ(half.receive_to_end(), "");
}

TEST_F(H2LimitsTest, TimesOutIdleConnections) {
  Limits limits;
  limits.idle_timeout = Duration::milliseconds(500);
  serve(describe, limits);
  H2Peer peer = connect();
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
  peer.run_to_end();
  EXPECT_EQ(peer.goaways(), (std::vector<std::uint32_t>{NGHTTP2_NO_ERROR}));
}

TEST_F(H2LimitsTest, ResetsStreamsWhoseReaderStalls) {
  Flag ended;
  serve(
      [&ended](Exchange& exchange) -> Task<Unit> {
        if (exchange.request().path == "/well") co_return co_await describe(exchange);
        (void)co_await exchange.write_head({});
        Status sent = ok();
        while (sent.ok()) sent = co_await exchange.write_body(std::string(10'000, 'z'));
        EXPECT_EQ(sent.error().code(), Code::canceled);
        ended.set();
        co_return Unit{};
      },
      quick(&Limits::write_stall_timeout));
  H2Peer peer = connect({.stream_window_bytes = 1000, .consume = false});
  EXPECT_EQ(peer.reply(peer.request({})).closed, NGHTTP2_CANCEL);
  EXPECT_TRUE(ended.wait());
  EXPECT_EQ(peer.reply(peer.request({.path = "/well"})).status, 200);
}

TEST_F(H2LimitsTest, TimesOutStalledBodies) {
  Limits limits;
  limits.h2.body_stall_timeout = Duration::milliseconds(30);
  Flag aborted;
  serve(
      [&aborted](Exchange& exchange) -> Task<Unit> {
        exchange.on_abort([&aborted] { aborted.set(); });
        co_return co_await describe(exchange);
      },
      limits);
  H2Peer peer = connect();
  EXPECT_TRUE(peer.reply(peer.request({.body = "half", .end = false})).body.ends_with("peer_gone"));
  EXPECT_TRUE(aborted.wait());
}

TEST_F(H2LimitsTest, AsksSilentPeersForASignOfLife) {
  Limits limits;
  limits.h2.silence_timeout = Duration::milliseconds(30);
  Flag aborted;
  serve(
      [&aborted](Exchange& exchange) -> Task<Unit> {
        co_await wait_for_abort(exchange);
        aborted.set();
        co_return Unit{};
      },
      limits);
  RawClient client(server_->port());
  client.send(h2_opening() + get(1));
  const Said said(client.receive_to_end());
  EXPECT_EQ(said.frames.back().type, NGHTTP2_PING);
  EXPECT_TRUE(aborted.wait());
}

}  // namespace
}  // namespace florin::http
