// Limits: everything the server bounds, with its default. One place, so that a reader sees what a client can make us
// spend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

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

// How often a peer may do something: `burst` at once, and `per_second` more as time goes by.
struct H2Rate {
  std::uint32_t burst;
  std::uint32_t per_second;
};

// What one HTTP/2 connection may make us hold and do. Past a rate the connection is ended with GOAWAY
// ENHANCE_YOUR_CALM.
struct H2Limits {
  std::uint32_t streams_max = 128;  // open at once: SETTINGS_MAX_CONCURRENT_STREAMS
  // Handlers that run at once. A stream that was reset counts until its handler has ended, so that resets win nothing;
  // one request more is refused with REFUSED_STREAM, which clients send again.
  std::size_t handlers_max = 256;

  std::size_t header_count_max = 100;        // [431]
  std::size_t header_bytes_max = 32 * 1024;  // [431] counted as RFC 9113 section 6.5.2 says: 32 more for each field
  std::size_t trailer_count_max = 16;        // the stream is reset
  std::size_t trailer_bytes_max = 4 * 1024;  // the stream is reset
  // [413] A body. There is none by default: windows bound what is held, a stream of messages may go on for days, and
  // whoever gathers a body gives a limit of his own.
  std::uint64_t body_bytes_max = std::numeric_limits<std::uint64_t>::max();

  // What is received and not read by a handler, per stream and over all of a connection. A stream's fills 8 Gbit/s at 1
  // ms.
  std::uint32_t stream_window_bytes = 1 << 20;
  std::uint32_t connection_window_bytes = 4 << 20;
  // A handler's writes wait while more than this is unsent on its stream, and go on below half of it.
  std::size_t stream_write_buffer_bytes_max = 64 * 1024;
  // No more is read from a client while so many frames (settings, ping and window updates, resets) wait for it to read.
  std::size_t queued_frames_max = 1000;

  H2Rate resets_received{.burst = 1000, .per_second = 33};
  H2Rate resets_sent{.burst = 200, .per_second = 10};
  H2Rate pings{.burst = 500, .per_second = 20};
  H2Rate settings{.burst = 100, .per_second = 2};
  H2Rate empty_data{.burst = 500, .per_second = 20};
  H2Rate window_updates{.burst = 5000, .per_second = 100};  // and two for each DATA frame that was sent
  H2Rate priorities{.burst = 2000, .per_second = 100};

  // A connection with open streams from which nothing came for this long is asked for a sign of life (PING), and broken
  // when as much time passes again.
  Duration silence_timeout = Duration::seconds(30);
  // A stream whose handler waits for the body, and gets none of it. Streams that rest between messages are normal.
  Duration body_stall_timeout = Duration::minutes(30);
};

struct Limits {
  H1Limits h1;
  H2Limits h2;

  std::size_t connections_max = 10'000;  // of a server; one more gets 503 and is closed

  // Buffers of one connection. What a client pipelines or uploads faster than it is read stays in the kernel beyond
  // these.
  std::size_t read_buffer_bytes_min = 4 * 1024;
  std::size_t read_buffer_bytes_max = 64 * 1024;
  // A handler's writes wait while more than this is unsent, and go on below half of it.
  std::size_t write_buffer_bytes_max = 256 * 1024;

  // A whole answer that was given before its request's body was read: the longest rest for which an HTTP/1.1 connection
  // is kept (the rest is read and dropped), and how much of it HTTP/2 takes before it resets the stream.
  std::uint64_t unread_body_bytes_max = 256 * 1024;
  // A closing connection reads and drops this much, so that a reset does not overtake the answer.
  std::uint64_t linger_bytes_max = 1 << 20;

  Duration handshake_timeout = Duration::seconds(10);    // of TLS, from the accept
  Duration head_timeout = Duration::seconds(10);         // from a request's first byte to the end of its head
  Duration idle_timeout = Duration::seconds(75);         // before the first request and between requests
  Duration body_stall_timeout = Duration::seconds(30);   // without a byte while a handler waits for the body
  Duration write_stall_timeout = Duration::seconds(30);  // without a byte taken while there is something to send
  Duration linger_timeout = Duration::seconds(2);        // for the peer to close after our last byte
  // The same for a connection that is idle while the server drains: there is no answer that a reset could overtake, and
  // a client that keeps idle connections may not notice before it needs one.
  Duration drained_linger_timeout = Duration::milliseconds(200);
};

namespace detail {

constexpr const char* broken_relation(const Limits& limits) {
  if (limits.h1.chunk_line_bytes_max < 32) return "a chunk-size line must hold a chunk size";
  if (limits.h1.request_line_bytes_max < 16) return "a request line must hold a request";
  if (limits.h1.trailer_bytes_max > limits.h1.header_bytes_max) return "trailers must not be allowed more than headers";
  if (limits.h1.trailer_count_max > limits.h1.header_count_max) return "trailers must not be allowed more than headers";
  if (limits.h2.streams_max == 0) return "an HTTP/2 connection needs a stream";
  if (limits.h2.handlers_max < limits.h2.streams_max) return "fewer handlers than streams";
  if (limits.h2.header_bytes_max > 1 << 20) return "header fields are held in memory, all of them";
  if (limits.h2.trailer_bytes_max > limits.h2.header_bytes_max) return "trailers must not be allowed more than headers";
  if (limits.h2.stream_window_bytes < 16 * 1024) return "a stream's window must hold a frame";
  if (limits.h2.connection_window_bytes < 64 * 1024 || limits.h2.connection_window_bytes > 1u << 30)
    return "RFC 9113 begins with a connection window of 64 KiB, and ends below 2 GiB";
  if (limits.h2.stream_window_bytes > limits.h2.connection_window_bytes)
    return "a stream's window is part of its connection's";
  if (limits.h2.silence_timeout.micros <= 0 || limits.h2.body_stall_timeout.micros <= 0)
    return "timeouts must be positive";
  if (limits.read_buffer_bytes_min < 1024) return "a read needs a buffer worth the call";
  if (limits.read_buffer_bytes_max < limits.read_buffer_bytes_min)
    return "the read buffer's maximum is below its minimum";
  if (limits.write_buffer_bytes_max < 4096) return "the write buffer must hold a response head";
  if (limits.unread_body_bytes_max > limits.h1.body_bytes_max) return "more unread body allowed than body";
  if (limits.connections_max == 0) return "a server needs a connection";
  if (limits.head_timeout.micros <= 0 || limits.idle_timeout.micros <= 0) return "timeouts must be positive";
  if (limits.handshake_timeout.micros <= 0) return "timeouts must be positive";
  if (limits.body_stall_timeout.micros <= 0 || limits.write_stall_timeout.micros <= 0)
    return "timeouts must be positive";
  if (limits.linger_timeout.micros <= 0 || limits.drained_linger_timeout.micros <= 0)
    return "timeouts must be positive";
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
