#include "http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "http/address_policy.h"
#include "http/server.h"
#include "http/testing/manual_executor.h"

namespace florin::http {
namespace {

// Does with each connection what the test says, and shuts it down.
class RawServer {
 public:
  explicit RawServer(std::function<void(int)> serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
        ++connections;
        serving_.emplace_back(fd, std::thread([this, fd] {
                                serve_(fd);
                                ::shutdown(fd, SHUT_RDWR);
                              }));
      }
    });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (auto& [fd, thread] : serving_) {
      ::shutdown(fd, SHUT_RDWR);
      thread.join();
      ::close(fd);
    }
    ::close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  std::atomic<int> connections = 0;

 private:
  std::function<void(int)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::vector<std::pair<int, std::thread>> serving_;
  std::thread thread_;
};

// Reads one request without a body, or what has come of it; nothing at the end.
std::string read_request(int fd) {
  std::string request;
  char byte = 0;
  while (!request.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) request += byte;
  return request;
}

void write_all(int fd, const std::string& text) {
  EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

class Echo final : public Handler {
 public:
  Task<Unit> serve(Exchange& exchange) override {
    auto body = co_await read_whole_body(exchange, 1 << 20);
    ResponseHead head{.status = exchange.request().path == "/teapot" ? 418 : 200};
    head.headers.add("X-Seen", std::string(exchange.request().headers.get("x-sent").value_or("nothing")));
    head.headers.add("x-type", std::string(exchange.request().headers.get("content-type").value_or("none")));
    if (exchange.request().path == "/redirect") {
      head.status = 302;
      head.headers.add("location", "/elsewhere");
    }
    (void)co_await exchange.respond(std::move(head), exchange.request().method + " " + *body);
    co_return Unit{};
  }
};

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto client = Client::start(options_);
    ASSERT_TRUE(client.ok());
    client_ = std::move(*client);
  }
  ClientOutcome send(ClientRequest request) {
    std::promise<ClientOutcome> done;
    client_->send(std::move(request), [&done](ClientOutcome outcome) { done.set_value(std::move(outcome)); });
    return done.get_future().get();
  }
  std::string url(const std::string& path = "/") const { return "http://" + server_->address() + path; }

  ClientOptions options_;
  Echo echo_;
  std::unique_ptr<Server> server_ = std::move(*Server::start({}, echo_));
  std::unique_ptr<Client> client_;
};

void expect_failure(const ClientOutcome& outcome, Delivery delivery, std::string_view reason) {
  EXPECT_EQ(outcome.delivery, delivery) << (outcome.error ? outcome.error->to_string() : "no error");
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->reason(), reason) << outcome.error->to_string();
}

TEST_F(ClientTest, SendsEveryMethod) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
    const std::string body = std::string_view(method) == "GET" ? "" : "a body";
    ClientRequest request{.method = method, .url = url(), .body = body};
    request.headers.add("x-sent", "1");
    const ClientOutcome outcome = send(std::move(request));
    ASSERT_EQ(outcome.delivery, Delivery::replied) << outcome.error->to_string();
    EXPECT_EQ(outcome.reply.status, 200);
    EXPECT_EQ(outcome.reply.body, std::string(method) + " " + body);
    EXPECT_EQ(outcome.reply.headers.get("x-seen"), "1");
    EXPECT_EQ(outcome.reply.headers.get("x-type"), "none");
  }
  const ClientOutcome head = send({.method = "HEAD", .url = url()});
  EXPECT_EQ(head.reply.headers.get("content-length"), "5");
  EXPECT_EQ(head.reply.body, "");
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ClientTest, GivesEveryStatusAsAReply) {
  EXPECT_EQ(send({.url = url("/teapot")}).reply.status, 418);
  const ClientOutcome redirect = send({.url = url("/redirect")});
  EXPECT_EQ(redirect.reply.status, 302);
  EXPECT_EQ(redirect.reply.headers.get("location"), "/elsewhere");
}

TEST_F(ClientTest, CarriesManyAtOnce) {
  constexpr int count = 3000;
  std::atomic<int> good = 0;
  std::atomic<int> ended = 0;
  std::promise<void> all;
  for (int i = 0; i < count; ++i) {
    client_->send({.method = "POST", .url = url(), .body = std::to_string(i)}, [&, i](ClientOutcome outcome) {
      if (outcome.reply.body == "POST " + std::to_string(i)) ++good;
      if (++ended == count) all.set_value();
    });
  }
  all.get_future().wait();
  EXPECT_EQ(good, count);
}

TEST_F(ClientTest, ResumesACoroutineOnItsExecutor) {
  ManualExecutor executor;
  std::optional<ClientOutcome> outcome;
  start(client_->send({.url = url()}, executor), [&](ClientOutcome done) { outcome = std::move(done); });
  executor.run_until([&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->reply.status, 200);
}

TEST_F(ClientTest, NothingIsSentWhereNobodyListens) {
  const std::string gone = url();
  server_.reset();
  expect_failure(send({.method = "POST", .url = gone}), Delivery::not_sent, "connect_failed");
  expect_failure(send({.method = "POST", .url = "http://no-such-host.invalid/"}), Delivery::not_sent, "host_not_found");
}

TEST_F(ClientTest, NothingIsSentOfABadRequest) {
  expect_failure(send({.url = "ftp://127.0.0.1/"}), Delivery::not_sent, "invalid_url");
  expect_failure(send({.url = "http://127.0.0.1/\r\nx: y"}), Delivery::not_sent, "invalid_url");
  expect_failure(send({.method = "GET /", .url = url()}), Delivery::not_sent, "invalid_method");
  ClientRequest request{.url = url()};
  request.headers.add("x-note", "a\r\nb: c");
  expect_failure(send(std::move(request)), Delivery::not_sent, "invalid_header");
}

TEST_F(ClientTest, NothingIsSentWithoutTls) {
  RawServer server([](int fd) { write_all(fd, "this is not TLS"); });
  const std::string url = "https" + server.url().substr(4);
  expect_failure(send({.method = "POST", .url = url}), Delivery::not_sent, "connect_failed");
}

TEST_F(ClientTest, AServerThatClosesAfterReadingMayHaveActed) {
  RawServer server([](int fd) { read_request(fd); });
  expect_failure(send({.method = "POST", .url = server.url()}), Delivery::unknown, "connection_broken");
}

TEST_F(ClientTest, AServerThatNeverAnswersMayHaveActed) {
  std::promise<void> done;
  RawServer server([&done](int fd) {
    read_request(fd);
    done.get_future().wait();
  });
  expect_failure(send({.method = "POST", .url = server.url(), .total_timeout = Duration::milliseconds(50)}),
                 Delivery::unknown, "reply_timeout");
  done.set_value();
}

TEST_F(ClientTest, ATruncatedAnswerMayMeanAnything) {
  RawServer server([](int fd) {
    read_request(fd);
    write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  expect_failure(send({.method = "POST", .url = server.url()}), Delivery::unknown, "reply_truncated");
}

TEST_F(ClientTest, LimitsTheAnswer) {
  RawServer server([](int fd) {
    read_request(fd);
    write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
  });
  expect_failure(send({.url = server.url(), .reply_bytes_max = 9}), Delivery::unknown, "reply_too_large");
  EXPECT_EQ(send({.url = server.url(), .reply_bytes_max = 10}).reply.body, "0123456789");
}

// The server keeps the connection, and drops it at the second request without an answer: libcurl would send that one
// again.
struct DropsSecondRequest {
  std::atomic<int> requests = 0;
  RawServer server{[this](int fd) {
    for (int i = 0; i < 2 && !read_request(fd).empty(); ++i) {
      ++requests;
      if (i == 0) write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }};
};

TEST_F(ClientTest, NeverSendsAPostTwice) {
  DropsSecondRequest drops;
  EXPECT_EQ(send({.method = "POST", .url = drops.server.url()}).reply.status, 200);
  expect_failure(send({.method = "POST", .url = drops.server.url()}), Delivery::unknown, "connection_died");
  EXPECT_EQ(drops.requests, 2);
}

TEST_F(ClientTest, MaySendAGetTwice) {
  DropsSecondRequest drops;
  EXPECT_EQ(send({.url = drops.server.url()}).reply.status, 200);
  EXPECT_EQ(send({.url = drops.server.url()}).reply.status, 200);
  EXPECT_EQ(drops.requests, 3);
}

TEST_F(ClientTest, UsesAFreshConnectionWhenAsked) {
  DropsSecondRequest drops;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send({.method = "POST", .url = drops.server.url(), .fresh_connection = true}).reply.status, 200);
  }
  EXPECT_EQ(drops.server.connections, 3);
}

TEST_F(ClientTest, Cancels) {
  std::promise<void> arrived;
  RawServer server([&arrived](int fd) {
    read_request(fd);
    arrived.set_value();
    read_request(fd);
  });
  std::promise<ClientOutcome> done;
  const std::uint64_t number = client_->send({.method = "POST", .url = server.url()},
                                             [&done](ClientOutcome outcome) { done.set_value(std::move(outcome)); });
  arrived.get_future().wait();
  client_->cancel(number);
  expect_failure(done.get_future().get(), Delivery::unknown, "canceled");
  client_->cancel(number);
}

TEST_F(ClientTest, EndsWhatIsInFlight) {
  RawServer server([](int fd) {
    read_request(fd);
    read_request(fd);
  });
  std::promise<ClientOutcome> done;
  Client* client = client_.get();
  client->send({.method = "POST", .url = server.url()}, [&](ClientOutcome outcome) {
    // Too late for another one, which is told so at once.
    client->send({.url = "http://127.0.0.1/"}, [&](ClientOutcome second) {
      expect_failure(second, Delivery::not_sent, "canceled");
      done.set_value(outcome);
    });
  });
  client_.reset();
  EXPECT_EQ(done.get_future().get().error->reason(), "canceled");
}

class PublicOnlyClientTest : public ClientTest {
 protected:
  void SetUp() override {
    options_.refuse_private_addresses = true;
    ClientTest::SetUp();
  }
};

TEST_F(PublicOnlyClientTest, DoesNotReachIntoOurNetwork) {
  expect_failure(send({.url = url()}), Delivery::not_sent, "connect_failed");
  expect_failure(send({.url = "http://localhost:" + std::to_string(server_->port())}), Delivery::not_sent,
                 "connect_failed");
  EXPECT_EQ(server_->connections(), 0u);
}

bool is_public(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  return is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

TEST(AddressPolicy, KnowsSpecialAddresses) {
  for (const char* text : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.63.255.255", "100.128.0.0", "2606:4700::1111",
                           "2002:808:808::", "64:ff9b::808:808"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
  for (const char* text : {"0.0.0.0",         "10.1.2.3",        "100.64.0.1",      "127.0.0.1",   "127.255.0.1",
                           "169.254.169.254", "172.16.0.1",      "172.31.255.255",  "192.168.1.1", "198.18.0.1",
                           "198.19.9.9",      "224.0.0.1",       "255.255.255.255", "::",          "::1",
                           "::ffff:10.0.0.1", "::ffff:8.8.8.8",  "fe80::1",         "fc00::1",     "fd12::1",
                           "ff02::1",         "64:ff9b::7f00:1", "2002:7f00:1::",   "2001:db8::1", "2001::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

}  // namespace
}  // namespace florin::http
