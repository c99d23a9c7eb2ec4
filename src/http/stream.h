// Stream: a connection's bytes, in both directions: a plain socket, or TLS over one. Not
// thread-safe: all calls are made and all answers come on the connection's I/O thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace florin::http {

enum class ReadOutcome : std::uint8_t { bytes, end, broken };  // end: the peer sends nothing more, and may still read

// Who is told. A stream keeps its listener alive while it owes it an answer.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void on_read(ReadOutcome outcome, std::size_t bytes) = 0;
  virtual void on_writable() = 0;
};

// What a TLS handshake settled.
struct TlsFacts {
  bool established = false;  // the handshake is over; before that only the refusal counts
  std::string protocol;      // chosen by ALPN: "h2", "http/1.1", or empty
  std::optional<std::string>
      client_subject;   // of the client's certificate, which was verified (RFC 4514: "CN=till-7,O=Shop")
  std::string refusal;  // why we refused the other side's certificate, or empty
};

class Stream {
 public:
  virtual ~Stream() = default;
  // Reads at least a byte into `data`; on_read comes later, never inside this call. One read at a time.
  virtual void read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) = 0;
  // Writes what fits now: how much was taken, 0 where there is no room, nothing where the connection is broken.
  virtual std::optional<std::size_t> write(std::string_view bytes) = 0;
  // on_writable comes when there is room again, or the connection broke. One wait at a time. Where a TLS handshake is
  // not over and no read is under way, it carries the handshake on and comes at its end.
  virtual void wait_writable(std::shared_ptr<StreamListener> listener) = 0;
  // Tells the peer that nothing more comes.
  virtual void shutdown_write() = 0;
  // Ends both directions; what is pending is answered with `broken`.
  virtual void close() = 0;
  // Nothing where the stream is not encrypted.
  virtual std::optional<TlsFacts> tls() const { return std::nullopt; }
};

}  // namespace florin::http
