#include "http/h1_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace florin::http {
namespace {

using Event = H1Parser::Event;

H1Limits small_limits() {
  return {.request_line_bytes_max = 100,
          .header_count_max = 8,
          .header_bytes_max = 300,
          .chunk_line_bytes_max = 40,
          .chunk_extension_bytes_max = 60,
          .trailer_count_max = 2,
          .trailer_bytes_max = 60,
          .body_bytes_max = 1000};
}

std::string describe(const RequestHead& head) {
  std::string text = fmt::format("{} {} [{}] @{}", head.method, head.path, head.query, head.authority);
  for (const auto& field : head.headers.fields()) text += fmt::format(" {}={}", field.name, field.value);
  return text;
}

// Everything the parser tells about `pieces`, with adjoining body pieces joined.
std::string transcript(const std::vector<std::string>& pieces, const H1Limits& limits = small_limits()) {
  H1Parser parser(limits);
  std::string told;
  bool in_body = false;
  for (const std::string& piece : pieces) {
    std::string_view input = piece;
    for (;;) {
      const Event event = parser.next(input);
      if (event == Event::need_more) {
        EXPECT_TRUE(input.empty());
        break;
      }
      if (event == Event::body) {
        EXPECT_FALSE(parser.body().empty());
        if (!std::exchange(in_body, true)) told += "body:";
        told += parser.body();
        continue;
      }
      if (std::exchange(in_body, false)) told += "\n";
      if (event == Event::error) return told + fmt::format("error {}\n", parser.status());
      if (event == Event::head) told += describe(parser.head()) + (parser.keep_alive() ? "\n" : " close\n");
      if (event == Event::end) told += "end\n";
    }
  }
  return told;
}

std::string transcript(const std::string& bytes) {
  return transcript(std::vector{bytes});
}

// The request with these lines and an empty one, read whole.
std::string request(const std::string& lines) {
  return transcript(lines + "\r\n\r\n");
}

TEST(H1Parser, ReadsARequest) {
  EXPECT_EQ(request("GET /a/b%20c?x=[1]&y HTTP/1.1\r\nHost: shop.example:8080\r\nX-Thing: \t one  two \t"),
            "GET /a/b%20c [x=[1]&y] @shop.example:8080 host=shop.example:8080 x-thing=one  two\nend\n");
  EXPECT_EQ(request("OPTIONS * HTTP/1.1\r\nHost: a"), "OPTIONS * [] @a host=a\nend\n");
  EXPECT_EQ(request("GET http://b.example?q HTTP/1.1\r\nHost: a"), "GET / [q] @b.example host=a\nend\n");
  EXPECT_EQ(request("\r\nGET / HTTP/1.1\r\nHost: [::1]:80"), "GET / [] @[::1]:80 host=[::1]:80\nend\n");
  EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\r\nX-Empty:"), "GET / [] @a host=a x-empty=\nend\n");
}

TEST(H1Parser, ReadsBodiesAndWhatFollows) {
  EXPECT_EQ(transcript("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n"),
            "POST / [] @a host=a content-length=3\nbody:abc\nend\nGET / [] @b host=b\nend\n");
  EXPECT_EQ(transcript("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                       "3;name=\"v\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
                       "GET / HTTP/1.1\r\nHost: b\r\n\r\n"),
            "POST / [] @a host=a transfer-encoding=Chunked\nbody:abc0123456789\nend\nGET / [] @b host=b\nend\n");
}

TEST(H1Parser, KnowsWhenTheConnectionEnds) {
  const auto closes = [](const std::string& lines) { return request(lines).find(" close\n") != std::string::npos; };
  EXPECT_FALSE(closes("GET / HTTP/1.1\r\nHost: a"));
  EXPECT_FALSE(closes("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, closed"));
  EXPECT_TRUE(closes("GET / HTTP/1.1\r\nHost: a\r\nConnection: x ,Close"));
  EXPECT_TRUE(closes("GET / HTTP/1.0"));
  EXPECT_TRUE(closes("GET / HTTP/1.0\r\nConnection: keep-alive"));
}

TEST(H1Parser, TellsExpectation) {
  H1Parser parser{H1Limits{}};
  std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::head);
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_FALSE(parser.bodiless());
}

TEST(H1Parser, IsIdleBetweenRequestsOnly) {
  H1Parser parser{H1Limits{}};
  EXPECT_TRUE(parser.idle());
  std::string_view input = "G";
  EXPECT_EQ(parser.next(input), Event::need_more);
  EXPECT_FALSE(parser.idle());
  input = "ET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::head);
  EXPECT_FALSE(parser.idle());
  EXPECT_EQ(parser.next(input), Event::end);
  EXPECT_TRUE(parser.idle());
}

struct Refusal {
  const char* name;
  std::string bytes;
  int status;
};

std::string head(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return head("Transfer-Encoding: chunked") + body;
}

using namespace std::string_literals;

const std::vector<Refusal> refusals = {
    {"not http", "\x16\x03\x01"s, 400},
    {"two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"space before method", " GET / HTTP/1.1\r\n", 400},
    {"method character", "G(T / HTTP/1.1\r\n", 400},
    {"no spaces", "GET\r\n", 400},
    {"long method", std::string(33, 'A') + " / HTTP/1.1\r\n", 501},
    {"connect", "CONNECT a:443 HTTP/1.1\r\n", 501},
    {"http/0.9", "GET /\r\n", 505},
    {"http/2.0 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"http/1.2", "GET / HTTP/1.2\r\n", 505},
    {"version case", "GET / http/1.1\r\n", 400},
    {"version garbage", "GET / HTTP/1.1x\r\n", 400},
    {"space in target", "GET /a b HTTP/1.1\r\n", 400},
    {"two spaces", "GET  / HTTP/1.1\r\n", 400},
    {"empty target", "GET  HTTP/1.1\r\n", 400},
    {"relative target", "GET a HTTP/1.1\r\n", 400},
    {"star for get", "GET * HTTP/1.1\r\n", 400},
    {"fragment", "GET /a#b HTTP/1.1\r\n", 400},
    {"half escape", "GET /a%2 HTTP/1.1\r\n", 400},
    {"bad escape", "GET /a%2g HTTP/1.1\r\n", 400},
    {"control in target", "GET /a\x01 HTTP/1.1\r\n", 400},
    {"nul in target", "GET /a\0 HTTP/1.1\r\n"s, 400},
    {"high byte in target", "GET /\xc3\xa9 HTTP/1.1\r\n", 400},
    {"other scheme", "GET ftp://a/ HTTP/1.1\r\n", 400},
    {"absolute without host", "GET http:///x HTTP/1.1\r\n", 400},
    {"user in target", "GET http://u@a/ HTTP/1.1\r\n", 400},
    {"bare lf request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare cr in request line", "GET /\r HTTP/1.1\r\n", 400},
    {"long request line", "GET /" + std::string(100, 'a') + " HTTP/1.1\r\n", 414},
    {"endless request line", "GET /" + std::string(200, 'a'), 414},
    {"bare lf field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
    {"bare lf at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"bare cr in value", head("X: a\rb"), 400},
    {"bare cr ends head", "GET / HTTP/1.1\r\nHost: a\r\n\rX", 0},
    {"bare cr then line", "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n", 400},
    {"space before colon", head("X : a"), 400},
    {"tab before colon", head("X\t: a"), 400},
    {"obs-fold", head("X: a\r\n b"), 400},
    {"obs-fold tab", head("X: a\r\n\tb"), 400},
    {"no colon", head("abc"), 400},
    {"empty name", head(": a"), 400},
    {"name character", head("X(Y): a"), 400},
    {"nul in name", head("X\0: a"s), 400},
    {"nul in value", head("X: a\0b"s), 400},
    {"control in value", head("X: a\x02"), 400},
    {"del in value", head("X: a\x7f"), 400},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two hosts", head("Host: a"), 400},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"host port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
    {"open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
    {"cl and te", head("Content-Length: 3\r\nTransfer-Encoding: chunked"), 400},
    {"te and cl", head("Transfer-Encoding: chunked\r\nContent-Length: 3"), 400},
    {"two equal cl", head("Content-Length: 3\r\nContent-Length: 3"), 400},
    {"two different cl", head("Content-Length: 3\r\nContent-Length: 4"), 400},
    {"cl list", head("Content-Length: 3, 3"), 400},
    {"cl sign", head("Content-Length: +3"), 400},
    {"cl minus", head("Content-Length: -3"), 400},
    {"cl hex", head("Content-Length: 0x3"), 400},
    {"cl empty", head("Content-Length:"), 400},
    {"cl space", head("Content-Length: 1 2"), 400},
    {"cl overflow", head("Content-Length: 18446744073709551616"), 400},
    {"te gzip", head("Transfer-Encoding: gzip"), 501},
    {"te gzip chunked", head("Transfer-Encoding: gzip, chunked"), 501},
    {"te xchunked", head("Transfer-Encoding: xchunked"), 501},
    {"te vertical tab",
     head("Transfer-Encoding: \x0b"
          "chunked"),
     400},
    {"te quoted", head("Transfer-Encoding: \"chunked\""), 501},
    {"te empty", head("Transfer-Encoding:"), 501},
    {"two te", head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
    {"te identity", head("Transfer-Encoding: identity\r\nContent-Length: 3"), 501},
    {"te in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"expect", head("Expect: miracles"), 417},
    {"many fields", head("A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\nG: 1\r\nH: 1"), 431},
    {"large field", head("X: " + std::string(300, 'a')), 431},
    {"endless field", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(400, 'a'), 431},
    {"body too large", head("Content-Length: 1001"), 413},
    {"chunk sign", chunked("+3\r\nabc\r\n"), 400},
    {"chunk 0x", chunked("0x3\r\nabc\r\n"), 400},
    {"chunk empty size", chunked("\r\nabc\r\n"), 400},
    {"chunk space before", chunked(" 3\r\nabc\r\n"), 400},
    {"chunk space after", chunked("3 \r\nabc\r\n"), 400},
    {"chunk bare lf", chunked("3\nabc\r\n"), 400},
    {"chunk bare cr in extension", chunked("3;a\rb\r\nabc\r\n"), 400},
    {"chunk overflow", chunked("10000000000000003\r\nabc\r\n"), 413},
    {"chunk too large", chunked("ffffffffffffffff\r\nabc\r\n"), 413},
    {"chunks too large", chunked("3e8\r\n" + std::string(1000, 'a') + "\r\n1\r\na\r\n"), 413},
    {"chunk longer than its size", chunked("3\r\nabcd\r\n"), 400},
    {"chunk without crlf", chunked("3\r\nabc0\r\n\r\n"), 400},
    {"chunk ends in lf", chunked("3\r\nabc\n0\r\n\r\n"), 400},
    {"long chunk line", chunked("3;" + std::string(41, 'a') + "\r\nabc\r\n"), 400},
    {"many extensions", chunked("1;" + std::string(30, 'a') + "\r\na\r\n1;" + std::string(30, 'a') + "\r\na\r\n"), 400},
    {"many trailers", chunked("0\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n"), 431},
    {"large trailers", chunked("0\r\nA: " + std::string(60, 'a') + "\r\n\r\n"), 431},
    {"framing trailer", chunked("0\r\nContent-Length: 1\r\n\r\n"), 400},
    {"folded trailer", chunked("0\r\nA: 1\r\n b\r\n\r\n"), 400},
};

// The status of the error, 0 for none.
int refused_with(const std::string& told) {
  const std::size_t at = told.rfind("error ");
  return at == std::string::npos ? 0 : std::stoi(told.substr(at + 6));
}

TEST(H1Parser, RefusesWhatCouldBeReadTwoWays) {
  for (const auto& [name, bytes, status] : refusals) {
    EXPECT_EQ(refused_with(transcript(bytes)), status) << name;
  }
}

TEST(H1Parser, FailsForEver) {
  H1Parser parser{H1Limits{}};
  std::string_view input = "GET /\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parser.next(input), Event::error);
  EXPECT_EQ(parser.next(input), Event::error);
  EXPECT_STRNE(parser.reason(), "");
}

// A refused head must not let what follows it be taken for a request.
TEST(H1Parser, SmugglesNothing) {
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::string> attempts = {
      head("Content-Length: 6\r\nTransfer-Encoding: chunked") + "0\r\n\r\n" + hidden,
      head("Transfer-Encoding: chunked\r\nTransfer-encoding: x") + "0\r\n\r\n" + hidden,
      head("Transfer-Encoding : chunked\r\nContent-Length: 0") + hidden,
      head("Content-Length: 0\r\nContent-Length: " + std::to_string(hidden.size())) + hidden,
      head("X: y\rContent-Length: " + std::to_string(hidden.size())) + hidden,
      chunked("3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n") + hidden,
      chunked("5;\n\r\n" + hidden),
      "GET / HTTP/1.1\r\nHost: a\r\nX: \nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n",
  };
  for (const std::string& attempt : attempts) {
    const std::string told = transcript(attempt);
    EXPECT_EQ(told.find("/hidden"), std::string::npos) << attempt;
    EXPECT_NE(refused_with(told), 0) << attempt;
  }
}

TEST(H1Parser, LimitsAreExact) {
  const auto line_of = [](std::size_t bytes) {
    const std::string frame = "GET / HTTP/1.1";
    return "GET /" + std::string(bytes - frame.size(), 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(refused_with(transcript(line_of(100))), 0);
  EXPECT_EQ(refused_with(transcript(line_of(101))), 414);
  const auto fields_of = [](std::size_t bytes) {
    const std::string frame = "Host: a\r\nX: \r\n";
    return "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(bytes - frame.size(), 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(refused_with(transcript(fields_of(300))), 0);
  EXPECT_EQ(refused_with(transcript(fields_of(301))), 431);
  EXPECT_EQ(refused_with(head("Content-Length: 1000") + std::string(1000, 'a')), 0);
}

// The same events, however the bytes are cut.
TEST(H1Parser, DoesNotCareHowBytesAreCut) {
  std::vector<std::string> streams = {
      "\r\nGET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nPOST / HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\nhello"
      "POST /c HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: 1\r\n\r\n"
      "GET /last HTTP/1.0\r\n\r\n"};
  for (const Refusal& refusal : refusals) streams.push_back(streams.front() + refusal.bytes);
  for (const std::string& stream : streams) {
    const std::string whole = transcript(stream);
    std::vector<std::string> bytes;
    for (const char c : stream) bytes.emplace_back(1, c);
    EXPECT_EQ(transcript(bytes, small_limits()), whole) << stream;
  }
  EXPECT_TRUE(rc::check([&streams] {
    const std::string& stream = streams[*rc::gen::inRange<std::size_t>(0, streams.size())];
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t size = *rc::gen::inRange<std::size_t>(1, 60);
      pieces.push_back(stream.substr(at, size));
      at += size;
    }
    RC_ASSERT(transcript(pieces, small_limits()) == transcript(stream));
  }));
}

}  // namespace
}  // namespace florin::http
