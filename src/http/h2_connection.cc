#include "http/h2_connection.h"

#include <algorithm>
#include <utility>

#include "http/io_thread.h"

namespace florin::http {
namespace {

// An output buffer that grew for large answers is given back after them.
constexpr std::size_t out_capacity_kept = 64 * 1024;
// As much is gathered before it is written: more would leave the processor's cache before the kernel reads it.
constexpr std::size_t write_bytes = 64 * 1024;
constexpr std::size_t spare_streams_max = 32;
// A stream that never has to wait for its peer must not keep the thread from its other connections.
constexpr int settle_rounds_max = 16;
constexpr unsigned sweeps_per_timeout = 4;

H2SessionOptions session_options(const H2Limits& limits) {
  H2SessionOptions options;
  options.settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams_max},
                      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.stream_window_bytes},
                      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes_max)}};
  options.connection_window_bytes = static_cast<std::int32_t>(limits.connection_window_bytes);
  options.resets_burst = limits.resets_received.burst;
  options.resets_per_second = limits.resets_received.per_second;
  return options;
}

}  // namespace

std::shared_ptr<Connection> make_h2_connection(ConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<H2Connection>(std::move(context), std::move(stream));
}

H2Connection::H2Connection(ConnectionContext context, std::unique_ptr<Stream> stream)
    : context_(std::move(context)),
      stream_(std::move(stream)),
      deadline_(context_.thread.context()),
      sweep_deadline_(context_.thread.context()),
      guard_(context_.limits.h2),
      session_(session_options(context_.limits.h2), *this) {}

// ---- events

void H2Connection::open(std::string_view first_bytes) {
  in_.resize(context_.limits.read_buffer_bytes_min);
  receive(first_bytes);
  settle();
}

void H2Connection::drain() {
  if (drain_ != Drain::none || state_ != State::open) return;
  drain_ = Drain::announced;
  for (const auto& stream : streams_) stream->give_up_request();
  session_.first_goaway();
  session_.ping(drain_ping);
  settle();
}

void H2Connection::abort() {
  broken_ = true;
  settle();
}

void H2Connection::on_read(ReadOutcome outcome, std::size_t bytes) {
  read_pending_ = false;
  if (state_ == State::closed || state_ == State::removed) return;
  if (outcome == ReadOutcome::bytes) {
    was_full_ = bytes == in_.size();
    silent_sweeps_ = 0;
    receive({in_.data(), bytes});
  } else if (outcome == ReadOutcome::end) {
    peer_ended_ = true;
    notice_all();
  } else {
    broken_ = true;
  }
  settle();
}

void H2Connection::on_writable() {
  write_waiting_ = false;
  if (state_ != State::removed) settle();
}

void H2Connection::on_deadline() {
  switch (std::exchange(deadline_kind_, DeadlineKind::none)) {
    case DeadlineKind::none:
      return;
    case DeadlineKind::head:
    case DeadlineKind::idle:
      session_.give_up(NGHTTP2_NO_ERROR);
      break;
    case DeadlineKind::drain:
      end_drain();
      break;
    case DeadlineKind::write_stall:
    case DeadlineKind::linger:
      broken_ = true;
      break;
  }
  settle();
}

void H2Connection::receive(std::string_view bytes) {
  if (state_ == State::lingering) {
    dropped_bytes_ += bytes.size();
    return;
  }
  const bool outer = std::exchange(settling_, true);
  (void)session_.receive(bytes);
  settling_ = outer;
}

// ---- the machine

void H2Connection::touch(H2Stream& stream) {
  if (!std::exchange(stream.touched, true)) touched_.push_back(&stream);
  wake();
}

void H2Connection::wake() {
  if (settling_ || std::exchange(settle_posted_, true)) return;
  context_.thread.post([self = self()] {
    self->settle_posted_ = false;
    if (self->state_ != State::removed) self->settle();
  });
}

void H2Connection::settle() {
  settling_ = true;
  for (int round = 0; round < settle_rounds_max; ++round) {
    if (broken_ && state_ != State::closed) close();
    step_streams();
    send();
    step_state();
    if (touched_.empty() && !(broken_ && state_ != State::closed)) break;
  }
  settling_ = false;
  if (!touched_.empty() || (broken_ && state_ != State::closed)) wake();
  if (state_ == State::closed && streams_.empty()) {
    state_ = State::removed;
    deadline_.cancel();
    sweep_deadline_.cancel();
    return context_.thread.remove(*this);
  }
  arm_read();
  arm_deadline();
  arm_sweep();
}

void H2Connection::step_streams() {
  stepping_.swap(touched_);
  for (H2Stream* stream : stepping_) {
    stream->touched = false;
    stream->step();
    if (stream->over() && !stream->touched) free_stream(*stream);
  }
  stepping_.clear();
}

void H2Connection::send() {
  if (write_waiting_ || broken_) return;
  for (;;) {
    // A session that failed has a last word to say.
    if (state_ == State::open && !session_.send(out_, out_sent_ + write_bytes)) (void)session_.send(out_, write_bytes);
    if (unsent() == 0) break;
    flush();
    if (broken_ || write_waiting_) return;
  }
  if (out_.capacity() > 2 * out_capacity_kept) out_.shrink_to_fit();
}

void H2Connection::flush() {
  while (unsent() > 0) {
    const auto taken = stream_->write(std::string_view(out_).substr(out_sent_));
    if (!taken) {
      broken_ = true;
      return;
    }
    if (*taken == 0) {
      write_waiting_ = true;
      stream_->wait_writable(self());
      return;
    }
    out_sent_ += *taken;
    if (deadline_kind_ == DeadlineKind::write_stall) deadline_kind_ = DeadlineKind::none;
  }
  out_.clear();
  out_sent_ = 0;
}

void H2Connection::step_state() {
  if (broken_) return;
  if (state_ == State::open) {
    const bool over = !session_.wants_read() && !session_.wants_write();
    if (over || (peer_ended_ && streams_.empty())) begin_linger();
  }
  if (state_ != State::lingering || unsent() > 0) return;
  if (!std::exchange(write_shut_, true)) stream_->shutdown_write();
  if (peer_ended_ || dropped_bytes_ > context_.limits.linger_bytes_max) broken_ = true;
}

void H2Connection::begin_linger() {
  state_ = State::lingering;
  lose_all();
}

void H2Connection::close() {
  state_ = State::closed;
  stream_->close();
  lose_all();
}

// Tells the streams that the peer sends no more.
void H2Connection::notice_all() {
  for (const auto& stream : streams_) {
    stream->notice();
    stream->give_up_request();
    touch(*stream);
  }
}

// Tells them that the session is over.
void H2Connection::lose_all() {
  for (const auto& stream : streams_) {
    stream->on_closed();
    touch(*stream);
  }
}

void H2Connection::end_drain() {
  if (drain_ != Drain::announced) return;
  drain_ = Drain::final;
  session_.last_goaway();
}

// ---- streams

H2Stream& H2Connection::make_stream() {
  std::unique_ptr<H2Stream> stream;
  if (spare_.empty()) {
    stream = std::make_unique<H2Stream>(*this);
  } else {
    stream = std::move(spare_.back());
    spare_.pop_back();
  }
  stream->position = streams_.size();
  streams_.push_back(std::move(stream));
  return *streams_.back();
}

void H2Connection::free_stream(H2Stream& stream) {
  std::unique_ptr<H2Stream>& place = streams_[stream.position];
  std::unique_ptr<H2Stream> freed = std::move(place);
  if (&place != &streams_.back()) {
    place = std::move(streams_.back());
    place->position = freed->position;
  }
  streams_.pop_back();
  if (spare_.size() < spare_streams_max) spare_.push_back(std::move(freed));
}

void H2Connection::send_continue(std::int32_t stream_id) {
  fields_.clear();
  fields_.add(":status", "100");
  session_.inform(stream_id, fields_.span());
}

// ---- reading and deadlines

void H2Connection::arm_read() {
  if (read_pending_ || peer_ended_ || broken_ || state_ == State::closed) return;
  // Whoever makes us answer frame by frame and does not read the answers waits until it has read them.
  if (write_waiting_ && session_.queued_frames() > context_.limits.h2.queued_frames_max) return;
  if (std::exchange(was_full_, false) && in_.size() < context_.limits.read_buffer_bytes_max) {
    in_.resize(std::min(in_.size() * 4, context_.limits.read_buffer_bytes_max));
  }
  read_pending_ = true;
  stream_->read(in_.data(), in_.size(), self());
}

H2Connection::DeadlineKind H2Connection::wanted_deadline() const {
  if (state_ == State::closed) return DeadlineKind::none;
  if (write_waiting_) return DeadlineKind::write_stall;
  if (state_ == State::lingering) return DeadlineKind::linger;
  if (!got_settings_ || head_stream_ != 0) return DeadlineKind::head;
  if (drain_ == Drain::announced) return DeadlineKind::drain;
  return streams_.empty() ? DeadlineKind::idle : DeadlineKind::none;
}

Duration H2Connection::length(DeadlineKind kind) const {
  const Limits& limits = context_.limits;
  switch (kind) {
    case DeadlineKind::head:
      return limits.head_timeout;
    case DeadlineKind::idle:
      return limits.idle_timeout;
    case DeadlineKind::write_stall:
      return limits.write_stall_timeout;
    case DeadlineKind::drain:
    case DeadlineKind::linger:
    case DeadlineKind::none:
      break;
  }
  return drain_ != Drain::none && streams_.empty() ? limits.drained_linger_timeout : limits.linger_timeout;
}

// A deadline runs from when its reason began; whoever sees progress sets deadline_kind_ to none, so that it begins
// again.
void H2Connection::arm_deadline() {
  const DeadlineKind wanted = wanted_deadline();
  if (wanted == deadline_kind_) return;
  deadline_kind_ = wanted;
  if (wanted == DeadlineKind::none) return deadline_.clear();
  deadline_.set(length(wanted), self());
}

// Streams are watched by counting periods in which nothing moved, which costs nothing where they do.
void H2Connection::arm_sweep() {
  if (sweep_armed_ || streams_.empty() || state_ != State::open) return;
  sweep_armed_ = true;
  const Limits& limits = context_.limits;
  const Duration shortest =
      std::min({limits.write_stall_timeout, limits.h2.silence_timeout, limits.h2.body_stall_timeout});
  sweep_deadline_.set({std::max<std::int64_t>(shortest.micros / sweeps_per_timeout, 1)},
                      std::shared_ptr<DeadlineListener>(self(), &sweeper_));
}

void H2Connection::on_sweep() {
  sweep_armed_ = false;
  if (state_ != State::open) return;
  const Limits& limits = context_.limits;
  const std::int64_t period = std::max<std::int64_t>(
      std::min({limits.write_stall_timeout, limits.h2.silence_timeout, limits.h2.body_stall_timeout}).micros /
          sweeps_per_timeout,
      1);
  const auto sweeps = [period](Duration timeout) { return static_cast<unsigned>(timeout.micros / period); };
  ++silent_sweeps_;
  if (silent_sweeps_ == sweeps(limits.h2.silence_timeout)) session_.ping(liveness_ping);
  if (silent_sweeps_ >= 2 * sweeps(limits.h2.silence_timeout)) broken_ = true;
  for (const auto& stream : streams_) {
    stream->sweep(sweeps(limits.write_stall_timeout), sweeps(limits.h2.body_stall_timeout));
  }
  settle();
}

}  // namespace florin::http
