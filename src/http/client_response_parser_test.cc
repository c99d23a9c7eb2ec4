#include "http/client_response_parser.h"

#include <gtest/gtest.h>

#include <vector>

namespace florin::http {
namespace {

struct Outcome {
  std::vector<int> statuses;
  std::vector<std::string> bodies;
  std::vector<Headers> trailers;
  bool failed = false;
  bool too_large = false;
  bool keep_alive = true;

  bool operator==(const Outcome&) const = default;
};

struct Feed {
  int answers = 1;
  bool to_head = false;
  bool ends = false;  // the connection, after the bytes
  std::size_t piece = std::string::npos;
  ClientLimits limits{};
};

// Parses `bytes` as the answers to so many requests, in pieces of so many bytes.
Outcome parse(std::string_view bytes, const Feed& feed = {}) {
  ResponseParser parser(feed.limits);
  Outcome out;
  int begun = 0;
  const auto begin_next = [&] {
    if (!parser.idle() || begun == feed.answers) return;
    parser.begin(feed.to_head);
    ++begun;
  };
  const auto take = [&](ResponseParser::Event event) {
    if (event == ResponseParser::Event::head) {
      out.statuses.push_back(parser.head().status);
      out.bodies.emplace_back();
    }
    if (event == ResponseParser::Event::body) out.bodies.back() += parser.body();
    if (event == ResponseParser::Event::end) {
      out.trailers.push_back(std::move(parser.trailers()));
      out.keep_alive = parser.keep_alive();
    }
    if (event == ResponseParser::Event::error) {
      out.failed = true;
      out.too_large = parser.too_large();
    }
    return event != ResponseParser::Event::error;
  };
  begin_next();
  while (!bytes.empty()) {
    std::string_view piece = bytes.substr(0, feed.piece);
    bytes.remove_prefix(piece.size());
    for (;;) {
      const auto event = parser.next(piece);
      if (!take(event)) return out;
      if (event == ResponseParser::Event::need_more) break;
      if (event == ResponseParser::Event::end) begin_next();
    }
  }
  if (feed.ends && !parser.idle()) take(parser.end_of_input());
  return out;
}

TEST(ResponseParser, ReadsBodiesOfEveryFraming) {
  const Outcome length = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello");
  EXPECT_EQ(length.statuses, (std::vector{200}));
  EXPECT_EQ(length.bodies, (std::vector<std::string>{"hello"}));
  EXPECT_TRUE(length.keep_alive);

  const Outcome chunks = parse(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\nA\r\n 123456789\r\n0\r\nX-End: yes\r\nx-end: no\r\n\r\n");
  EXPECT_EQ(chunks.bodies, (std::vector<std::string>{"hello 123456789"}));
  EXPECT_EQ(chunks.trailers[0].fields(), (std::vector<Headers::Field>{{"x-end", "yes"}, {"x-end", "no"}}));
  EXPECT_TRUE(chunks.keep_alive);

  const Outcome to_close = parse("HTTP/1.1 200\r\n\r\nall of it", {.ends = true});
  EXPECT_EQ(to_close.bodies, (std::vector<std::string>{"all of it"}));
  EXPECT_FALSE(to_close.failed);
  EXPECT_FALSE(to_close.keep_alive);
}

TEST(ResponseParser, ReadsOneAnswerAfterTheOther) {
  const Outcome out = parse(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
      "HTTP/1.1 800 \r\nContent-Length: 1\r\n\r\nx",
      {.answers = 3});
  EXPECT_EQ(out.statuses, (std::vector{204, 304, 800}));
  EXPECT_EQ(out.bodies.back(), "x");
  EXPECT_FALSE(out.failed);

  const Outcome to_head = parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", {.to_head = true});
  EXPECT_EQ(to_head.bodies, (std::vector<std::string>{""}));
  EXPECT_FALSE(to_head.failed);
}

TEST(ResponseParser, GivesTheSameEventsHoweverTheBytesAreCut) {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\nabc\r\n1F\r\n"
      "0123456789012345678901234567890\r\n0\r\nX-End: yes\r\n\r\n"
      "HTTP/1.1 500 No\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nno";
  const Outcome whole = parse(bytes, {.answers = 2});
  EXPECT_EQ(whole.statuses, (std::vector{200, 500}));
  EXPECT_FALSE(whole.keep_alive);
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(parse(bytes, {.answers = 2, .piece = piece}), whole) << piece;
  }
}

TEST(ResponseParser, RefusesWhatCanBeReadTwoWays) {
  const char* const table[] = {
      "HTTP/2 200 OK\r\n\r\n",
      "HTTP/1.2 200 OK\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "HTTP/1.1 200 OK\n\n",
      "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
      "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n\r\nunasked",
  };
  for (const char* bytes : table) EXPECT_TRUE(parse(bytes).failed) << bytes;
}

TEST(ResponseParser, FailsWhereAnAnswerIsCutShort) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(parse(bytes.substr(0, size), {.ends = true}).failed) << size;
  }
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", {.ends = true}).failed);
}

TEST(ResponseParser, BoundsHeadsAndTrailers) {
  const ClientLimits limits{.header_bytes_max = 100};
  const std::string field = "X-A: " + std::string(61, 'x') + "\r\n";  // 98 bytes as they are counted
  EXPECT_FALSE(parse("HTTP/1.1 204 No\r\n" + field + "\r\n", {.limits = limits}).failed);
  const Outcome many = parse("HTTP/1.1 204 No\r\n" + field + "A: b\r\n\r\n", {.limits = limits});
  EXPECT_TRUE(many.too_large);
  EXPECT_TRUE(parse("HTTP/1.1 200 " + std::string(200, 'x'), {.limits = limits}).too_large);
  const Outcome trailers =
      parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + field + "A: b\r\n\r\n", {.limits = limits});
  EXPECT_TRUE(trailers.too_large);
  const Outcome chunk = parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(400, 'x'));
  EXPECT_TRUE(chunk.failed);
  EXPECT_FALSE(chunk.too_large);
}

}  // namespace
}  // namespace florin::http
