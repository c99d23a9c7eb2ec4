// What the HTTP/2 fuzzers have in common: a listener that notes what a session tells it, and checks of what may be
// told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "http/h2_request_reader.h"
#include "http/h2_session.h"
#include "http/syntax.h"

namespace florin::http {

// A head that a handler would get.
inline void check_request_head(const RequestHead& head, const H2Limits& limits) {
  CHECK(is_token(head.method) && head.method.size() <= 32 && head.method != "CONNECT");
  CHECK(head.path.starts_with('/') || (head.path == "*" && head.method == "OPTIONS"));
  CHECK(is_percent_encoded(head.path, char_path) && is_percent_encoded(head.query, char_query));
  CHECK(is_authority(head.authority));
  CHECK(head.headers.fields().size() <= limits.header_count_max);
  std::size_t bytes = 0;
  for (const auto& [name, value] : head.headers.fields()) {
    CHECK(is_field(name, value) && to_lower(name) == name && trim(value) == value, "{}: {}", name, value);
    CHECK(name != "connection" && name != "transfer-encoding" && name != "upgrade", "{}", name);
    bytes += name.size() + value.size() + 32;
  }
  CHECK(bytes <= limits.header_bytes_max);
}

// Notes requests as a server's connection reads them. Answers nothing.
class H2Recorder final : public H2SessionListener {
 public:
  struct Request {
    RequestHead head;
    std::string body;
    bool accepted = false;
  };

  explicit H2Recorder(const H2Limits& limits) : limits_(limits) {}
  // Before anything is received.
  void listen_to(H2Session& session) { session_ = &session; }

  // Everything but bodies, in its order.
  const std::vector<std::string>& events() const { return events_; }
  const std::map<std::int32_t, Request>& requests() const { return requests_; }

  // A header block went on in CONTINUATION.
  bool saw_continued_head() const { return saw_continued_head_; }
  // The peer said GOAWAY.
  bool saw_goaway() const { return saw_goaway_; }

  void on_frame_begin(const nghttp2_frame_hd& header) override {
    saw_goaway_ |= header.type == NGHTTP2_GOAWAY;
    saw_continued_head_ |= header.type == NGHTTP2_HEADERS && (header.flags & NGHTTP2_FLAG_END_HEADERS) == 0;
  }
  H2Verdict on_fields_begin(const nghttp2_frame& frame) override {
    if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) return H2Verdict::keep;
    requests_[frame.hd.stream_id] = {};
    readers_[frame.hd.stream_id] = std::make_unique<H2RequestReader>(limits_);
    readers_[frame.hd.stream_id]->begin();
    return H2Verdict::keep;
  }
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override {
    const std::int32_t id = frame.hd.stream_id;
    H2RequestReader& reader = *readers_.at(id);
    const bool fits = frame.headers.cat == NGHTTP2_HCAT_REQUEST ? reader.add(requests_.at(id).head, name, value)
                                                                : reader.add_trailer(name, value);
    if (fits) return H2Verdict::keep;
    note("hopeless", id);
    session_->reset_stream(id, NGHTTP2_ENHANCE_YOUR_CALM);
    return H2Verdict::reset;
  }
  void on_frame(const nghttp2_frame& frame) override {
    const std::int32_t id = frame.hd.stream_id;
    note("frame " + std::to_string(frame.hd.type) + "/" + std::to_string(frame.hd.flags), id);
    if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) finish(id);
  }
  void on_data(std::int32_t stream_id, std::string_view bytes) override {
    CHECK(!bytes.empty());
    CHECK(requests_.contains(stream_id), "a body has a head");
    requests_.at(stream_id).body += bytes;
    session_->consume(stream_id, bytes.size());
  }
  void on_frame_sent(const nghttp2_frame&) override {}
  void on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) override {
    note("closed " + std::to_string(error_code), stream_id);
  }

 private:
  void note(const std::string& what, std::int32_t id) { events_.push_back(std::to_string(id) + " " + what); }
  void finish(std::int32_t id) {
    Request& request = requests_.at(id);
    if (const auto refusal = readers_.at(id)->finish(request.head)) {
      CHECK(refusal->status >= 400 && refusal->status <= 599);
      return note("refused " + std::to_string(refusal->status), id);
    }
    check_request_head(request.head, limits_);
    request.accepted = true;
    note("accepted " + request.head.method + " " + request.head.path + "?" + request.head.query, id);
  }

  const H2Limits& limits_;
  H2Session* session_ = nullptr;
  bool saw_continued_head_ = false;
  bool saw_goaway_ = false;
  std::vector<std::string> events_;
  std::map<std::int32_t, std::unique_ptr<H2RequestReader>> readers_;
  std::map<std::int32_t, Request> requests_;
};

}  // namespace florin::http
