#include "http/h2_session.h"

#include <cstring>

#include "base/check.h"

namespace florin::http {
namespace {

constexpr std::size_t frame_header_bytes = 9;
constexpr std::size_t answer_fields_bytes_max = 1 << 20;

std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

nghttp2_data_provider provider(H2BodySource& body, nghttp2_data_source_read_callback read) {
  nghttp2_data_provider made{};
  made.source.ptr = &body;
  made.read_callback = read;
  return made;
}

}  // namespace

// What nghttp2 calls, handed on to the listener.
struct H2Callbacks {
  static H2Session& session(void* user_data) { return *static_cast<H2Session*>(user_data); }
  static int go_on(const H2Session& session) { return session.gave_up_ ? NGHTTP2_ERR_CALLBACK_FAILURE : 0; }
  static int go_on(const H2Session& session, H2Verdict verdict) {
    if (session.gave_up_) return NGHTTP2_ERR_CALLBACK_FAILURE;
    return verdict == H2Verdict::keep ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }

  static int begin_frame(nghttp2_session*, const nghttp2_frame_hd* header, void* user_data) {
    session(user_data).listener_.on_frame_begin(*header);
    return go_on(session(user_data));
  }
  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    const H2Verdict verdict = session(user_data).listener_.on_fields_begin(*frame);
    return go_on(session(user_data), verdict);
  }
  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                    const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user_data) {
    const H2Verdict verdict =
        session(user_data).listener_.on_field(*frame, text(name, name_size), text(value, value_size));
    return go_on(session(user_data), verdict);
  }
  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    session(user_data).listener_.on_frame(*frame);
    return go_on(session(user_data));
  }
  static int data_chunk(nghttp2_session*, std::uint8_t, std::int32_t stream_id, const std::uint8_t* data,
                        std::size_t size, void* user_data) {
    session(user_data).listener_.on_data(stream_id, text(data, size));
    return go_on(session(user_data));
  }
  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
    session(user_data).listener_.on_frame_sent(*frame);
    return go_on(session(user_data));
  }
  // An answer's fields that exceed answer_fields_bytes_max, most likely: nothing else would come of the stream.
  static int frame_not_sent(nghttp2_session* raw, const nghttp2_frame* frame, int, void*) {
    if (frame->hd.type == NGHTTP2_HEADERS &&
        nghttp2_session_get_stream_user_data(raw, frame->hd.stream_id) != nullptr) {
      nghttp2_submit_rst_stream(raw, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_INTERNAL_ERROR);
    }
    return 0;
  }
  static int stream_closed(nghttp2_session*, std::int32_t stream_id, std::uint32_t error_code, void* user_data) {
    session(user_data).listener_.on_stream_closed(stream_id, error_code);
    return go_on(session(user_data));
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t size, std::uint32_t* flags,
                           nghttp2_data_source* source, void*) {
    const H2BodySource::Offer offer = static_cast<H2BodySource*>(source->ptr)->offer(size);
    if (offer.bytes == 0 && !offer.end) return NGHTTP2_ERR_DEFERRED;
    *flags = NGHTTP2_DATA_FLAG_NO_COPY;
    if (offer.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (offer.end && offer.trailers) *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return static_cast<ssize_t>(offer.bytes);
  }
  // The one copy of a body on its way out: from the handler's string to what is written to the socket.
  static int send_data(nghttp2_session*, nghttp2_frame*, const std::uint8_t* header, std::size_t size,
                       nghttp2_data_source* source, void* user_data) {
    H2Session& owner = session(user_data);
    if (owner.out_->size() >= owner.out_bytes_max_) return NGHTTP2_ERR_WOULDBLOCK;
    owner.out_->append(reinterpret_cast<const char*>(header), frame_header_bytes);
    static_cast<H2BodySource*>(source->ptr)->take(size, *owner.out_);
    return 0;
  }

  static nghttp2_session_callbacks* make() {
    nghttp2_session_callbacks* made = nullptr;
    CHECK(nghttp2_session_callbacks_new(&made) == 0, "out of memory");
    nghttp2_session_callbacks_set_on_begin_frame_callback(made, begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(made, header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data_chunk);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(made, frame_not_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_closed);
    nghttp2_session_callbacks_set_send_data_callback(made, send_data);
    return made;
  }
};

H2Session::H2Session(const H2SessionOptions& options, H2SessionListener& listener) : listener_(listener) {
  static nghttp2_session_callbacks* const callbacks = H2Callbacks::make();
  nghttp2_option* option = nullptr;
  CHECK(nghttp2_option_new(&option) == 0, "out of memory");
  // The reader of a body decides when the peer may send more of it.
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_max_send_header_block_length(option, answer_fields_bytes_max);
  nghttp2_option_set_stream_reset_rate_limit(option, options.resets_burst, options.resets_per_second);
  nghttp2_session* session = nullptr;
  const int made = options.server ? nghttp2_session_server_new2(&session, callbacks, this, option)
                                  : nghttp2_session_client_new2(&session, callbacks, this, option);
  nghttp2_option_del(option);
  CHECK(made == 0, "nghttp2: {}", nghttp2_strerror(made));
  session_.reset(session);
  const int submitted =
      nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, options.settings.data(), options.settings.size());
  CHECK(submitted == 0, "nghttp2: {}", nghttp2_strerror(submitted));
  const int sized =
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, options.connection_window_bytes);
  CHECK(sized == 0, "nghttp2: {}", nghttp2_strerror(sized));
}

bool H2Session::receive(std::string_view bytes) {
  if (ended_) return false;
  inside_ = true;
  const ssize_t taken =
      nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  inside_ = false;
  return settle_failure(taken >= 0);
}

bool H2Session::send(std::string& out, std::size_t bytes_max) {
  out_ = &out;
  out_bytes_max_ = bytes_max;
  inside_ = true;
  ssize_t size = 0;
  while (out.size() < bytes_max) {
    const std::uint8_t* bytes = nullptr;
    size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  inside_ = false;
  out_ = nullptr;
  return settle_failure(size >= 0);
}

// Once: where something failed that nghttp2 has not answered with a GOAWAY itself, this queues one.
bool H2Session::settle_failure(bool healthy) {
  if (ended_) return false;
  if (healthy && !gave_up_) return true;
  ended_ = true;
  const std::uint32_t code = gave_up_ ? give_up_code_ : static_cast<std::uint32_t>(NGHTTP2_PROTOCOL_ERROR);
  gave_up_ = false;
  nghttp2_session_terminate_session(session_.get(), code);
  return false;
}

void H2Session::give_up(std::uint32_t error_code) {
  if (ended_ || gave_up_) return;
  gave_up_ = true;
  give_up_code_ = error_code;
  if (!inside_) settle_failure(false);
}

void H2Session::attach(std::int32_t stream_id, void* stream) {
  nghttp2_session_set_stream_user_data(session_.get(), stream_id, stream);
}

void* H2Session::attached(std::int32_t stream_id) const {
  return nghttp2_session_get_stream_user_data(session_.get(), stream_id);
}

void H2Session::answer(std::int32_t stream_id, std::span<const nghttp2_nv> fields, H2BodySource* body) {
  nghttp2_data_provider data{};
  if (body != nullptr) data = provider(*body, H2Callbacks::read_body);
  const int submitted = nghttp2_submit_response(session_.get(), stream_id, fields.data(), fields.size(),
                                                body != nullptr ? &data : nullptr);
  CHECK(submitted == 0, "nghttp2: {}", nghttp2_strerror(submitted));
}

void H2Session::inform(std::int32_t stream_id, std::span<const nghttp2_nv> fields) {
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream_id, nullptr, fields.data(), fields.size(), nullptr);
}

std::int32_t H2Session::request(std::span<const nghttp2_nv> fields, H2BodySource* body, void* stream) {
  nghttp2_data_provider data{};
  if (body != nullptr) data = provider(*body, H2Callbacks::read_body);
  return nghttp2_submit_request(session_.get(), nullptr, fields.data(), fields.size(),
                                body != nullptr ? &data : nullptr, stream);
}

void H2Session::trailers(std::int32_t stream_id, std::span<const nghttp2_nv> fields) {
  const int submitted = nghttp2_submit_trailer(session_.get(), stream_id, fields.data(), fields.size());
  CHECK(submitted == 0, "nghttp2: {}", nghttp2_strerror(submitted));
}

void H2Session::reset_stream(std::int32_t stream_id, std::uint32_t error_code) {
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream_id, error_code);
}

void H2Session::consume(std::int32_t stream_id, std::size_t bytes) {
  if (bytes > 0) nghttp2_session_consume(session_.get(), stream_id, bytes);
}

void H2Session::consume_connection(std::size_t bytes) {
  if (bytes > 0) nghttp2_session_consume_connection(session_.get(), bytes);
}

void H2Session::ping(std::uint64_t tag) {
  std::uint8_t bytes[sizeof(tag)];
  std::memcpy(bytes, &tag, sizeof(tag));
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, bytes);
}

std::uint64_t ping_tag(const nghttp2_frame& frame) {
  std::uint64_t tag = 0;
  std::memcpy(&tag, frame.ping.opaque_data, sizeof(tag));
  return tag;
}

void H2Session::first_goaway() {
  nghttp2_submit_shutdown_notice(session_.get());
}

void H2Session::last_goaway() {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_.get()),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace florin::http
