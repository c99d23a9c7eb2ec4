#include "http/testing/h2_peer.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "http/h2_fields.h"

namespace florin::http {
namespace {

constexpr std::size_t frame_header_bytes = 9;
constexpr std::int32_t connection_window_bytes = 16 << 20;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

H2SessionOptions session_options(const H2PeerOptions& options) {
  H2SessionOptions made;
  made.server = false;
  made.settings = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                   {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.stream_window_bytes}};
  made.connection_window_bytes = connection_window_bytes;
  return made;
}

}  // namespace

H2Peer::H2Peer(RawClient client, const H2PeerOptions& options)
    : client_(std::move(client)), options_(options), session_(session_options(options), *this) {}

std::int32_t H2Peer::request(const H2Request& request) {
  H2Fields fields;
  fields.add(":method", request.method);
  fields.add(":scheme", "http");
  fields.add(":path", request.path);
  fields.add(":authority", "a");
  for (const auto& [name, value] : request.headers.fields()) fields.add(name, value);
  // The id is known before it is given: the source must be in its place when it is asked.
  const std::int32_t id = static_cast<std::int32_t>(streams_.size()) * 2 + 1;
  Stream& stream = streams_[id];
  stream.out.push(request.body);
  stream.end = request.end;
  const bool empty = request.body.empty() && request.end;
  const std::int32_t given = session_.request(fields.span(), empty ? nullptr : &stream, nullptr);
  CHECK(given == id, "an id of another sequence: {}", given);
  return id;
}

void H2Peer::send(std::int32_t stream_id, std::string body) {
  Stream& stream = streams_[stream_id];
  stream.out.push(std::move(body));
  if (std::exchange(stream.deferred, false)) session_.resume(stream_id);
}

void H2Peer::end(std::int32_t stream_id) {
  Stream& stream = streams_[stream_id];
  stream.end = true;
  if (std::exchange(stream.deferred, false)) session_.resume(stream_id);
}

void H2Peer::reset(std::int32_t stream_id, std::uint32_t error_code) {
  session_.reset_stream(stream_id, error_code);
}

bool H2Peer::flush() {
  for (;;) {
    (void)session_.send(out_, 1 << 16);
    if (out_.empty()) return true;
    if (!client_.send(out_)) return false;
    out_.clear();
  }
}

bool H2Peer::run_until(const std::function<bool()>& done) {
  for (;;) {
    const bool sent = flush();
    if (done()) return true;
    const std::string came = client_.receive();
    if (came.empty()) return false;
    (void)session_.receive(came);
    if (!sent && done()) return true;
  }
}

const H2Reply& H2Peer::reply(std::int32_t stream_id) {
  H2Reply& reply = streams_[stream_id].reply;
  (void)run_until([&reply] { return reply.closed.has_value(); });
  return reply;
}

void H2Peer::run_to_end() {
  (void)run_until([] { return false; });
}

std::uint32_t H2Peer::setting(nghttp2_settings_id id) {
  (void)run_until([this] { return got_settings_; });
  return session_.remote_setting(id);
}

H2BodySource::Offer H2Peer::Stream::offer(std::size_t bytes_max) {
  const std::size_t bytes = std::min(bytes_max, out.size());
  if (bytes == 0 && !end) deferred = true;
  return {.bytes = bytes, .end = end && bytes == out.size()};
}

H2Verdict H2Peer::on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  H2Reply& reply = streams_[frame.hd.stream_id].reply;
  if (name == ":status") {
    std::from_chars(value.data(), value.data() + value.size(), reply.status);
  } else {
    Headers& to = frame.headers.cat == NGHTTP2_HCAT_HEADERS && reply.status >= 200 ? reply.trailers : reply.headers;
    to.add(std::string(name), std::string(value));
  }
  return H2Verdict::keep;
}

void H2Peer::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) goaways_.push_back(frame.goaway.error_code);
  if (frame.hd.type == NGHTTP2_SETTINGS) got_settings_ = true;
  if (frame.hd.type == NGHTTP2_DATA) ++streams_[frame.hd.stream_id].reply.data_frames;
  const bool may_end = frame.hd.type == NGHTTP2_DATA || frame.hd.type == NGHTTP2_HEADERS;
  if (may_end && (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) streams_[frame.hd.stream_id].reply.ended = true;
}

void H2Peer::on_data(std::int32_t stream_id, std::string_view bytes) {
  streams_[stream_id].reply.body += bytes;
  if (options_.consume) session_.consume(stream_id, bytes.size());
}

void H2Peer::on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) {
  streams_[stream_id].reply.closed = error_code;
}

std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream_id, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift & 0xff);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream_id >> shift & 0xff);
  return frame.append(payload);
}

std::string h2_opening() {
  return std::string(h2_preface) + h2_frame(NGHTTP2_SETTINGS, 0, 0, "");
}

std::uint32_t H2RawFrame::error_code() const {
  return big_endian(std::string_view(payload).substr(type == NGHTTP2_GOAWAY ? 4 : 0, 4));
}

std::vector<H2RawFrame> h2_frames(std::string_view bytes) {
  std::vector<H2RawFrame> frames;
  while (bytes.size() >= frame_header_bytes) {
    const std::size_t size = big_endian(bytes.substr(0, 3));
    if (bytes.size() < frame_header_bytes + size) break;
    frames.push_back({.type = static_cast<std::uint8_t>(bytes[3]),
                      .flags = static_cast<std::uint8_t>(bytes[4]),
                      .stream_id = big_endian(bytes.substr(5, 4)),
                      .payload = std::string(bytes.substr(frame_header_bytes, size))});
    bytes.remove_prefix(frame_header_bytes + size);
  }
  return frames;
}

}  // namespace florin::http
