// florin_conformance_server: the server under test of the Connect conformance suite. The runner says on standard input
// how it wants the server, is told on standard output where it listens, and ends it by SIGTERM.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "connectrpc/conformance/v1/server_compat.pb.h"
#include "http/server.h"
#include "pipe.h"
#include "rpc/router.h"
#include "service.h"

namespace florin::conformance {
namespace {

http::ServerOptions options_of(const suite::ServerCompatRequest& request) {
  http::ServerOptions options;
  // A client opens connections that it needs only later; closing one as its first request comes would look like a
  // failure.
  options.limits.idle_timeout = Duration::minutes(6);
  if (request.use_tls()) {
    options.tls = http::TlsOptions{.certificate_pem = request.server_creds().cert(),
                                   .key_pem = request.server_creds().key(),
                                   .client_ca_pem = request.client_tls_cert()};
  }
  return options;
}

int serve() {
  // Blocked before there are threads, so that no thread takes the signal but the one that waits for it.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  suite::ServerCompatRequest request;
  if (!read_message(STDIN_FILENO, request)) {
    fmt::print(stderr, "There is no ServerCompatRequest on standard input.\n");
    return 2;
  }

  rpc::RouterOptions options;
  if (request.message_receive_limit() > 0) options.wire.message_bytes_max = request.message_receive_limit();
  rpc::Router router(std::move(options));
  Service service;
  suite::mount(router, service);

  auto server = http::Server::start(options_of(request), router);
  if (!server.ok()) {
    fmt::print(stderr, "{}\n", server.error().to_string());
    return 1;
  }
  suite::ServerCompatResponse response;
  response.set_host("127.0.0.1");
  response.set_port((*server)->port());
  if (request.use_tls()) response.set_pem_cert(request.server_creds().cert());
  if (!write_message(STDOUT_FILENO, response)) return 1;

  int signal = 0;
  sigwait(&stop, &signal);
  (*server)->drain(Duration::seconds(1));
  return 0;
}

}  // namespace
}  // namespace florin::conformance

int main() {
  return florin::conformance::serve();
}
