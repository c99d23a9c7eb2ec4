// A Stream that encrypts another one. On the server's side, the handshake happens at the first read; on a client's, who
// must speak first, at the first wait_writable. Whoever calls bounds its time. For the .cc files of this room only.
#pragma once

#include "base/executor.h"
#include "http/stream.h"

namespace florin::http {

class TlsContext;

class TlsStream final : public Stream {
 public:
  // `executor` is the connection's I/O thread, and outlives the stream.
  TlsStream(std::shared_ptr<const TlsContext> context, std::unique_ptr<Stream> inner, Executor& executor);
  ~TlsStream() override;  // closes

  void read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) override;
  // Nothing before the handshake is done.
  std::optional<std::size_t> write(std::string_view bytes) override;
  void wait_writable(std::shared_ptr<StreamListener> listener) override;
  void shutdown_write() override;
  void close() override;
  std::optional<TlsFacts> tls() const override;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace florin::http
