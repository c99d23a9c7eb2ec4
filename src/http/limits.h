// Limits: everything the server bounds, with its default. One place, so that a reader sees what a client can make us
// spend.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"

namespace florin::http {

// What one HTTP/1.1 request may be. The parser answers the status in brackets past a limit.
struct H1Limits {
  std::size_t request_line_bytes_max = 8 * 1024;  // [414] method, target and version
  std::size_t header_count_max = 100;             // [431]
  std::size_t header_bytes_max =
      32 * 1024;  // [431] all field lines of a request together; the trailer section has its own count
  std::size_t chunk_line_bytes_max = 256;        // [400] one chunk-size line with its extensions
  std::size_t chunk_extension_bytes_max = 4096;  // [400] chunk extensions of a whole body
  std::size_t trailer_count_max = 16;            // [431]
  std::size_t trailer_bytes_max = 4 * 1024;      // [431]
  std::uint64_t body_bytes_max = 64 << 20;       // [413] a body, decoded; handlers set lower ones of their own
};

struct Limits {
  H1Limits h1;

  std::size_t connections_max = 10'000;  // of a server; one more gets 503 and is closed

  // Buffers of one connection. What a client pipelines or uploads faster than it is read stays in the kernel beyond
  // these.
  std::size_t read_buffer_bytes_min = 4 * 1024;
  std::size_t read_buffer_bytes_max = 64 * 1024;
  // A handler's writes wait while more than this is unsent, and go on below half of it.
  std::size_t write_buffer_bytes_max = 256 * 1024;

  // An answer that was given before its request body was read: how much of the rest is read so that the connection can
  // be kept.
  std::uint64_t unread_body_bytes_max = 256 * 1024;
  // A closing connection reads and drops this much, so that a reset does not overtake the answer.
  std::uint64_t linger_bytes_max = 1 << 20;

  Duration head_timeout = Duration::seconds(10);  // from a request's first byte (or the accept) to the end of its head
  Duration idle_timeout = Duration::seconds(75);  // between requests
  Duration body_stall_timeout = Duration::seconds(30);   // without a byte while a handler waits for the body
  Duration write_stall_timeout = Duration::seconds(30);  // without a byte taken while there is something to send
  Duration linger_timeout = Duration::seconds(2);        // for the peer to close after our last byte
};

namespace detail {

constexpr const char* broken_relation(const Limits& limits) {
  if (limits.h1.chunk_line_bytes_max < 32) return "a chunk-size line must hold a chunk size";
  if (limits.h1.request_line_bytes_max < 16) return "a request line must hold a request";
  if (limits.h1.trailer_bytes_max > limits.h1.header_bytes_max) return "trailers must not be allowed more than headers";
  if (limits.h1.trailer_count_max > limits.h1.header_count_max) return "trailers must not be allowed more than headers";
  if (limits.read_buffer_bytes_min < 1024) return "a read needs a buffer worth the call";
  if (limits.read_buffer_bytes_max < limits.read_buffer_bytes_min)
    return "the read buffer's maximum is below its minimum";
  if (limits.write_buffer_bytes_max < 4096) return "the write buffer must hold a response head";
  if (limits.unread_body_bytes_max > limits.h1.body_bytes_max) return "more unread body allowed than body";
  if (limits.connections_max == 0) return "a server needs a connection";
  if (limits.head_timeout.micros <= 0 || limits.idle_timeout.micros <= 0) return "timeouts must be positive";
  if (limits.body_stall_timeout.micros <= 0 || limits.write_stall_timeout.micros <= 0)
    return "timeouts must be positive";
  if (limits.linger_timeout.micros <= 0) return "timeouts must be positive";
  return nullptr;
}

static_assert(broken_relation(Limits{}) == nullptr);
static_assert(Limits{}.head_timeout < Limits{}.idle_timeout, "a slow head must not outlive an idle connection");
static_assert(Limits{}.linger_timeout < Limits{}.write_stall_timeout, "closing is quicker than giving up");

}  // namespace detail

// Refuses limits that contradict each other (invalid_argument, bad_limits).
inline Status validate(const Limits& limits) {
  const char* broken = detail::broken_relation(limits);
  if (broken == nullptr) return ok();
  return invalid_argument("bad_limits", broken);
}

}  // namespace florin::http
