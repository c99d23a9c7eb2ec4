// Fuzzes an HTTP/2 server's session and the reading of request heads: whatever comes behind the preface, it must
// neither crash nor read past its input, must tell the same however the bytes are cut, give on only heads within the
// limits that every handler relies on, and read a head the same when a client sends it by the book.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "h2_recorder.h"
#include "http/h2_fields.h"

namespace {

using namespace florin::http;

constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Told {
  bool alive = true;
  bool saw_continued_head = false;
  bool saw_goaway = false;
  std::vector<std::string> events;
  std::map<std::int32_t, H2Recorder::Request> requests;
};

H2SessionOptions server_options(const H2Limits& limits) {
  return {.settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams_max},
                       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window_bytes}}};
}

Told read(std::string_view bytes, std::size_t piece_bytes, const H2Limits& limits) {
  H2Recorder recorder(limits);
  H2Session session(server_options(limits), recorder);
  recorder.listen_to(session);
  Told told;
  told.alive = session.receive(preface);
  while (!bytes.empty() && told.alive) {
    told.alive = session.receive(bytes.substr(0, piece_bytes));
    bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
  }
  std::string out;
  while (session.wants_write() && session.send(out, 1 << 16)) out.clear();
  told.saw_continued_head = recorder.saw_continued_head();
  told.saw_goaway = recorder.saw_goaway();
  told.events = recorder.events();
  told.requests = recorder.requests();
  return told;
}

void check_same(const Told& told, const Told& cut) {
  // nghttp2 takes 8 CONTINUATION frames for a header block, and counts each piece of such a frame's first 9 bytes.
  if (cut.saw_continued_head && !cut.alive) return;
  // Where a peer that has said GOAWAY has no stream open, nghttp2 reads what came with it and nothing that comes later.
  if (cut.saw_goaway) return;
  CHECK(told.alive == cut.alive);
  CHECK(told.events == cut.events);
  CHECK(told.requests.size() == cut.requests.size());
  for (const auto& [id, request] : told.requests) {
    const H2Recorder::Request& other = cut.requests.at(id);
    CHECK(request.accepted == other.accepted && request.body == other.body, "stream {}", id);
    CHECK(request.head.headers == other.head.headers && request.head.authority == other.head.authority, "stream {}",
          id);
  }
}

// What a client of ours leaves out of a request's fields, as its transport writes it or HTTP/2 has no use for it.
bool is_written_by_transport(std::string_view name) {
  return name == "content-length" || name == "date" || name == "host";
}

void check_sent_again(const RequestHead& head) {
  H2Fields fields;
  const std::string target = head.query.empty() ? head.path : head.path + "?" + head.query;
  fields.add(":method", head.method);
  fields.add(":scheme", "http");
  fields.add(":path", target);
  fields.add(":authority", head.authority);
  CHECK(fields.add_all(head.headers).ok());

  const H2Limits limits;
  H2Recorder nobody(limits);
  H2Session client({.server = false}, nobody);
  const std::int32_t id = client.request(fields.span(), nullptr, nullptr);
  std::string sent;
  CHECK(client.send(sent, 1 << 20));
  CHECK(sent.starts_with(preface));
  const Told told = read(std::string_view(sent).substr(preface.size()), sent.size(), limits);
  CHECK(told.requests.contains(id) && told.requests.at(id).accepted, "{} {}", head.method, target);
  const RequestHead& again = told.requests.at(id).head;
  CHECK(again.method == head.method && again.path == head.path && again.query == head.query);
  CHECK(again.authority == head.authority);
  Headers expected;
  for (const auto& [name, value] : head.headers.fields()) {
    if (!is_written_by_transport(name)) expected.add(name, value);
  }
  CHECK(again.headers == expected);
}

}  // namespace

// The first bytes: the size of the pieces, and whether the limits are low.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  H2Limits limits;
  if (data[1] % 2 != 0) {
    limits.header_count_max = 6;
    limits.header_bytes_max = 300;
    limits.trailer_count_max = 2;
    limits.trailer_bytes_max = 80;
    limits.streams_max = 2;
  }
  const Told whole = read(bytes, bytes.size(), limits);
  check_same(whole, read(bytes, 1 + data[0] % 64, limits));
  for (const auto& [id, request] : whole.requests) {
    if (request.accepted) check_sent_again(request.head);
  }
  return 0;
}
