// ClientLimits: what a server can make a client hold and wait for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"

namespace florin::http {

struct ClientLimits {
  std::size_t connections_max = 64;  // open at once; more HTTP/1.1 requests wait
  // Of one HTTP/2 connection; fewer where the server says so. Further ones go to another connection.
  std::size_t streams_max = 100;

  // Of an answer's head, and of its trailers: counted as RFC 9113 section 6.5.2 says, 32 more for each field.
  std::size_t header_bytes_max = 64 * 1024;
  std::size_t chunk_line_bytes_max = 256;
  // Body bytes that came and were not read, of one answer.
  std::uint32_t unread_bytes_max = 1 << 20;
  // The same over all answers of an HTTP/2 connection.
  std::uint32_t connection_window_bytes = 8 << 20;

  Duration connect_timeout = Duration::seconds(10);  // with the name's resolution and the TLS handshake
  // A connection that was unused for so long is closed. Servers close theirs too, and a request that meets such an end
  // is lost: below what they usually wait.
  Duration idle_timeout = Duration::seconds(20);
  // An HTTP/2 connection with open streams from which nothing came for this long is asked for a sign of life (PING),
  // and broken when as much time passes again.
  Duration silence_timeout = Duration::seconds(30);
};

namespace detail {

constexpr const char* broken_relation(const ClientLimits& limits) {
  if (limits.connections_max == 0 || limits.streams_max == 0) return "a client needs a connection and a stream";
  if (limits.header_bytes_max < 1024 || limits.header_bytes_max > 1 << 24) return "a head is held in memory, all of it";
  if (limits.chunk_line_bytes_max < 32) return "a chunk-size line must hold a chunk size";
  if (limits.unread_bytes_max < 16 * 1024) return "a stream's window must hold a frame";
  if (limits.connection_window_bytes < 64 * 1024 || limits.connection_window_bytes > 1u << 30)
    return "RFC 9113 begins with a connection window of 64 KiB, and ends below 2 GiB";
  if (limits.unread_bytes_max > limits.connection_window_bytes) return "a stream's window is part of its connection's";
  if (limits.connect_timeout.micros <= 0 || limits.idle_timeout.micros <= 0 || limits.silence_timeout.micros <= 0)
    return "timeouts must be positive";
  return nullptr;
}

static_assert(broken_relation(ClientLimits{}) == nullptr);

}  // namespace detail

// Refuses limits that contradict each other (invalid_argument, bad_limits).
inline Status validate(const ClientLimits& limits) {
  const char* broken = detail::broken_relation(limits);
  if (broken == nullptr) return ok();
  return invalid_argument("bad_limits", broken);
}

}  // namespace florin::http
