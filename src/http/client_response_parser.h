// ResponseParser: reads HTTP/1.1 answers (RFC 9112) from bytes, without a socket, a clock or a thread.
//
// It reads one answer after another, each announced by begin(). The same bytes give the same events however they are
// cut. What two parsers could read differently is refused, as in h1_parser.h: an answer that is misread on a kept
// connection would be given to the next request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/client_limits.h"
#include "http/exchange.h"

namespace florin::http {

class ResponseParser {
 public:
  enum class Event : std::uint8_t {
    need_more,  // all input is consumed and there is nothing to tell yet
    head,       // head() is complete; body pieces, then end, or an error follow
    body,       // body() is a piece, a view into the input of this call
    end,        // the answer is complete, trailers() with it
    error,      // reason() says what is wrong; the parser reads no further
  };

  explicit ResponseParser(const ClientLimits& limits) : limits_(limits) {}

  // The answer to a request that was sent follows. One to HEAD has no body whatever its fields say.
  void begin(bool to_head);
  // Takes bytes from the front of `input` until there is an event. Once it gives `error` it gives it for ever. Interim
  // answers (1xx) are skipped.
  Event next(std::string_view& input);
  // The connection has ended: `end` where that is how the body ends, otherwise `error`.
  Event end_of_input();

  // Valid from their events on; to be moved from.
  ResponseHead& head() { return head_; }
  std::string_view body() const { return body_; }
  Headers& trailers() { return trailers_; }
  const char* reason() const { return reason_; }
  // An error because the head or the trailers are larger than the limit.
  bool too_large() const { return too_large_; }
  // Whether another answer can follow on the connection.
  bool keep_alive() const { return keep_alive_; }
  // Between two answers.
  bool idle() const { return state_ == State::idle; }

 private:
  enum class State : std::uint8_t {
    idle,
    status_line,
    fields,
    body,
    body_to_close,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    done,
    failed,
  };

  bool refuse(const char* reason);  // always false
  bool take_line(std::string_view& input, std::string_view& line);
  std::size_t line_bytes_max() const;
  bool parse_line(std::string_view line);
  bool parse_status_line(std::string_view line);
  bool parse_field(std::string_view line);
  bool parse_framing_field(std::string_view name, std::string_view value);
  bool end_head();
  bool parse_chunk_size(std::string_view line);
  bool parse_trailer(std::string_view line);
  bool add_field(std::string_view line, Headers& to);
  void begin_head();
  Event take_body(std::string_view& input);

  const ClientLimits limits_;
  State state_ = State::idle;
  std::string partial_line_;  // the part of a line that earlier input brought
  std::string joined_line_;   // a line that came in parts, while it is parsed
  ResponseHead head_;
  std::string_view body_;
  Headers trailers_;
  const char* reason_ = "";
  bool too_large_ = false;

  bool to_head_ = false;
  bool http_1_0_ = false;
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool has_length_ = false;
  std::uint64_t remaining_ = 0;  // of the body, or of this chunk
  std::size_t field_bytes_ = 0;
};

}  // namespace florin::http
