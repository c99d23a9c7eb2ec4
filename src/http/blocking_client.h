// BlockingClient: one HTTP/1.1 connection for the CLI, tests and benches. Plain sockets, no TLS, no pool; each call
// blocks. Whatever must not be sent twice, or may meet a hostile server, uses client.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "http/reply.h"

namespace florin::http {

struct BlockingClientOptions {
  Duration connect_timeout = Duration::seconds(5);
  Duration read_timeout = Duration::seconds(30);  // without a byte
  std::size_t reply_bytes_max = 64 << 20;
};

// Move-only; for one thread at a time. Any failure (unavailable) leaves the connection unusable.
class BlockingClient {
 public:
  struct Request {
    std::string_view method = "GET";
    std::string_view target = "/";
    std::string_view body{};
    Headers headers{};  // without host and content-length
  };

  // `host` is a name or an address.
  static Result<BlockingClient> connect(const std::string& host, std::uint16_t port,
                                        BlockingClientOptions options = {});
  BlockingClient(BlockingClient&& other) noexcept;
  BlockingClient& operator=(BlockingClient&& other) noexcept;
  ~BlockingClient();

  // Sends and waits for the whole answer; interim answers (1xx) are skipped.
  Result<Reply> send(const Request& request);

  // The steps of send(), for tests and for pipelining: any bytes, and the next answer to a request of any method but
  // HEAD.
  Status send_bytes(std::string_view bytes);
  Result<Reply> read_reply() { return read_reply(false); }
  // What the server sends until it closes.
  Result<std::string> read_to_end();
  // Tells the server that nothing more comes.
  void shutdown_write();

 private:
  BlockingClient(int socket, std::string authority, BlockingClientOptions options);
  Result<Reply> read_reply(bool to_head);
  Status read_fields(Reply& reply);
  Status read_body(Reply& reply);
  Status read_chunks(Reply& reply);
  Status take(std::size_t bytes, std::string& into);
  Result<std::string> take_line();
  // Reads at least a byte; false at the end.
  Result<bool> fill();

  int socket_ = -1;
  std::string authority_;
  BlockingClientOptions options_;
  std::string in_;
  std::size_t taken_ = 0;  // of in_
};

}  // namespace florin::http
