// A server that answers every request with 64 bytes, or with as many as the path says, for load generators:
// bench_http [port [threads [tls]]].
//
//   taskset -c 0 bench_http 8090 &
//   taskset -c 1 h2load -n 300000 -c 8 -m 32 http://127.0.0.1:8090/
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "http/server.h"

namespace florin::http {
namespace {

class FixedAnswer final : public Handler {
 public:
  Task<Unit> serve(Exchange& exchange) override {
    ResponseHead head;
    head.headers.add("content-type", "application/octet-stream");
    const std::string_view digits = std::string_view(exchange.request().path).substr(1);
    std::size_t bytes = 64;
    std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
    (void)co_await exchange.respond(std::move(head), std::string(bytes, 'x'));
    co_return Unit{};
  }
};

int run(int argc, char** argv) {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  ServerOptions options;
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  if (argc > 2) options.threads = static_cast<unsigned>(std::atoi(argv[2]));
  if (argc > 3) {
    auto certificate = make_development_certificate(system_clock().now());
    if (!certificate.ok()) return 1;
    options.tls = TlsOptions{.certificate_pem = certificate->certificate_pem, .key_pem = certificate->key_pem};
  }
  FixedAnswer handler;
  auto server = Server::start(std::move(options), handler);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.error().to_string().c_str());
    return 1;
  }
  std::printf("http%s://%s/\n", argc > 3 ? "s" : "", (*server)->address().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stops, &signal);
  return 0;
}

}  // namespace
}  // namespace florin::http

int main(int argc, char** argv) {
  return florin::http::run(argc, argv);
}
