// A Stream over a TCP socket. For the .cc files of this room only: it shows Asio.
#pragma once

#include <asio/ip/tcp.hpp>

#include "http/stream.h"

namespace florin::http {

class PlainStream final : public Stream {
 public:
  // Makes the socket non-blocking and switches Nagle's algorithm off: we write whole answers.
  explicit PlainStream(asio::ip::tcp::socket socket);

  void read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) override;
  std::optional<std::size_t> write(std::string_view bytes) override;
  void wait_writable(std::shared_ptr<StreamListener> listener) override;
  void shutdown_write() override;
  void close() override;

 private:
  asio::ip::tcp::socket socket_;
};

}  // namespace florin::http
