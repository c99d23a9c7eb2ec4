// rpc_example: a whole server on this library. It answers Connect, gRPC and gRPC-Web, over HTTP/1.1 and HTTP/2:
//
//   rpc_example 8080 &
//   curl -d '{"name":"Ada"}' -H 'content-type: application/json' http://localhost:8080/greet.v1.GreetService/Greet
//   buf curl --protocol grpc --http2-prior-knowledge -d '{"name":"Ada"}{"name":"Grace"}'
//     http://localhost:8080/greet.v1.GreetService/GreetAll
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>

#include "greet/v1/greet.connect.h"
#include "http/server.h"
#include "rpc/health/health.h"
#include "rpc/reflection/reflection.h"
#include "rpc/router.h"

namespace greet::v1 {
namespace {

namespace rpc = florin::rpc;
using florin::Duration;
using florin::Result;
using florin::Status;
using florin::Task;

GreetResponse greeting(const std::string& name) {
  GreetResponse response;
  response.set_text("Hello " + name);
  return response;
}

class Greeter final : public GreetServiceHandler {
 public:
  Task<Result<GreetResponse>> greet(const GreetRequest& request, rpc::Context&) override {
    if (request.name().empty()) co_return florin::invalid_argument("name_missing", "Give a name.");
    co_return greeting(request.name());
  }

  Task<Status> greet_all(rpc::Receiver<GreetRequest>& requests, rpc::Sender<GreetResponse>& responses,
                         rpc::Context&) override {
    for (;;) {
      auto request = co_await requests.receive();
      if (!request.ok()) co_return std::move(request).error();
      if (!*request) co_return florin::ok();
      Status sent = co_await responses.send(greeting((*request)->name()));
      if (!sent.ok()) co_return sent;
    }
  }
};

int serve(std::uint16_t port) {
  // Blocked before there are threads, so that only sigwait sees them.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  Greeter greeter;
  rpc::Health health;
  rpc::Router router;
  rpc::Reflection reflection(router);
  mount(router, greeter);
  ::grpc::health::v1::mount(router, health);
  reflection.mount_on(router);
  health.set("", true);

  auto server = florin::http::Server::start({.port = port}, router);
  if (!server.ok()) {
    fmt::print(stderr, "{}\n", server.error().message());
    return 1;
  }
  fmt::print("Listening on {}\n", (*server)->address());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  (*server)->drain(Duration::seconds(5));
  return 0;
}

}  // namespace
}  // namespace greet::v1

int main(int argc, char** argv) {
  return greet::v1::serve(argc > 1 ? static_cast<std::uint16_t>(std::atoi(argv[1])) : 0);
}
