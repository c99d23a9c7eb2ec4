#include "http/tls.h"

#include <gtest/gtest.h>

#include "http/server.h"
#include "http/testing/function_handler.h"
#include "http/testing/h2_peer.h"

namespace florin::http {
namespace {

constexpr const char* alpn_h2 = "\x02h2";
constexpr const char* alpn_http1 = "\x08http/1.1";
constexpr std::string_view http1_get = "GET /1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

TlsCertificate make_certificate(std::string_view name = "localhost") {
  auto made = make_development_certificate(system_clock().now(), name);
  EXPECT_TRUE(made.ok()) << made.error().to_string();
  return std::move(*made);
}

// "http MAJOR tls SUBJECT", and the body behind it.
Task<Unit> describe(Exchange& exchange) {
  const RequestHead& request = exchange.request();
  std::string text = "http" + std::to_string(request.http_major) + (request.tls ? " tls " : " clear ");
  text += request.client_subject.value_or("nobody");
  auto body = co_await read_whole_body(exchange, 64 << 20);
  if (body.ok()) text += *body;
  (void)co_await exchange.respond({}, std::move(text));
  co_return Unit{};
}

class TlsTest : public testing::Test {
 protected:
  void serve(const std::string& client_ca_pem = "", const Limits& limits = {}) {
    auto server = Server::start({.limits = limits,
                                 .tls = TlsOptions{.certificate_pem = certificate_.certificate_pem,
                                                   .key_pem = certificate_.key_pem,
                                                   .client_ca_pem = client_ca_pem}},
                                handler_);
    ASSERT_TRUE(server.ok()) << server.error().to_string();
    server_ = std::move(*server);
  }
  RawClient connect(std::string protocols, const TlsCertificate& own = {}) {
    return RawClient(server_->port(), RawTls{.ca_pem = certificate_.certificate_pem,
                                             .protocols = std::move(protocols),
                                             .certificate_pem = own.certificate_pem,
                                             .key_pem = own.key_pem});
  }
  std::string answer_to(RawClient client, std::string_view bytes) {
    if (!client.connected() || !client.send(bytes)) return "";
    return client.receive_to_end();
  }

  const TlsCertificate certificate_ = make_certificate();
  FunctionHandler handler_{describe};
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, SpeaksHttp2WhereThatIsAgreed) {
  serve();
  RawClient client = connect(std::string(alpn_h2) + alpn_http1);
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.protocol(), "h2");
  H2Peer peer(std::move(client));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(peer.reply(peer.request({})).body, "http2 tls nobody");
}

TEST_F(TlsTest, SpeaksHttp1WhereThatIsAgreed) {
  serve();
  EXPECT_EQ(connect(alpn_http1).protocol(), "http/1.1");
  EXPECT_TRUE(answer_to(connect(alpn_http1), http1_get).ends_with("http1 tls nobody"));
  EXPECT_EQ(connect("").protocol(), "");
  EXPECT_TRUE(answer_to(connect(""), http1_get).ends_with("http1 tls nobody"));
}

TEST_F(TlsTest, SpeaksOnlyWhatWasAgreed) {
  serve();
  EXPECT_EQ(answer_to(connect(alpn_h2), http1_get), "");
  EXPECT_TRUE(answer_to(connect(alpn_http1), h2_opening()).starts_with("HTTP/1.1 505"));
  EXPECT_FALSE(connect("\x06spdy/1").connected());
}

TEST_F(TlsTest, CarriesLargeBodiesBothWays) {
  serve();
  H2Peer peer(connect(alpn_h2));
  std::string large(5 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 997) large[i] = static_cast<char>('a' + i % 26);
  EXPECT_TRUE(peer.reply(peer.request({.body = large})).body == "http2 tls nobody" + large);
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n";
  EXPECT_TRUE(answer_to(connect(""), request + large.substr(0, 1'000'000)).ends_with(large.substr(0, 1'000'000)));
}

TEST_F(TlsTest, TakesAHandshakeInPieces) {
  serve();
  RawClient client(server_->port());
  // The beginning of a record that never ends; and one that is none.
  EXPECT_TRUE(client.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6)));
  RawClient clear(server_->port());
  EXPECT_TRUE(clear.send(http1_get));
  EXPECT_EQ(clear.receive_to_end().find("HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(answer_to(connect(""), http1_get).ends_with("http1 tls nobody"));
}

TEST_F(TlsTest, TimesOutHandshakes) {
  Limits limits;
  limits.handshake_timeout = Duration::milliseconds(30);
  serve("", limits);
  RawClient client(server_->port());
  EXPECT_TRUE(client.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6)));
  EXPECT_EQ(client.receive_to_end(), "");
}

TEST_F(TlsTest, LeavesAConnectionIdleBehindItsHandshake) {
  Limits limits;
  limits.handshake_timeout = Duration::milliseconds(300);
  limits.idle_timeout = Duration::milliseconds(500);
  serve("", limits);
  const auto begin = std::chrono::steady_clock::now();
  RawClient client = connect("");
  if (!client.connected()) GTEST_SKIP() << "the handshake was late: a slow machine";
  EXPECT_EQ(client.receive_to_end(), "");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(800)) << "closed by the handshake's";
}

TEST_F(TlsTest, LetsInClientsWithACertificate) {
  const TlsCertificate till = make_certificate("till-7");
  serve(till.certificate_pem);
  H2Peer peer(connect(alpn_h2, till));
  EXPECT_EQ(peer.reply(peer.request({})).body, "http2 tls CN=till-7");
  EXPECT_TRUE(answer_to(connect(alpn_http1, till), http1_get).ends_with("http1 tls CN=till-7"));
}

TEST_F(TlsTest, KeepsOutClientsWithoutOne) {
  serve(make_certificate("till-7").certificate_pem);
  EXPECT_EQ(answer_to(connect(alpn_http1), http1_get), "");
  EXPECT_EQ(answer_to(connect(alpn_http1, make_certificate("till-7")), http1_get), "") << "signed by another";
}

TEST_F(TlsTest, DrainsGracefully) {
  serve();
  H2Peer peer(connect(alpn_h2));
  RawClient idle = connect(alpn_http1);
  EXPECT_EQ(peer.reply(peer.request({})).status, 200);
  auto drained = std::async(std::launch::async, [this] { return server_->drain(Duration::seconds(20)); });
  peer.run_to_end();
  EXPECT_EQ(peer.goaways().front(), NGHTTP2_NO_ERROR);
  EXPECT_EQ(idle.receive_to_end(), "");
  {
    const RawClient gone = std::move(peer.client());
  }
  EXPECT_TRUE(drained.get());
}

TEST_F(TlsTest, SaysWhatIsWrongWithItsOptions) {
  const TlsCertificate other = make_certificate();
  const auto reason = [](const TlsOptions& options) {
    const Status status = validate(options);
    return status.ok() ? "ok" : status.error().reason();
  };
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem, .key_pem = certificate_.key_pem}), "ok");
  EXPECT_EQ(reason({.certificate_pem = "", .key_pem = certificate_.key_pem}), "bad_certificate");
  EXPECT_EQ(reason({.certificate_pem = "no PEM", .key_pem = certificate_.key_pem}), "bad_certificate");
  EXPECT_EQ(reason({.certificate_pem = certificate_.key_pem, .key_pem = certificate_.key_pem}), "bad_certificate");
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n",
                    .key_pem = certificate_.key_pem}),
            "bad_certificate");
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem, .key_pem = ""}), "bad_key");
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem, .key_pem = certificate_.certificate_pem}),
            "bad_key");
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem, .key_pem = other.key_pem}), "key_mismatch");
  EXPECT_EQ(reason({.certificate_pem = certificate_.certificate_pem,
                    .key_pem = certificate_.key_pem,
                    .client_ca_pem = "no PEM"}),
            "bad_client_ca");
  FunctionHandler handler(describe);
  EXPECT_EQ(Server::start({.tls = TlsOptions{}}, handler).error().reason(), "bad_certificate");
}

}  // namespace
}  // namespace florin::http
