// H2Connection: HTTP/2 (RFC 9113) over a stream, many exchanges at once. All on the connection's I/O thread.
//
// Every event (bytes, room to write, a deadline, a handler that goes on) ends in settle(). The session's callbacks only
// take note; settle() then lets the streams act, gathers what all of them have to send, and writes it at once. So a
// read that brings thirty requests costs one write where their handlers answer at once; and nothing enters the session
// twice.
#pragma once

#include <memory>
#include <vector>

#include "http/connection.h"
#include "http/deadline.h"
#include "http/h2_fields.h"
#include "http/h2_guard.h"
#include "http/h2_session.h"
#include "http/h2_stream.h"
#include "http/h2_stream_numbers.h"

namespace florin::http {

std::shared_ptr<Connection> make_h2_connection(ConnectionContext context, std::unique_ptr<Stream> stream);

class H2Connection final : public Connection, public DeadlineListener, public H2SessionListener {
 public:
  H2Connection(ConnectionContext context, std::unique_ptr<Stream> stream);

  void open(std::string_view first_bytes) override;
  void drain() override;
  void abort() override;

  void on_read(ReadOutcome outcome, std::size_t bytes) override;
  void on_writable() override;
  void on_deadline() override;

  // ---- for its streams
  const ConnectionContext& context() const { return context_; }
  H2Session& session() { return session_; }
  // Empty between two uses.
  H2Fields& scratch_fields() { return fields_; }
  bool peer_ended() const { return peer_ended_; }
  // Has the stream's step() called soon.
  void touch(H2Stream& stream);
  void send_continue(std::int32_t stream_id);

 private:
  enum class State : std::uint8_t {
    open,
    lingering,  // the session is over: sends what is left, then waits for the peer to close
    closed,     // nothing is sent or read any more; handlers may still run
    removed,
  };
  enum class DeadlineKind : std::uint8_t { none, head, idle, drain, write_stall, linger };
  enum class Drain : std::uint8_t { none, announced, final };
  // What our PINGs are for; their answers bring it back.
  static constexpr std::uint64_t drain_ping = 1;
  static constexpr std::uint64_t liveness_ping = 2;
  // Calls on_sweep() from a second deadline.
  struct Sweeper final : DeadlineListener {
    explicit Sweeper(H2Connection& owner) : connection(owner) {}
    void on_deadline() override { connection.on_sweep(); }
    H2Connection& connection;
  };

  void on_frame_begin(const nghttp2_frame_hd& header) override;
  H2Verdict on_fields_begin(const nghttp2_frame& frame) override;
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override;
  void on_frame(const nghttp2_frame& frame) override;
  void on_data(std::int32_t stream_id, std::string_view bytes) override;
  void on_frame_sent(const nghttp2_frame& frame) override;
  void on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) override;
  void on_headers(const nghttp2_frame& frame);
  void on_ping_answer(const nghttp2_frame& frame);

  // Gives the connection up where the peer does this too often.
  void count(H2Guard::Kind kind);
  H2Stream* find(std::int32_t stream_id) const { return static_cast<H2Stream*>(session_.attached(stream_id)); }
  H2Stream& make_stream();
  void free_stream(H2Stream& stream);
  void notice_all();
  void lose_all();

  void wake();
  void settle();
  void step_streams();
  void send();
  void flush();
  void step_state();
  void receive(std::string_view bytes);
  void end_drain();
  void begin_linger();
  void close();

  std::size_t unsent() const { return out_.size() - out_sent_; }
  void arm_read();
  void arm_deadline();
  void arm_sweep();
  void on_sweep();
  DeadlineKind wanted_deadline() const;
  Duration length(DeadlineKind kind) const;
  std::shared_ptr<H2Connection> self() { return std::static_pointer_cast<H2Connection>(shared_from_this()); }

  ConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  Deadline deadline_;
  DeadlineKind deadline_kind_ = DeadlineKind::none;
  Sweeper sweeper_{*this};
  Deadline sweep_deadline_;
  bool sweep_armed_ = false;
  unsigned silent_sweeps_ = 0;  // since the last byte came

  H2Guard guard_;
  H2StreamNumbers stream_numbers_;
  H2Session session_;
  H2Fields fields_;

  State state_ = State::open;
  Drain drain_ = Drain::none;
  bool settling_ = false;
  bool settle_posted_ = false;
  bool peer_ended_ = false;  // the peer sends nothing more
  bool broken_ = false;      // nothing can be sent or read any more
  bool got_settings_ = false;
  std::int32_t head_stream_ = 0;  // whose header block is coming in
  H2Stream* head_ = nullptr;      // the same, unless it was refused

  std::vector<std::unique_ptr<H2Stream>> streams_;  // nghttp2 or a handler knows them
  std::vector<std::unique_ptr<H2Stream>> spare_;
  std::vector<H2Stream*> touched_;
  std::vector<H2Stream*> stepping_;

  std::vector<char> in_;
  bool read_pending_ = false;
  bool was_full_ = false;
  std::uint64_t dropped_bytes_ = 0;  // while lingering

  std::string out_;
  std::size_t out_sent_ = 0;
  bool write_waiting_ = false;
  bool write_shut_ = false;
};

}  // namespace florin::http
