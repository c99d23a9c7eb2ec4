// bench_rpc_florin: the echo service on our runtime, one I/O thread. Prints its port.
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "florin/bench/v1/echo.connect.h"
#include "http/server.h"
#include "rpc/router.h"

namespace florin::bench::v1 {
namespace {

class Echo final : public EchoServiceHandler {
 public:
  Task<Result<EchoResponse>> echo(const EchoRequest& request, rpc::Context&) override {
    EchoResponse response;
    response.set_payload(request.payload());
    co_return response;
  }

  Task<Status> download(const DownloadRequest& request, rpc::Sender<DownloadResponse>& responses,
                        rpc::Context&) override {
    DownloadResponse response;
    response.set_payload(std::string(request.bytes(), 'x'));
    for (std::uint32_t i = 0; i < request.messages(); ++i) {
      Status sent = co_await responses.send(response);
      if (!sent.ok()) co_return sent;
    }
    co_return ok();
  }
};

int serve() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  rpc::Router router;
  Echo echo;
  mount(router, echo);
  auto server = http::Server::start({.threads = 1}, router);
  if (!server.ok()) {
    fmt::print(stderr, "{}\n", server.error().to_string());
    return 1;
  }
  fmt::print("{}\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  return 0;
}

}  // namespace
}  // namespace florin::bench::v1

int main() {
  return florin::bench::v1::serve();
}
