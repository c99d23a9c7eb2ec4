// Fuzzes header fields on their way out: whatever fields a handler gives an answer and its trailers, a client that
// minds every rule of HTTP/2 must read them as they were meant, or the server must refuse to send them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "http/h2_fields.h"
#include "http/h2_session.h"
#include "http/syntax.h"

namespace {

using namespace florin::http;

// Notes the fields of one answer.
class Client final : public H2SessionListener {
 public:
  Headers head;
  Headers trailers;
  bool ended = false;

  void on_frame_begin(const nghttp2_frame_hd&) override {}
  H2Verdict on_fields_begin(const nghttp2_frame&) override { return H2Verdict::keep; }
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override {
    (frame.headers.cat == NGHTTP2_HCAT_RESPONSE ? head : trailers).add(std::string(name), std::string(value));
    return H2Verdict::keep;
  }
  void on_frame(const nghttp2_frame& frame) override {
    ended = ended || (frame.hd.type == NGHTTP2_HEADERS && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
  }
  void on_data(std::int32_t, std::string_view) override {}
  void on_frame_sent(const nghttp2_frame&) override {}
  void on_stream_closed(std::int32_t, std::uint32_t error_code) override {
    CHECK(error_code == NGHTTP2_NO_ERROR, "the answer is malformed: error {}", error_code);
  }
};

// Answers every request with the same fields, as head and as trailers.
class Server final : public H2SessionListener, public H2BodySource {
 public:
  explicit Server(const H2Fields& fields) : fields_(fields), session_({}, *this) {}
  H2Session& session() { return session_; }

  void on_frame_begin(const nghttp2_frame_hd&) override {}
  H2Verdict on_fields_begin(const nghttp2_frame&) override { return H2Verdict::keep; }
  H2Verdict on_field(const nghttp2_frame&, std::string_view, std::string_view) override { return H2Verdict::keep; }
  void on_frame(const nghttp2_frame& frame) override {
    if (frame.hd.type != NGHTTP2_HEADERS) return;
    stream_id_ = frame.hd.stream_id;
    H2Fields head;
    head.add(":status", "200");
    for (const nghttp2_nv& field : fields_.span())
      head.add(text(field.name, field.namelen), text(field.value, field.valuelen));
    session_.answer(stream_id_, head.span(), this);
  }
  void on_data(std::int32_t, std::string_view) override {}
  void on_frame_sent(const nghttp2_frame&) override {}
  void on_stream_closed(std::int32_t, std::uint32_t) override {}

  Offer offer(std::size_t) override {
    if (fields_.span().empty()) return {.end = true};
    session_.trailers(stream_id_, fields_.span());
    return {.end = true, .trailers = true};
  }
  void take(std::size_t, std::string&) override {}

 private:
  static std::string_view text(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
  }

  const H2Fields& fields_;
  H2Session session_;
  std::int32_t stream_id_ = 0;
};

void check_arrive(const H2Fields& fields, const Headers& expected) {
  Client client;
  H2Session asking({.server = false}, client);
  H2Fields request;
  request.add(":method", "GET");
  request.add(":scheme", "http");
  request.add(":path", "/");
  request.add(":authority", "a");
  CHECK(asking.request(request.span(), nullptr, nullptr) > 0);
  Server server(fields);
  for (int round = 0; round < 3; ++round) {
    std::string bytes;
    CHECK(asking.send(bytes, 1 << 20) && server.session().receive(bytes));
    bytes.clear();
    CHECK(server.session().send(bytes, 1 << 20) && asking.receive(bytes));
  }
  Headers head;
  head.add(":status", "200");
  for (const auto& [name, value] : expected.fields()) head.add(name, value);
  CHECK(client.head == head);
  CHECK(client.trailers == expected);
}

Headers read_lines(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.add(to_lower(line.substr(0, colon)), std::string(line.substr(std::min(colon + 1, line.size()))));
  }
  return headers;
}

bool is_left_out(std::string_view name, std::string_view value) {
  constexpr std::string_view names[] = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
                                        "host",       "date",       "content-length"};
  return std::ranges::find(names, name) != std::end(names) ||
         (name == "te" && !equals_ignoring_case(value, "trailers"));
}

}  // namespace

// Lines of a name, a colon and a value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Headers headers = read_lines({reinterpret_cast<const char*>(data), size});
  H2Fields fields;
  const bool sendable = fields.add_all(headers).ok();
  const auto fits = [](const Headers::Field& field) { return is_field(field.name, field.value); };
  CHECK(sendable == std::ranges::all_of(headers.fields(), fits));
  if (!sendable) return 0;
  Headers expected;
  for (const auto& [name, value] : headers.fields()) {
    const std::string_view trimmed = trim(value);
    if (!is_left_out(name, trimmed)) expected.add(name, std::string(trimmed));
  }
  check_arrive(fields, expected);
  return 0;
}
