// Fuzzes ResponseParser: whatever the bytes, it must neither crash nor read past its input, must tell the same however
// they are cut, and must keep to its limits. An answer that was taken is then written by the book, and must be read the
// same: on a kept connection, what is misread is given to the next request.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/client_response_parser.h"
#include "http/h1_writer.h"
#include "http/syntax.h"

namespace {

using florin::http::ClientLimits;
using florin::http::Headers;
using florin::http::ResponseParser;
using Event = ResponseParser::Event;

// What a server sends over one connection.
struct Input {
  std::string_view bytes;
  std::size_t piece_bytes = 1;
  unsigned to_head = 0;  // a bit for each request: whether it was HEAD
  bool ends = false;     // the server closes the connection behind the bytes
  ClientLimits limits{};
};

struct Answer {
  int status = 0;
  Headers headers{};
  std::string body{};
  Headers trailers{};
  bool keep_alive = false;
  bool to_head = false;
  bool complete = false;
  bool operator==(const Answer&) const = default;
};

struct Told {
  std::vector<Answer> answers{};
  std::string error{};
  bool too_large = false;
  bool operator==(const Told&) const = default;
};

void check_fields(const Headers& headers, const ClientLimits& limits) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers.fields()) {
    bytes += name.size() + value.size() + 32;
    CHECK(florin::http::is_field(name, value));
    CHECK(florin::http::to_lower(name) == name);
    CHECK(florin::http::trim(value) == value);
  }
  CHECK(bytes <= limits.header_bytes_max);
}

bool is_bodiless(const Answer& answer) {
  return answer.to_head || florin::http::status_is_bodiless(answer.status);
}

// RFC 9112 section 6.3.
void check_framing(const Answer& answer) {
  const auto length = answer.headers.get("content-length");
  const bool chunked = answer.headers.has("transfer-encoding");
  CHECK(!(length && chunked));
  CHECK(chunked || answer.trailers.fields().empty());
  if (is_bodiless(answer)) {
    CHECK(answer.body.empty() && answer.trailers.fields().empty());
    return;
  }
  if (length) CHECK(answer.body.size() == *florin::http::parse_decimal(*length));
  CHECK(length || chunked || !answer.keep_alive, "the end of the connection is the end of this body");
}

// Reads an input, noting what is told. A request goes out before each answer.
class Reader {
 public:
  explicit Reader(const Input& input) : input_(input), parser_(input.limits) {}

  Told read() {
    std::string_view rest = input_.bytes;
    while (!rest.empty() && told_.error.empty()) {
      std::string_view piece = rest.substr(0, input_.piece_bytes);
      rest.remove_prefix(piece.size());
      take_piece(piece);
    }
    if (told_.error.empty() && input_.ends && !parser_.idle()) take(parser_.end_of_input());
    return told_;
  }

 private:
  void take_piece(std::string_view piece) {
    for (;;) {
      if (parser_.idle() && !piece.empty()) begin();
      const Event event = parser_.next(piece);
      take(event);
      if (event == Event::need_more) CHECK(piece.empty());
      if (event == Event::need_more || event == Event::error) return;
    }
  }

  void begin() {
    const bool to_head = (input_.to_head >> (told_.answers.size() % 8) & 1) != 0;
    parser_.begin(to_head);
    told_.answers.push_back({.to_head = to_head});
  }

  void take(Event event) {
    switch (event) {
      case Event::need_more:
        return;
      case Event::head:
        return take_head();
      case Event::body:
        CHECK(!parser_.body().empty());
        told_.answers.back().body += parser_.body();
        return;
      case Event::end:
        return take_end();
      case Event::error:
        return take_error();
    }
  }

  void take_head() {
    Answer& answer = told_.answers.back();
    CHECK(answer.status == 0, "one head for each answer");
    CHECK(parser_.head().status >= 200 && parser_.head().status <= 999);
    check_fields(parser_.head().headers, input_.limits);
    answer.status = parser_.head().status;
    answer.headers = parser_.head().headers;
  }

  void take_end() {
    Answer& answer = told_.answers.back();
    CHECK(answer.status != 0 && parser_.idle());
    check_fields(parser_.trailers(), input_.limits);
    answer.trailers = parser_.trailers();
    answer.keep_alive = parser_.keep_alive();
    answer.complete = true;
    check_framing(answer);
  }

  void take_error() {
    std::string_view more = "HTTP/1.1 200 OK\r\n\r\n";
    CHECK(parser_.next(more) == Event::error, "once it gives an error it gives it for ever");
    told_.error = parser_.reason();
    told_.too_large = parser_.too_large();
    CHECK(!told_.error.empty());
  }

  const Input& input_;
  ResponseParser parser_;
  Told told_;
};

std::string lines(const Headers& headers) {
  std::string out;
  for (const auto& [name, value] : headers.fields()) out += name + ": " + value + "\r\n";
  return out + "\r\n";
}

std::string written(const Answer& answer) {
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " \r\n" + lines(answer.headers);
  if (is_bodiless(answer)) return out;
  if (!answer.headers.has("transfer-encoding")) return out + answer.body;
  if (!answer.body.empty()) florin::http::append_chunk(out, answer.body);
  return out + "0\r\n" + lines(answer.trailers);
}

void check_written(const Answer& answer) {
  const std::string text = written(answer);
  const Input input{.bytes = text, .piece_bytes = text.size(), .to_head = answer.to_head ? 1u : 0u, .ends = true};
  const Told again = Reader(input).read();
  CHECK(again.error.empty() && again.answers.size() == 1, "{}: {}", again.error, text);
  const Answer& same = again.answers[0];
  CHECK(same.complete && same.status == answer.status && same.headers == answer.headers, "{}", text);
  CHECK(same.body == answer.body && same.trailers == answer.trailers, "{}", text);
  CHECK(same.keep_alive || !answer.keep_alive, "{}", text);
}

}  // namespace

// The first bytes: the size of the pieces; which requests were HEAD; whether the connection ends and limits are low.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  Input input{
      .bytes = {reinterpret_cast<const char*>(data + 3), size - 3}, .to_head = data[1], .ends = data[2] % 2 == 0};
  if (data[2] / 2 % 2 != 0) {
    input.limits.header_bytes_max = 128;
    input.limits.chunk_line_bytes_max = 32;
  }
  input.piece_bytes = input.bytes.size();
  const Told whole = Reader(input).read();
  input.piece_bytes = 1 + data[0] % 32;
  CHECK(Reader(input).read() == whole);
  for (const Answer& answer : whole.answers) {
    if (answer.complete) check_written(answer);
  }
  return 0;
}
