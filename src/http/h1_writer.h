// Writes HTTP/1.1 answers (RFC 9112) into a buffer. No socket, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"

namespace florin::http {

// "OK", "Not Found"; "Unknown" for a status without a name.
std::string_view status_phrase(int status);

// True for the answers that never have a body: 1xx, 204 and 304 (RFC 9110 section 6.4.1).
bool status_is_bodiless(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(Timestamp time);
// Reads that one form of the three; nothing for anything else.
std::optional<Timestamp> parse_http_date(std::string_view text);

struct H1HeadOptions {
  std::string_view date;
  bool close = false;    // say that the connection ends after this answer
  bool chunked = false;  // the body follows in chunks
  std::optional<std::uint64_t>
      content_length;  // none for a body that ends with the connection, and for bodiless answers
};

// Appends status line and fields. What the transport decides (content-length, transfer-encoding, connection,
// keep-alive, date) is left out of `head`'s own fields. Appends nothing and fails (internal, invalid_header) where a
// field could not be read back as it was given, so that no outside text can end a header early.
Status append_head(std::string& out, const ResponseHead& head, const H1HeadOptions& options);

// `piece` must not be empty: an empty chunk is the end.
void append_chunk(std::string& out, std::string_view piece);
Status append_last_chunk(std::string& out, const Headers& trailers);

// A whole answer with a JSON error and "connection: close", for a request no handler has seen.
void append_refusal(std::string& out, int status, std::string_view reason, std::string_view date);

}  // namespace florin::http
