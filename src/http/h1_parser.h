// H1Parser: reads HTTP/1.1 requests (RFC 9112) from bytes, without a socket, a clock or a thread.
//
// It reads one request after another. The same bytes give the same events however they are cut. It is strict on
// purpose: whatever two parsers could read differently is refused, for that is how requests are smuggled past a proxy.
// Refused are, among others: line ends other than CR LF, white space before a colon, folded lines, Content-Length
// beside Transfer-Encoding, more than one Content-Length, any transfer coding but "chunked", more or fewer Host fields
// than one, and control characters anywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/limits.h"

namespace florin::http {

class H1Parser {
 public:
  enum class Event : std::uint8_t {
    need_more,  // all input is consumed and there is nothing to tell yet
    head,       // head() is complete; body pieces, then end, or an error follow
    body,       // body() is a piece, a view into the input of this call
    end,        // the request is complete; the next call begins the next request
    error,      // status() and reason() say what to answer; the parser reads no further
  };

  explicit H1Parser(const H1Limits& limits) : limits_(limits) {}

  // Takes bytes from the front of `input` until there is an event. Once it gives `error` it gives it for ever.
  Event next(std::string_view& input);

  // Valid from the head event until the input of the next request is parsed. Peer and tls are left to the caller.
  RequestHead& head() { return head_; }
  const RequestHead& head() const { return head_; }
  std::string_view body() const { return body_; }
  int status() const { return status_; }
  // Why the request was refused: a sentence for the client.
  const char* reason() const { return reason_; }

  // About the request whose head was given last.
  bool expects_continue() const { return expects_continue_; }
  // False for HTTP/1.0 and where the client said "close".
  bool keep_alive() const { return keep_alive_; }
  bool http_1_0() const { return http_1_0_; }
  // True where no body follows; false for an empty chunked body.
  bool bodiless() const { return !chunked_ && content_length_ == 0; }
  // What is still to come of the body; none where the client did not say how long it is (chunked).
  std::optional<std::uint64_t> body_left() const { return chunked_ ? std::nullopt : std::optional(remaining_); }

  // True before the first byte of a request.
  bool idle() const { return state_ == State::request_line && partial_line_.empty() && !skipped_empty_line_; }

 private:
  enum class State : std::uint8_t {
    request_line,
    fields,
    body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    done,
    failed
  };

  Event fail(int status, const char* reason);
  bool refuse(int status, const char* reason);  // the same; always false

  // Takes a line with its CR LF from the input and gives it without; false where there is no complete one yet or it is
  // refused.
  bool take_line(std::string_view& input, std::string_view& line);
  std::size_t line_bytes_max() const;
  bool refuse_long_line();

  // Each acts on a line and moves to the next state, or refuses and returns false.
  bool parse_line(std::string_view line);
  bool parse_request_line(std::string_view line);
  bool parse_version(std::string_view version);
  bool parse_target(std::string_view target);
  bool parse_field(std::string_view line);
  bool parse_framing_field(std::string_view name, std::string_view value);
  bool parse_transfer_encoding(std::string_view value);
  bool parse_content_length(std::string_view value);
  bool parse_host(std::string_view value);
  bool parse_chunk_size(std::string_view line);
  bool parse_trailer(std::string_view line);
  bool end_head();

  void begin_request();
  Event take_body(std::string_view& input, State after);

  const H1Limits limits_;
  State state_ = State::request_line;
  std::string partial_line_;  // the part of a line that earlier input brought
  std::string joined_line_;   // a line that came in parts, while it is parsed
  RequestHead head_;
  std::string_view body_;
  int status_ = 0;
  const char* reason_ = "";

  bool skipped_empty_line_ = false;
  bool http_1_0_ = false;
  bool target_has_authority_ = false;
  bool has_host_ = false;
  bool has_content_length_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  std::uint64_t content_length_ = 0;

  std::size_t field_count_ = 0;
  std::size_t field_bytes_ = 0;
  std::size_t chunk_extension_bytes_ = 0;
  std::uint64_t remaining_ = 0;   // of the body, or of this chunk
  std::uint64_t body_bytes_ = 0;  // chunked: announced so far
};

}  // namespace florin::http
