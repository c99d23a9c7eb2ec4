#include "rpc/http_channel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/blocking_client.h"

namespace florin::rpc {
namespace {

// How much longer than the call's timeout to wait: the server's own answer (deadline_exceeded) says more than ours.
constexpr Duration grace = Duration::seconds(5);
// For calls without a timeout.
constexpr Duration longest_wait = Duration::hours(1);
// A server may close a connection that has been idle; sending into that moment would fail a call for nothing.
constexpr Duration idle_max = Duration::seconds(2);

class Connection {
 public:
  explicit Connection(HttpAddress address) : address_(std::move(address)) {}

  Result<HttpAnswer> round_trip(const HttpRequest& request, std::optional<Duration> timeout) {
    RETURN_IF_ERROR(make_ready(timeout ? *timeout + grace : longest_wait));
    std::string target = request.head.path;
    if (!request.head.query.empty()) target += "?" + request.head.query;
    const Duration began = clock_.elapsed();
    Result<http::Reply> reply = client_->send(
        {.method = request.head.method, .target = target, .body = request.body, .headers = request.head.headers});
    last_used_ = clock_.elapsed();
    if (!reply.ok()) {
      client_.reset();
      if (timeout && last_used_ - began >= *timeout) {
        return Error(Code::deadline_exceeded, ErrorDomain::network, "deadline_exceeded",
                     "The server did not answer within the call's timeout. The call may have taken effect.")
            .with_retry();
      }
      return std::move(reply).error();
    }
    if (reply->headers.get("connection") == "close") client_.reset();
    return HttpAnswer{.head = {.status = reply->status, .headers = std::move(reply->headers)},
                      .body = std::move(reply->body)};
  }

 private:
  Status make_ready(Duration wait) {
    const bool fresh = clock_.elapsed() - last_used_ < idle_max;
    if (client_ && fresh && wait <= wait_) return ok();
    client_.reset();
    wait_ = wait;
    ASSIGN_OR_RETURN(client_, http::BlockingClient::connect(address_.host, address_.port, {.read_timeout = wait}));
    return ok();
  }

  const HttpAddress address_;
  const Clock& clock_ = system_clock();
  std::optional<http::BlockingClient> client_;
  Duration wait_;  // of client_, for an answer
  Duration last_used_;
};

}  // namespace

std::unique_ptr<Channel> http_channel(HttpAddress address, ConnectClientOptions options) {
  auto connection = std::make_shared<Connection>(std::move(address));
  return std::make_unique<ConnectChannel>(
      [connection](HttpRequest request, std::optional<Duration> timeout) {
        return connection->round_trip(request, timeout);
      },
      std::move(options));
}

}  // namespace florin::rpc
