// Greeter: a connection that reads the first bytes, sees which protocol they are, and gives its place to a connection
// that speaks it. A new protocol is one more value of Protocol and one more case in the .cc.
#pragma once

#include <memory>

#include "http/connection.h"

namespace florin::http {

enum class Protocol : std::uint8_t { undecided, http1, http2 };

// What a connection that begins with `first_bytes` speaks. HTTP/2 announces itself (RFC 9113 section 3.4); whatever is
// not known is left to HTTP/1.1, which refuses it politely.
Protocol sniff_protocol(std::string_view first_bytes);

std::shared_ptr<Connection> make_greeter(ConnectionContext context, std::unique_ptr<Stream> stream);

}  // namespace florin::http
