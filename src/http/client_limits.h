// ClientLimits: what a server can make a client hold and wait for.
#pragma once

#include <cstddef>
#include <cstdint>

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

}  // namespace florin::http
