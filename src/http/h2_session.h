// H2Session: HTTP/2 frames without a socket (RFC 9113), by nghttp2. Bytes that came go into receive(), bytes to send
// come out of send(); both tell the listener what happened. Servers and clients use it alike. For the .cc files of this
// room only: it shows nghttp2.
//
// The listener is told from inside receive() and send(). It may call everything here but those two, and it must not
// destroy the session.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace florin::http {

// What becomes of the stream a callback was about.
enum class H2Verdict : std::uint8_t { keep, reset };

class H2SessionListener {
 public:
  virtual ~H2SessionListener() = default;

  // A frame begins to come; those of unknown types are dropped before.
  virtual void on_frame_begin(const nghttp2_frame_hd& header) = 0;
  // A header block: where it begins, its fields in their order, and on_frame at its end. `reset` drops the stream, with
  // INTERNAL_ERROR unless reset_stream() was called before.
  virtual H2Verdict on_fields_begin(const nghttp2_frame& frame) = 0;
  virtual H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) = 0;
  // A frame came whole; the bytes of a DATA frame came by on_data before.
  virtual void on_frame(const nghttp2_frame& frame) = 0;
  virtual void on_data(std::int32_t stream_id, std::string_view bytes) = 0;
  virtual void on_frame_sent(const nghttp2_frame& frame) = 0;
  // The stream's end, whoever ended it. Its id means nothing to the session from here on.
  virtual void on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) = 0;
};

// A body that is fetched when flow control lets it go. It must outlive the stream.
class H2BodySource {
 public:
  struct Offer {
    std::size_t bytes = 0;  // can be taken now; 0 without `end` means: not now, resume() says when
    bool end = false;       // and nothing follows them
    bool trailers = false;  // but trailers, which the source has submitted before it says so
  };
  virtual ~H2BodySource() = default;
  virtual Offer offer(std::size_t bytes_max) = 0;
  // Appends `bytes`, which were offered.
  virtual void take(std::size_t bytes, std::string& out) = 0;
};

struct H2SessionOptions {
  bool server = true;
  std::vector<nghttp2_settings_entry> settings{};
  std::int32_t connection_window_bytes = 65'535;
  // A peer that resets more streams than this is told to go away.
  std::uint64_t resets_burst = 1000;
  std::uint64_t resets_per_second = 33;
};

class H2Session {
 public:
  // Queues the SETTINGS. `listener` outlives the session.
  H2Session(const H2SessionOptions& options, H2SessionListener& listener);
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;

  // Takes all of `bytes`. False where the peer broke the protocol beyond repair or give_up() was called: nothing more
  // can be received, and what send() still gives says why.
  bool receive(std::string_view bytes);
  // Appends what can be sent, but begins no frame once `out` has reached `bytes_max`. False as for receive().
  bool send(std::string& out, std::size_t bytes_max);

  // Ends the session with GOAWAY and `error_code`. From the listener, too.
  void give_up(std::uint32_t error_code);

  // Neither of the two: the session is over.
  bool wants_read() const { return nghttp2_session_want_read(session_.get()) != 0; }
  bool wants_write() const { return nghttp2_session_want_write(session_.get()) != 0; }
  // Frames that wait to be sent, but for DATA.
  std::size_t queued_frames() const { return nghttp2_session_get_outbound_queue_size(session_.get()); }

  // What the peer set last.
  std::uint32_t remote_setting(nghttp2_settings_id id) const {
    return nghttp2_session_get_remote_settings(session_.get(), id);
  }

  // How much may be sent on the stream now.
  std::int32_t stream_window(std::int32_t stream_id) const {
    return nghttp2_session_get_stream_remote_window_size(session_.get(), stream_id);
  }

  void attach(std::int32_t stream_id, void* stream);
  void* attached(std::int32_t stream_id) const;

  // An answer's head; without `body` it is the whole answer. The fields are copied.
  void answer(std::int32_t stream_id, std::span<const nghttp2_nv> fields, H2BodySource* body);
  // "100 Continue" and its like.
  void inform(std::int32_t stream_id, std::span<const nghttp2_nv> fields);
  // A request; its stream's id, or a negative number where no more can be made. `stream` is attached to it.
  std::int32_t request(std::span<const nghttp2_nv> fields, H2BodySource* body, void* stream);
  void trailers(std::int32_t stream_id, std::span<const nghttp2_nv> fields);
  // The source has something again.
  void resume(std::int32_t stream_id) { nghttp2_session_resume_data(session_.get(), stream_id); }
  void reset_stream(std::int32_t stream_id, std::uint32_t error_code);
  // Body bytes were read, or dropped: the peer may send as many again. consume_connection is for a stream that is gone.
  void consume(std::int32_t stream_id, std::size_t bytes);
  void consume_connection(std::size_t bytes);
  // `tag` comes back in the answer.
  void ping(std::uint64_t tag);
  // Tells the peer to open no more streams; those that were under way still count (RFC 9113 section 6.8). last_goaway()
  // comes a round trip later and ends that.
  void first_goaway();
  void last_goaway();

 private:
  friend struct H2Callbacks;
  struct Free {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
  };

  bool settle_failure(bool healthy);

  H2SessionListener& listener_;
  std::unique_ptr<nghttp2_session, Free> session_;
  bool inside_ = false;   // receive() or send() runs
  bool gave_up_ = false;  // give_up() was called inside them
  bool ended_ = false;
  std::uint32_t give_up_code_ = 0;
  std::string* out_ = nullptr;  // of the send() that runs
  std::size_t out_bytes_max_ = 0;
};

// The tag of a PING frame.
std::uint64_t ping_tag(const nghttp2_frame& frame);

}  // namespace florin::http
