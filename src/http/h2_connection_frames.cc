// What the session tells its connection. It only takes note: settle() acts.
#include "http/h2_connection.h"

namespace florin::http {

void H2Connection::count(H2Guard::Kind kind) {
  if (!guard_.allows(kind)) session_.give_up(NGHTTP2_ENHANCE_YOUR_CALM);
}

void H2Connection::on_frame_begin(const nghttp2_frame_hd& header) {
  switch (header.type) {
    case NGHTTP2_HEADERS:
      if (!stream_numbers_.take(header.stream_id)) session_.give_up(NGHTTP2_PROTOCOL_ERROR);
      break;
    case NGHTTP2_DATA:
      if (header.length == 0 && (header.flags & NGHTTP2_FLAG_END_STREAM) == 0) count(H2Guard::Kind::empty_data);
      break;
    case NGHTTP2_RST_STREAM:
      count(H2Guard::Kind::reset_received);
      break;
    case NGHTTP2_SETTINGS:
      count(H2Guard::Kind::settings);
      break;
    case NGHTTP2_PING:
      count(H2Guard::Kind::ping);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      count(H2Guard::Kind::window_update);
      break;
    case NGHTTP2_PRIORITY:
      count(H2Guard::Kind::priority);
      break;
    default:
      break;
  }
}

H2Verdict H2Connection::on_fields_begin(const nghttp2_frame& frame) {
  head_stream_ = frame.hd.stream_id;
  head_ = nullptr;
  if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) {
    head_ = find(frame.hd.stream_id);
    return H2Verdict::keep;
  }
  if (streams_.size() >= context_.limits.h2.handlers_max) {
    session_.reset_stream(frame.hd.stream_id, NGHTTP2_REFUSED_STREAM);
    return H2Verdict::reset;
  }
  H2Stream& stream = make_stream();
  stream.begin(frame.hd.stream_id);
  session_.attach(frame.hd.stream_id, &stream);
  head_ = &stream;
  return H2Verdict::keep;
}

H2Verdict H2Connection::on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  return head_ != nullptr ? head_->on_field(frame, name, value) : H2Verdict::keep;
}

void H2Connection::on_frame(const nghttp2_frame& frame) {
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
      return on_headers(frame);
    case NGHTTP2_DATA:
      if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
        if (H2Stream* const stream = find(frame.hd.stream_id)) {
          stream->on_request_end();
          touch(*stream);
        }
      }
      return;
    case NGHTTP2_SETTINGS:
      got_settings_ = true;
      return;
    case NGHTTP2_PING:
      if ((frame.hd.flags & NGHTTP2_FLAG_ACK) != 0) on_ping_answer(frame);
      return;
    default:
      return;
  }
}

void H2Connection::on_headers(const nghttp2_frame& frame) {
  head_stream_ = 0;
  head_ = nullptr;
  if (deadline_kind_ == DeadlineKind::head) deadline_kind_ = DeadlineKind::none;
  H2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  if (frame.headers.cat == NGHTTP2_HCAT_REQUEST) stream->on_head();
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) stream->on_request_end();
  touch(*stream);
}

void H2Connection::on_ping_answer(const nghttp2_frame& frame) {
  if (ping_tag(frame) == drain_ping) end_drain();
}

void H2Connection::on_data(std::int32_t stream_id, std::string_view bytes) {
  H2Stream* const stream = find(stream_id);
  if (stream == nullptr) return session_.consume(stream_id, bytes.size());
  stream->on_data(bytes);
  touch(*stream);
}

void H2Connection::on_frame_sent(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_RST_STREAM) {
    if (frame.rst_stream.error_code != NGHTTP2_NO_ERROR) count(H2Guard::Kind::reset_sent);
    return;
  }
  if (frame.hd.type == NGHTTP2_DATA) guard_.credit(H2Guard::Kind::window_update, 2);
  if (frame.hd.type != NGHTTP2_DATA && frame.hd.type != NGHTTP2_HEADERS) return;
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  H2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  stream->on_end_sent();
  if (peer_ended_ || drain_ != Drain::none) stream->give_up_request();
}

void H2Connection::on_stream_closed(std::int32_t stream_id, std::uint32_t) {
  H2Stream* const stream = find(stream_id);
  if (stream_id == head_stream_) {
    head_stream_ = 0;
    head_ = nullptr;
  }
  if (stream == nullptr) return;
  stream->on_closed();
  touch(*stream);
}

}  // namespace florin::http
