#include "http/client_h1.h"

#include <utility>

#include "http/h1_writer.h"
#include "http/io_thread.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t read_bytes = 32 * 1024;
// As much of a request is gathered before it is written.
constexpr std::size_t out_bytes_max = 64 * 1024;

bool is_transport_field(std::string_view name) {
  return name == "host" || name == "content-length" || name == "transfer-encoding" || name == "connection" ||
         name == "keep-alive";
}

}  // namespace

std::shared_ptr<ClientConnection> make_client_h1(ClientConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<ClientH1>(std::move(context), std::move(stream));
}

ClientH1::ClientH1(ClientConnectionContext context, std::unique_ptr<Stream> stream)
    : context_(std::move(context)),
      stream_(std::move(stream)),
      idle_deadline_(context_.thread.context()),
      parser_(context_.limits),
      in_(read_bytes) {}

void ClientH1::open() {
  idle_deadline_.set(context_.limits.idle_timeout, self());
  arm_read();
}

std::size_t ClientH1::capacity() const {
  return state_ == State::idle && !peer_ended_ && !broken_ ? 1 : 0;
}

void ClientH1::carry(std::shared_ptr<ClientExchange> exchange) {
  CHECK(capacity() == 1, "one exchange at a time");
  idle_deadline_.clear();
  exchange_ = std::move(exchange);
  exchange_->carried_by(this);
  state_ = State::busy;
  request_ended_ = touched_ = false;
  parser_.begin(exchange_->head().method == "HEAD");
  if (Status begun = append_request_head(); !begun.ok()) {
    std::exchange(exchange_, nullptr)->on_failure(std::move(begun).error(), false);
    return close();
  }
  pump_soon();
}

Status ClientH1::append_request_head() {
  const ClientRequestHead& head = exchange_->head();
  const std::size_t before = out_.size();
  out_.append(head.method).append(" ").append(head.path);
  if (!head.query.empty()) out_.append("?").append(head.query);
  const std::string_view target = std::string_view(out_).substr(before + head.method.size() + 1);
  bool sendable = is_token(head.method) && target.find_first_of(" \t\r\n") == std::string_view::npos;
  out_.append(" HTTP/1.1\r\nhost: ").append(context_.authority).append("\r\n");
  for (const auto& [name, value] : head.headers.fields()) {
    sendable = sendable && is_field(name, value);
    if (!is_transport_field(name)) out_.append(name).append(": ").append(value).append("\r\n");
  }
  if (!sendable) {
    out_.resize(before);
    return invalid_argument("invalid_header", "The request has a header or a target that cannot be sent as it is.");
  }
  chunked_ = !exchange_->body_is_whole();
  if (chunked_) {
    out_.append("transfer-encoding: chunked\r\n");
  } else if (head.method != "GET" || !exchange_->outbound().empty()) {
    out_.append("content-length: ").append(std::to_string(exchange_->outbound().size())).append("\r\n");
  }
  out_.append("\r\n");
  return ok();
}

// ---- events

void ClientH1::on_more(ClientExchange&) {
  pump_soon();
}

void ClientH1::on_taken(ClientExchange&, std::size_t) {
  pump_soon();
}

void ClientH1::on_cancel(ClientExchange&) {
  exchange_.reset();
  close();
}

void ClientH1::on_read(ReadOutcome outcome, std::size_t bytes) {
  read_pending_ = false;
  if (state_ == State::closed) return;
  if (outcome == ReadOutcome::bytes) {
    unparsed_ = {in_.data(), bytes};
  } else {
    peer_ended_ = true;
    if (outcome == ReadOutcome::broken) broken_ = true;
  }
  pump();
}

void ClientH1::on_writable() {
  write_waiting_ = false;
  if (state_ != State::closed) pump();
}

void ClientH1::on_deadline() {
  if (state_ == State::idle) close();
}

void ClientH1::abandon(const Error& reason) {
  context_.owner = nullptr;
  if (state_ != State::closed) fail(reason);
}

// ---- the machine

void ClientH1::pump_soon() {
  if (std::exchange(pump_posted_, true)) return;
  context_.thread.post([self = self()] {
    self->pump_posted_ = false;
    if (self->state_ != State::closed) self->pump();
  });
}

void ClientH1::pump() {
  flush();
  parse();
  if (state_ != State::closed) arm_read();
}

// Moves what the exchange has to send to out_.
void ClientH1::gather() {
  if (state_ != State::busy || request_ended_ || write_broken_) return;
  H2OutBody& body = exchange_->outbound();
  while (!body.empty() && out_.size() < out_bytes_max) {
    std::string piece;
    body.take(std::min(body.size(), out_bytes_max), piece);
    if (chunked_) {
      append_chunk(out_, piece);
    } else {
      out_ += piece;
    }
  }
  exchange_->on_room();
  if (!body.empty() || !exchange_->finished()) return;
  if (chunked_) out_ += "0\r\n\r\n";
  request_ended_ = true;
}

void ClientH1::flush() {
  while (!write_waiting_ && !write_broken_) {
    gather();
    if (unsent() == 0) break;
    const auto taken = stream_->write(std::string_view(out_).substr(out_sent_));
    if (!taken) {
      // The server may have answered before it stopped reading.
      write_broken_ = true;
    } else if (*taken == 0) {
      write_waiting_ = true;
      stream_->wait_writable(self());
    } else {
      touched_ = true;
      out_sent_ += *taken;
    }
    if (unsent() == 0) {
      out_.clear();
      out_sent_ = 0;
    }
  }
}

bool ClientH1::has_room_to_read() const {
  return !exchange_ || exchange_->unread() < context_.limits.unread_bytes_max;
}

void ClientH1::parse() {
  while (state_ != State::closed && has_room_to_read()) {
    switch (parser_.next(unparsed_)) {
      case ResponseParser::Event::need_more:
        if (peer_ended_) end_of_input();
        return;
      case ResponseParser::Event::head:
        exchange_->on_head(std::move(parser_.head()));
        break;
      case ResponseParser::Event::body:
        exchange_->on_body(parser_.body());
        break;
      case ResponseParser::Event::end:
        end_exchange(std::move(parser_.trailers()));
        break;
      case ResponseParser::Event::error:
        return fail(parser_.too_large() ? answer_head_too_large() : malformed_answer(parser_.reason()));
    }
  }
}

void ClientH1::end_of_input() {
  if (state_ == State::busy && !broken_ && parser_.end_of_input() == ResponseParser::Event::end) {
    return end_exchange(std::move(parser_.trailers()));
  }
  fail(connection_lost(context_.authority));
}

// The connection is kept where both sides have said all, and nothing stands between this answer and the next.
void ClientH1::end_exchange(Headers trailers) {
  const auto exchange = std::exchange(exchange_, nullptr);
  exchange->carried_by(nullptr);
  const bool clean = exchange->finished() && request_ended_ && unsent() == 0 && !write_broken_ && unparsed_.empty();
  exchange->on_end(std::move(trailers));
  if (!clean || !parser_.keep_alive() || peer_ended_) return close();
  state_ = State::idle;
  idle_deadline_.set(context_.limits.idle_timeout, self());
  context_.thread.post([self = self()] {
    if (self->context_.owner != nullptr && self->capacity() > 0) self->context_.owner->on_capacity(*self);
  });
}

void ClientH1::fail(Error error) {
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->on_failure(std::move(error), touched_);
  close();
}

void ClientH1::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  idle_deadline_.cancel();
  stream_->close();
  context_.thread.post([self = self()] { self->tell_owner_closed(); });
}

void ClientH1::tell_owner_closed() {
  if (ClientConnectionOwner* const owner = std::exchange(context_.owner, nullptr)) owner->on_closed(*this);
}

void ClientH1::arm_read() {
  if (read_pending_ || peer_ended_ || !unparsed_.empty()) return;
  read_pending_ = true;
  stream_->read(in_.data(), in_.size(), self());
}

}  // namespace florin::http
