#include "http/h1_connection.h"

#include <algorithm>
#include <cstring>

#include "http/h1_writer.h"
#include "http/io_thread.h"

namespace florin::http {
namespace {

// An output buffer that grew for a large answer is given back after it.
constexpr std::size_t out_capacity_kept = 64 * 1024;

Error peer_gone() {
  return {Code::canceled, ErrorDomain::network, "peer_gone", "The client closed the connection or stopped sending."};
}

}  // namespace

std::shared_ptr<Connection> make_h1_connection(ConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<H1Connection>(std::move(context), std::move(stream));
}

H1Connection::H1Connection(ConnectionContext context, std::unique_ptr<Stream> stream)
    : context_(std::move(context)),
      stream_(std::move(stream)),
      deadline_(context_.thread.context()),
      parser_(context_.limits.h1) {
  parser_.head().peer = context_.peer;
  parser_.head().tls = context_.tls;
  parser_.head().client_subject = context_.client_subject;
}

Executor& H1Connection::executor() {
  return context_.thread;
}
std::weak_ptr<DeadlineListener> H1Connection::listener() {
  return self();
}

// ---- events ----

void H1Connection::open(std::string_view first_bytes) {
  in_.buffer.resize(std::max(context_.limits.read_buffer_bytes_min, first_bytes.size()));
  std::memcpy(in_.buffer.data(), first_bytes.data(), first_bytes.size());
  in_.end = first_bytes.size();
  settle();
}

void H1Connection::drain() {
  draining_ = true;
  if (state_ != State::closed) settle();
}

void H1Connection::abort() {
  break_connection();
  settle();
}

void H1Connection::on_read(ReadOutcome outcome, std::size_t bytes) {
  read_pending_ = false;
  if (state_ == State::closed) return;
  if (outcome == ReadOutcome::bytes) {
    in_.end += bytes;
    in_.was_full = in_.end == in_.buffer.size();
    if (deadline_kind_ == DeadlineKind::body_stall) deadline_kind_ = DeadlineKind::none;
  } else if (outcome == ReadOutcome::end) {
    peer_ended_ = true;
  } else {
    break_connection();
  }
  settle();
}

void H1Connection::on_writable() {
  write_waiting_ = false;
  if (state_ == State::closed) return;
  settle();
}

void H1Connection::on_deadline() {
  const DeadlineKind kind = std::exchange(deadline_kind_, DeadlineKind::none);
  switch (kind) {
    case DeadlineKind::none:
      return;
    case DeadlineKind::head:
      if (parser_.idle()) {
        begin_linger();
      } else {
        refuse(408, "The request took too long to arrive.");
      }
      break;
    case DeadlineKind::idle:
      begin_linger();
      break;
    case DeadlineKind::body_stall:
      gave_up_ = close_after_ = true;
      if (state_ == State::discarding) begin_linger();
      break;
    case DeadlineKind::write_stall:
    case DeadlineKind::linger:
      break_connection();
      break;
  }
  settle();
}

// ---- the machine ----

void H1Connection::touch() {
  if (settling_ || std::exchange(settle_posted_, true)) return;
  context_.thread.post([self = self()] {
    self->settle_posted_ = false;
    if (self->state_ != State::closed) self->settle();
  });
}

void H1Connection::settle() {
  settling_ = true;
  bool broke = false;
  do {
    while (step()) {
    }
    const bool was_broken = broken_;
    flush();
    broke = broken_ && !was_broken;
  } while (wake_writer() || broke);
  settling_ = false;
  if (state_ == State::closed) return;
  arm_read();
  arm_deadline();
}

// True where something changed and another step may be possible.
bool H1Connection::step() {
  if (broken_ && state_ != State::handling && state_ != State::closed) {
    close();
    return false;
  }
  switch (state_) {
    case State::reading:
      return step_reading();
    case State::handling:
      return step_handling();
    case State::discarding:
      return step_discarding();
    case State::lingering:
      return step_lingering();
    case State::closed:
      return false;
  }
  return false;
}

H1Parser::Event H1Connection::parse() {
  std::string_view unread = in_.unread();
  const std::size_t before = unread.size();
  const H1Parser::Event event = parser_.next(unread);
  in_.begin += before - unread.size();
  return event;
}

bool H1Connection::step_reading() {
  // A client that pipelines without reading the answers waits until it has read them.
  if (unsent() > context_.limits.write_buffer_bytes_max) {
    flush();
    if (unsent() > context_.limits.write_buffer_bytes_max) return false;
  }
  if (draining_ && parser_.idle() && in_.unread().empty()) {
    drained_idle_ = true;
    begin_linger();
    return true;
  }
  switch (parse()) {
    case H1Parser::Event::need_more:
      if (!peer_ended_) return false;
      begin_linger();
      return true;
    case H1Parser::Event::head:
      begin_exchange();
      return true;
    default:
      refuse(parser_.status(), parser_.reason());
      return true;
  }
}

void H1Connection::begin_exchange() {
  state_ = State::handling;
  first_request_ = false;
  deadline_kind_ = DeadlineKind::none;
  current_ = Current{};
  current_.bodiless = parser_.head().method == "HEAD";
  if (parser_.bodiless()) {
    current_.body_ended = parse() == H1Parser::Event::end;
  } else {
    current_.owes_continue = parser_.expects_continue();
  }
  if (!parser_.keep_alive()) close_after_ = true;
  start(context_.handler.serve(*this), [this](Unit) {
    current_.handler_ended = true;
    touch();
  });
}

bool H1Connection::step_handling() {
  if (peer_ended_ || is_gone()) tell_abort();
  if (current_.handler_ended) {
    end_exchange();
    return true;
  }
  return wake_reader();
}

void H1Connection::end_exchange() {
  current_.abort_work = nullptr;
  if (broken_) return close();
  if (current_.answer == Answer::none) {
    append_refusal(out_, 500, "The request was not answered.", context_.thread.date());
    close_after_ = true;
  } else if (current_.answer == Answer::begun) {
    // Half an answer cannot be told from a whole one but by breaking off.
    break_connection();
    return close();
  }
  if (close_after_ || gave_up_ || current_.body_error) return begin_linger();
  state_ = current_.body_ended ? State::reading : State::discarding;
}

bool H1Connection::step_discarding() {
  switch (parse()) {
    case H1Parser::Event::body:
      return true;
    case H1Parser::Event::end:
      state_ = State::reading;
      return true;
    case H1Parser::Event::need_more:
      if (!peer_ended_) return false;
      begin_linger();
      return true;
    default:
      begin_linger();
      return true;
  }
}

bool H1Connection::step_lingering() {
  dropped_bytes_ += in_.unread().size();
  in_.begin = in_.end;
  flush();
  if (broken_) return true;
  if (unsent() > 0) return false;
  if (!std::exchange(write_shut_, true)) stream_->shutdown_write();
  if (!peer_ended_ && dropped_bytes_ <= context_.limits.linger_bytes_max) return false;
  close();
  return true;
}

void H1Connection::refuse(int status, std::string_view reason) {
  append_refusal(out_, status, reason, context_.thread.date());
  begin_linger();
}

void H1Connection::begin_linger() {
  state_ = State::lingering;
  dropped_bytes_ = 0;
}

void H1Connection::break_connection() {
  if (std::exchange(broken_, true)) return;
  stream_->close();
}

void H1Connection::close() {
  state_ = State::closed;
  deadline_.cancel();
  stream_->close();
  context_.thread.remove(*this);
}

void H1Connection::tell_abort() {
  if (current_.answer == Answer::complete || current_.handler_ended) return;
  if (Work work = std::exchange(current_.abort_work, nullptr)) work();
}

// ---- sending and receiving ----

void H1Connection::flush() {
  if (write_waiting_ || broken_) return;
  while (unsent() > 0) {
    const auto taken = stream_->write(std::string_view(out_).substr(out_sent_));
    if (!taken) return break_connection();
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
  if (out_.capacity() > out_capacity_kept) out_.shrink_to_fit();
}

void H1Connection::arm_read() {
  if (read_pending_ || peer_ended_ || broken_) return;
  if (state_ == State::reading && unsent() > context_.limits.write_buffer_bytes_max) return;
  if (!make_room_to_read()) return;
  read_pending_ = true;
  stream_->read(in_.buffer.data() + in_.end, in_.buffer.size() - in_.end, self());
}

bool H1Connection::make_room_to_read() {
  if (in_.begin == in_.end) {
    in_.begin = in_.end = 0;
  } else if (in_.begin > 0 && in_.end == in_.buffer.size()) {
    std::memmove(in_.buffer.data(), in_.buffer.data() + in_.begin, in_.end - in_.begin);
    in_.end -= in_.begin;
    in_.begin = 0;
  }
  // A peer that fills the buffer has more to send than it holds.
  if (std::exchange(in_.was_full, false) && in_.buffer.size() < context_.limits.read_buffer_bytes_max) {
    in_.buffer.resize(std::min(in_.buffer.size() * 2, context_.limits.read_buffer_bytes_max));
  }
  return in_.end < in_.buffer.size();
}

H1Connection::DeadlineKind H1Connection::wanted_deadline() const {
  if (write_waiting_) return DeadlineKind::write_stall;
  switch (state_) {
    case State::reading:
      return first_request_ || !parser_.idle() ? DeadlineKind::head : DeadlineKind::idle;
    case State::handling:
      return reader_ ? DeadlineKind::body_stall : DeadlineKind::none;
    case State::discarding:
      return DeadlineKind::body_stall;
    case State::lingering:
      return DeadlineKind::linger;
    case State::closed:
      return DeadlineKind::none;
  }
  return DeadlineKind::none;
}

// A deadline runs from when its reason began; whoever sees progress sets deadline_kind_ to none, so that it begins
// again.
void H1Connection::arm_deadline() {
  const DeadlineKind wanted = wanted_deadline();
  if (wanted == deadline_kind_) return;
  deadline_kind_ = wanted;
  const Limits& limits = context_.limits;
  switch (wanted) {
    case DeadlineKind::none:
      return deadline_.clear();
    case DeadlineKind::head:
      return deadline_.set(limits.head_timeout, listener());
    case DeadlineKind::idle:
      return deadline_.set(limits.idle_timeout, listener());
    case DeadlineKind::body_stall:
      return deadline_.set(limits.body_stall_timeout, listener());
    case DeadlineKind::write_stall:
      return deadline_.set(limits.write_stall_timeout, listener());
    case DeadlineKind::linger:
      return deadline_.set(drained_idle_ ? limits.drained_linger_timeout : limits.linger_timeout, listener());
  }
}

// ---- the exchange ----

struct H1Connection::ReaderWait {
  H1Connection& connection;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!connection.reader_, "one read at a time");
    connection.reader_ = handle;
    connection.touch();
  }
  void await_resume() const {}
};

struct H1Connection::RoomWait {
  H1Connection& connection;
  bool await_ready() const { return connection.broken_ || connection.unsent() <= limit(); }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!connection.writer_, "one write at a time");
    connection.writer_ = handle;
    connection.touch();
  }
  Status await_resume() const {
    if (connection.broken_) return peer_gone();
    return ok();
  }
  std::size_t limit() const { return connection.context_.limits.write_buffer_bytes_max; }
};

H1Connection::RoomWait H1Connection::room() {
  touch();
  return RoomWait{*this};
}

bool H1Connection::wake_reader() {
  if (!reader_ || (in_.unread().empty() && !peer_ended_ && !is_gone())) return false;
  std::exchange(reader_, nullptr).resume();
  return true;
}

bool H1Connection::wake_writer() {
  if (!writer_ || (!broken_ && unsent() > context_.limits.write_buffer_bytes_max / 2)) return false;
  std::exchange(writer_, nullptr).resume();
  return true;
}

Task<Result<std::optional<std::string>>> H1Connection::read_body() {
  for (;;) {
    if (current_.body_error) co_return *current_.body_error;
    if (current_.body_ended) co_return std::optional<std::string>();
    if (is_gone()) co_return peer_gone();
    if (std::exchange(current_.owes_continue, false) && current_.answer == Answer::none) {
      out_ += "HTTP/1.1 100 Continue\r\n\r\n";
      touch();
    }
    switch (parse()) {
      case H1Parser::Event::body: {
        std::optional<std::string> piece(parser_.body());
        // The buffer has room again, so reading goes on even where the handler does not come back here.
        touch();
        co_return piece;
      }
      case H1Parser::Event::end:
        current_.body_ended = true;
        break;
      case H1Parser::Event::need_more:
        if (peer_ended_) {
          current_.body_error = peer_gone();
        } else {
          co_await ReaderWait{*this};
        }
        break;
      default:
        current_.body_error = parser_.status() == 413
                                  ? body_too_large(static_cast<std::size_t>(context_.limits.h1.body_bytes_max))
                                  : invalid_argument("malformed_body", parser_.reason());
        break;
    }
  }
}

// True where the answer must say that it is the last one: what else the client sent or will send is not read.
bool H1Connection::must_close() const {
  return close_after_ || draining_ || gave_up_ || peer_ended_ || current_.owes_continue ||
         current_.body_error.has_value() || rest_is_long();
}

// True where a whole answer is given and more of the request may come than is dropped to keep the connection. The
// answer says so, for a client that was not told would send its next request into a connection that closes. Of an
// answer in pieces nothing is said: its handler may still read.
bool H1Connection::rest_is_long() const {
  if (current_.body_ended || current_.chunked) return false;
  const std::optional<std::uint64_t> left = parser_.body_left();
  return !left || *left > context_.limits.unread_body_bytes_max;
}

// Whoever answers completely reads no further: what has come already may be the rest.
void H1Connection::drop_what_came() {
  while (!current_.body_ended) {
    const H1Parser::Event event = parse();
    if (event == H1Parser::Event::end)
      current_.body_ended = true;
    else if (event != H1Parser::Event::body)
      return;
  }
}

Status H1Connection::append_answer_head(ResponseHead& head, std::optional<std::uint64_t> content_length) {
  CHECK(current_.answer == Answer::none, "an exchange is answered once");
  close_after_ = must_close();
  if (status_is_bodiless(head.status)) {
    current_.bodiless = true;
    content_length.reset();
  }
  return append_head(out_, head,
                     {.date = context_.thread.date(),
                      .close = close_after_,
                      .chunked = current_.chunked && !status_is_bodiless(head.status),
                      .content_length = content_length});
}

Task<Status> H1Connection::respond(ResponseHead head, std::string body) {
  if (broken_) co_return peer_gone();
  drop_what_came();
  if (Status begun = append_answer_head(head, body.size()); !begun.ok()) co_return begun;
  if (!current_.bodiless) out_ += body;
  current_.answer = Answer::complete;
  current_.abort_work = nullptr;
  co_return co_await room();
}

Task<Status> H1Connection::write_head(ResponseHead head) {
  if (broken_) co_return peer_gone();
  // HTTP/1.0 knows no chunks: the body ends with the connection, which close_after_ already says.
  current_.chunked = !parser_.http_1_0();
  if (Status begun = append_answer_head(head, std::nullopt); !begun.ok()) co_return begun;
  current_.answer = Answer::begun;
  co_return co_await room();
}

Task<Status> H1Connection::write_body(std::string piece) {
  CHECK(current_.answer == Answer::begun, "the head comes before the body, and nothing after the end");
  if (broken_) co_return peer_gone();
  if (!piece.empty() && !current_.bodiless) {
    if (current_.chunked) {
      append_chunk(out_, piece);
    } else {
      out_ += piece;
    }
  }
  co_return co_await room();
}

Task<Status> H1Connection::finish(Headers trailers) {
  CHECK(current_.answer == Answer::begun, "the head comes before the end");
  if (broken_) co_return peer_gone();
  if (current_.chunked && !current_.bodiless) {
    if (Status ended = append_last_chunk(out_, trailers); !ended.ok()) co_return ended;
  }
  current_.answer = Answer::complete;
  current_.abort_work = nullptr;
  co_return co_await room();
}

void H1Connection::on_abort(Work work) {
  if (current_.answer == Answer::complete) return;
  current_.abort_work = std::move(work);
  if (peer_ended_ || is_gone()) touch();
}

}  // namespace florin::http
