// Client: outgoing HTTP requests, thousands at once, on one thread of its own. It calls PSPs, sends webhooks and serves
// the CLI.
//
// It tells exactly what may have happened to a request, for money hangs on it:
//   replied    the server's whole answer is there, whatever its status.
//   not_sent   not a byte of the request was written: no such host, no connection, no TLS, refused before it began.
//   Safe to
//              try again, or elsewhere.
//   unknown    anything else: the server may or may not have acted.
//
// A request is never sent twice behind the caller's back. libcurl sends again by itself when a kept connection turns
// out to be dead and no byte of an answer has come, even a POST, and even though the server may have acted on the
// first. Just before each sending it asks us (CURLOPT_PREREQFUNCTION): we allow it once, and again only for GET and
// HEAD. A POST that hits a dead connection is therefore `unknown`; `idle_connection_max` below the peer's own
// keep-alive time makes that rare, and `fresh_connection` excludes it. Redirects are not followed: the answer says
// where to go, and the caller decides.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "http/reply.h"

namespace florin::http {

enum class Delivery : std::uint8_t { replied, not_sent, unknown };

struct ClientRequest {
  std::string method = "GET";
  std::string url{};  // http or https
  Headers headers{};  // host and content-length are made from the rest
  std::string body{};
  Duration connect_timeout = Duration::seconds(5);  // with the name's resolution and the TLS handshake
  Duration total_timeout = Duration::seconds(30);
  std::size_t reply_bytes_max = 8 << 20;
  bool fresh_connection = false;  // use no kept connection
};

struct ClientOutcome {
  Delivery delivery = Delivery::unknown;
  Reply reply{};                 // where `replied`
  std::optional<Error> error{};  // otherwise
};

struct ClientOptions {
  // Certificates to trust instead of the system's (PEM). Certificates and host names are always verified.
  std::string ca_file{};
  // "http://proxy:3128"; none by default, whatever the environment says.
  std::string proxy{};
  // Refuse to connect to loopback, private, link-local and other special addresses, after the name is resolved. For
  // URLs that tenants give: without this a webhook could reach our own network. A proxy must do it itself.
  bool refuse_private_addresses = false;
  std::size_t connections_max = 1024;  // open at once; more requests wait
  std::size_t connections_per_host_max = 256;
  // A connection that was unused for longer is not used again.
  Duration idle_connection_max = Duration::seconds(15);
};

// Thread-safe.
class Client {
 public:
  using Callback = std::move_only_function<void(ClientOutcome)>;

  static Result<std::unique_ptr<Client>> start(ClientOptions options = {});
  // Ends what is in flight as if canceled: the callbacks run before this returns.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends soon. `done` runs once, on the client's thread, and must not block. Gives a number for cancel().
  std::uint64_t send(ClientRequest request, Callback done);
  // The same, for a coroutine: resumes on `executor`.
  Task<ClientOutcome> send(ClientRequest request, Executor& executor);
  // Ends the request soon with the error `canceled`; its delivery is not_sent or unknown. Does nothing where it is done
  // already.
  void cancel(std::uint64_t number);

 private:
  class Loop;
  explicit Client(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace florin::http
