// The client's connections against servers that do what ours never does.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "http/client_transport.h"
#include "http/testing/h2_peer.h"

namespace florin::http {
namespace {

// Takes one connection after the other, reads a request to its body, which is "body", says its piece and closes.
class CannedServer {
 public:
  explicit CannedServer(std::vector<std::string> answers)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener_, 8) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this, answers = std::move(answers)] {
      for (const std::string& answer : answers) serve_one(answer);
    });
  }
  ~CannedServer() {
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port = 0;

 private:
  void serve_one(const std::string& answer) const {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    char buffer[4096];
    std::string request;
    while (request.find("body") == std::string::npos) {
      const ssize_t got = ::recv(connection, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    (void)::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::shutdown(connection, SHUT_WR);
    while (::recv(connection, buffer, sizeof(buffer), 0) > 0) {
    }
    ::close(connection);
  }

  const int listener_;
  std::thread thread_;
};

struct Outcome {
  int status = 0;
  std::string body;
  std::string failure;  // code and reason
  bool seen = false;
};

Task<Outcome> run(ClientTransport& transport) {
  const ClientExchangePtr exchange = transport.open({.path = "/x"}, "body");
  Outcome out;
  std::optional<Error> error;
  auto head = co_await exchange->read_head();
  if (!head.ok()) error = head.error();
  if (head.ok()) out.status = head->status;
  while (!error) {
    auto piece = co_await exchange->read_body();
    if (!piece.ok()) error = piece.error();
    if (error || !*piece) break;
    out.body += **piece;
  }
  out.seen = exchange->seen();
  if (error) out.failure = std::string(code_name(error->code())) + " " + error->reason();
  co_return out;
}

// What comes of requests, one after the other, each answered so on a connection of its own.
std::vector<Outcome> outcomes(HttpVersion version, std::vector<std::string> answers, std::size_t requests = 1) {
  CannedServer server(std::move(answers));
  ClientThread thread;
  auto transport = connect_to(
      thread, {.host = "127.0.0.1", .port = server.port, .version = version, .limits = {.header_bytes_max = 2000}});
  CHECK(transport.ok());
  std::vector<Outcome> out;
  for (std::size_t i = 0; i < requests; ++i) {
    std::promise<Outcome> done;
    thread.executor().post(
        [&] { start(run(**transport), [&done](Outcome outcome) { done.set_value(std::move(outcome)); }); });
    out.push_back(done.get_future().get());
  }
  transport->reset();
  return out;
}

Outcome outcome(HttpVersion version, std::string answer) {
  return outcomes(version, {std::move(answer)}).front();
}

TEST(StrangeHttp1Server, ClosesInsteadOfAnswering) {
  for (const char* half :
       {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    const Outcome out = outcome(HttpVersion::http_1, half);
    EXPECT_EQ(out.failure, "unavailable connection_lost") << half;
    EXPECT_TRUE(out.seen);
  }
  const Outcome cut = outcome(HttpVersion::http_1, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel");
  EXPECT_EQ(cut.status, 200);
  EXPECT_EQ(cut.body, "hel");
  EXPECT_EQ(cut.failure, "unavailable connection_lost");
}

TEST(StrangeHttp1Server, AnswersUntilItCloses) {
  const Outcome out = outcome(HttpVersion::http_1, "HTTP/1.0 299 Fine\r\n\r\nall of it");
  EXPECT_EQ(out.status, 299);
  EXPECT_EQ(out.body, "all of it");
  EXPECT_EQ(out.failure, "");
}

TEST(StrangeHttp1Server, SpeaksSomethingElse) {
  EXPECT_EQ(outcome(HttpVersion::http_1, "220 mail.example ESMTP\r\n").failure, "internal malformed_answer");
  EXPECT_EQ(outcome(HttpVersion::http_1, "HTTP/1.1 200 OK\r\nx-a: " + std::string(5000, 'x')).failure,
            "resource_exhausted answer_head_too_large");
}

TEST(StrangeHttp1Server, SaysMoreThanItWasAsked) {
  const std::string answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  const auto out =
      outcomes(HttpVersion::http_1, {answer + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil", answer}, 2);
  EXPECT_EQ(out[0].body, "ok");
  EXPECT_EQ(out[1].body, "ok") << "nothing of one answer is taken for another's";
}

std::string settings() {
  return h2_frame(NGHTTP2_SETTINGS, 0, 0, "");
}
std::string number(std::uint32_t value) {
  const char bytes[] = {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                        static_cast<char>(value)};
  return {bytes, sizeof(bytes)};
}
std::string reset(std::uint32_t code) {
  return settings() + h2_frame(NGHTTP2_RST_STREAM, 0, 1, number(code));
}
// ":status: 200" from the static table of HPACK.
std::string answer_head(std::uint8_t flags) {
  return settings() + h2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | flags, 1, "\x88");
}

TEST(StrangeHttp2Server, ResetsTheStream) {
  struct Case {
    std::uint32_t code;
    const char* failure;
    bool seen;
  };
  for (const Case& one : {Case{NGHTTP2_REFUSED_STREAM, "unavailable stream_reset", false},
                          Case{NGHTTP2_CANCEL, "canceled stream_reset", true},
                          Case{NGHTTP2_ENHANCE_YOUR_CALM, "resource_exhausted stream_reset", true},
                          Case{NGHTTP2_INADEQUATE_SECURITY, "permission_denied stream_reset", true},
                          Case{NGHTTP2_NO_ERROR, "internal stream_reset", true},
                          Case{NGHTTP2_PROTOCOL_ERROR, "internal stream_reset", true}}) {
    const Outcome out = outcome(HttpVersion::http_2, reset(one.code));
    EXPECT_EQ(out.failure, one.failure) << one.code;
    EXPECT_EQ(out.seen, one.seen) << one.code;
  }
}

TEST(StrangeHttp2Server, GoesAwayBeforeTheRequest) {
  const std::string goaway = h2_frame(NGHTTP2_GOAWAY, 0, 0, number(0) + number(NGHTTP2_NO_ERROR));
  const Outcome out = outcome(HttpVersion::http_2, settings() + goaway);
  EXPECT_EQ(out.failure, "unavailable stream_reset");
  EXPECT_FALSE(out.seen) << "its last stream is none";
}

TEST(StrangeHttp2Server, ResetsBehindAWholeAnswer) {
  const Outcome out = outcome(HttpVersion::http_2, answer_head(NGHTTP2_FLAG_END_STREAM) +
                                                       h2_frame(NGHTTP2_RST_STREAM, 0, 1, number(NGHTTP2_NO_ERROR)));
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.failure, "");
}

TEST(StrangeHttp2Server, CutsAnAnswerShort) {
  const Outcome out = outcome(HttpVersion::http_2, answer_head(0) + h2_frame(NGHTTP2_DATA, 0, 1, "hel"));
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.body, "hel");
  EXPECT_EQ(out.failure, "unavailable connection_lost");
  EXPECT_TRUE(out.seen);
}

TEST(StrangeHttp2Server, SpeaksSomethingElse) {
  EXPECT_EQ(outcome(HttpVersion::http_2, "HTTP/1.1 400 Bad Request\r\n\r\n").failure, "unavailable connection_lost");
  // A field of 5,000 bytes, as a literal: its length in seven bits and two more bytes.
  const std::string field = std::string("\x88\x00\x03x-a\x7f\x89\x26", 9) + std::string(5000, 'x');
  const Outcome large =
      outcome(HttpVersion::http_2, settings() + h2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, field));
  EXPECT_EQ(large.failure, "resource_exhausted answer_head_too_large");
}

}  // namespace
}  // namespace florin::http
