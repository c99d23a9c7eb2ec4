#include "http/client_h2.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/io_thread.h"
#include "http/syntax.h"

namespace florin::http {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t write_bytes = 64 * 1024;
constexpr std::size_t field_overhead_bytes = 32;  // RFC 9113 section 6.5.2
constexpr std::uint64_t liveness_ping = 1;

H2SessionOptions session_options(const ClientLimits& limits) {
  H2SessionOptions options;
  options.server = false;
  options.settings = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.unread_bytes_max},
                      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes_max)}};
  options.connection_window_bytes = static_cast<std::int32_t>(limits.connection_window_bytes);
  return options;
}

// What a reset stream means to a call: gRPC over HTTP/2, "Errors", which Connect follows.
Code code_of_reset(std::uint32_t error_code) {
  switch (error_code) {
    case NGHTTP2_REFUSED_STREAM:
      return Code::unavailable;
    case NGHTTP2_CANCEL:
      return Code::canceled;
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return Code::resource_exhausted;
    case NGHTTP2_INADEQUATE_SECURITY:
      return Code::permission_denied;
    default:
      return Code::internal;
  }
}

Error stream_reset(std::uint32_t error_code) {
  return {code_of_reset(error_code), ErrorDomain::network, "stream_reset",
          fmt::format("The server reset the stream: {}.", nghttp2_http2_strerror(error_code))};
}

}  // namespace

// An exchange and its stream.
struct ClientH2::Carried final : ClientCarrier, H2BodySource {
  Carried(ClientH2& owner, std::shared_ptr<ClientExchange> carried) : connection(owner), exchange(std::move(carried)) {}

  void on_more(ClientExchange&) override {
    if (std::exchange(deferred, false)) connection.session_.resume(id);
    connection.pump_soon();
  }
  void on_taken(ClientExchange&, std::size_t bytes) override {
    connection.session_.consume(id, bytes);
    connection.pump_soon();
  }
  void on_cancel(ClientExchange&) override {
    exchange.reset();
    if (sent) connection.session_.reset_stream(id, NGHTTP2_CANCEL);
    connection.pump_soon();
  }

  Offer offer(std::size_t bytes_max) override {
    if (!exchange) return {.bytes = 0, .end = true};
    const std::size_t bytes = std::min(bytes_max, exchange->outbound().size());
    const bool end = exchange->finished() && bytes == exchange->outbound().size();
    deferred = bytes == 0 && !end;
    return {.bytes = bytes, .end = end};
  }
  void take(std::size_t bytes, std::string& out) override {
    exchange->outbound().take(bytes, out);
    exchange->on_room();
  }

  // The answer is complete. Where the request is not, the server wants no more of it.
  void end() {
    if (!exchange->finished() || !exchange->outbound().empty()) connection.session_.reset_stream(id, NGHTTP2_CANCEL);
    exchange->on_end(std::move(trailers));
  }

  ClientH2& connection;
  std::shared_ptr<ClientExchange> exchange;  // null once it has ended
  std::int32_t id = 0;
  bool deferred = false;
  bool sent = false;  // its head is among the bytes that were written
  bool answered = false;
  ResponseHead head;
  Headers trailers;
  std::size_t header_bytes = 0;
};

std::shared_ptr<ClientConnection> make_client_h2(ClientConnectionContext context, std::unique_ptr<Stream> stream) {
  return std::make_shared<ClientH2>(std::move(context), std::move(stream));
}

ClientH2::ClientH2(ClientConnectionContext context, std::unique_ptr<Stream> stream)
    : context_(std::move(context)),
      stream_(std::move(stream)),
      session_(session_options(context_.limits), *this),
      deadline_(context_.thread.context()),
      in_(read_bytes) {}

ClientH2::~ClientH2() = default;

void ClientH2::open() {
  pump();
}

std::size_t ClientH2::capacity() const {
  if (draining_ || closed_ || broken_ || peer_ended_) return 0;
  const std::size_t allowed = std::min<std::size_t>(context_.limits.streams_max,
                                                    session_.remote_setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
  return allowed - std::min(allowed, carried_.size());
}

void ClientH2::carry(std::shared_ptr<ClientExchange> exchange) {
  const ClientRequestHead& head = exchange->head();
  const std::string target = head.query.empty() ? head.path : head.path + "?" + head.query;
  const std::string length = std::to_string(exchange->outbound().size());
  const bool has_body = !exchange->body_is_whole() || !exchange->outbound().empty();
  H2Fields fields;
  fields.add(":method", head.method);
  fields.add(":scheme", context_.tls ? "https" : "http");
  fields.add(":authority", context_.authority);
  fields.add(":path", target);
  if (Status added = fields.add_all(head.headers); !added.ok()) {
    return exchange->on_failure(std::move(added).error(), false);
  }
  if (exchange->body_is_whole() && head.method != "GET") fields.add("content-length", length);

  auto carried = std::make_unique<Carried>(*this, exchange);
  carried->id = session_.request(fields.span(), has_body ? carried.get() : nullptr, carried.get());
  if (carried->id < 0) {
    draining_ = true;  // every number of a stream was used
    return exchange->on_failure(connection_lost(context_.authority), false);
  }
  exchange->carried_by(carried.get());
  carried_.emplace(carried->id, std::move(carried));
  pump_soon();
}

// ---- what the session tells

H2Verdict ClientH2::on_fields_begin(const nghttp2_frame& frame) {
  if (Carried* const carried = find(frame.hd.stream_id)) {
    carried->head = ResponseHead{};
    carried->header_bytes = 0;
  }
  return H2Verdict::keep;
}

H2Verdict ClientH2::on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  Carried* const carried = find(frame.hd.stream_id);
  if (carried == nullptr || !carried->exchange) return H2Verdict::keep;
  carried->header_bytes += name.size() + value.size() + field_overhead_bytes;
  if (carried->header_bytes > context_.limits.header_bytes_max) {
    carried->exchange->on_failure(answer_head_too_large(), true);
    carried->exchange.reset();
    session_.reset_stream(carried->id, NGHTTP2_ENHANCE_YOUR_CALM);
    return H2Verdict::reset;
  }
  if (carried->answered) {
    carried->trailers.add(std::string(name), std::string(value));
  } else if (name == ":status") {
    carried->head.status = static_cast<int>(parse_decimal(value).value_or(0));
  } else {
    carried->head.headers.add(std::string(name), std::string(value));
  }
  return H2Verdict::keep;
}

void ClientH2::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type == NGHTTP2_GOAWAY) draining_ = true;
  if (frame.hd.type == NGHTTP2_SETTINGS) capacity_grew_ = true;
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  Carried* const carried = find(frame.hd.stream_id);
  if (carried == nullptr || !carried->exchange) return;
  const bool end_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_HEADERS) {
    on_fields_end(*carried, end_stream);
  } else if (end_stream) {
    carried->end();
  }
}

void ClientH2::on_fields_end(Carried& carried, bool end_stream) {
  if (!carried.answered && carried.head.status >= 200) {
    carried.answered = true;
    carried.exchange->on_head(std::move(carried.head));
  }
  if (end_stream) carried.end();
}

void ClientH2::on_data(std::int32_t stream_id, std::string_view bytes) {
  Carried* const carried = find(stream_id);
  if (carried == nullptr || !carried->exchange) return session_.consume(stream_id, bytes.size());
  carried->exchange->on_body(bytes);
}

void ClientH2::on_frame_sent(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS) return;
  Carried* const carried = find(frame.hd.stream_id);
  if (carried == nullptr) return;
  carried->sent = true;
  // nghttp2 1.52 resets a request that it has not sent, which breaks the connection; so it is sent first.
  if (!carried->exchange) session_.reset_stream(carried->id, NGHTTP2_CANCEL);
}

void ClientH2::on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) {
  const auto found = carried_.find(stream_id);
  if (found == carried_.end()) return;
  Carried* const carried = found->second.get();
  if (const auto exchange = std::exchange(carried->exchange, nullptr)) {
    exchange->carried_by(nullptr);
    // What is not read yet is no longer this connection's concern.
    session_.consume_connection(exchange->unread());
    exchange->on_failure(stream_reset(error_code), carried->sent && error_code != NGHTTP2_REFUSED_STREAM);
  }
  ended_.push_back(std::move(found->second));
  carried_.erase(found);
  capacity_grew_ = true;
}

// ---- the machine

void ClientH2::on_read(ReadOutcome outcome, std::size_t bytes) {
  read_pending_ = false;
  if (closed_) return;
  was_silent_ = false;
  if (outcome == ReadOutcome::bytes) {
    if (!deadline_is_idle_) deadline_.set(context_.limits.silence_timeout, self());
    (void)session_.receive({in_.data(), bytes});
  } else {
    peer_ended_ = true;
  }
  pump();
}

void ClientH2::on_writable() {
  write_waiting_ = false;
  if (!closed_) pump();
}

void ClientH2::on_deadline() {
  if (closed_) return;
  if (carried_.empty()) {
    session_.give_up(NGHTTP2_NO_ERROR);
  } else if (std::exchange(was_silent_, true)) {
    broken_ = true;
  } else {
    session_.ping(liveness_ping);
    deadline_.set(context_.limits.silence_timeout, self());
  }
  pump();
}

void ClientH2::abandon(const Error& reason) {
  context_.owner = nullptr;
  if (closed_) return;
  session_.give_up(NGHTTP2_NO_ERROR);
  fail_all(reason);
  flush();
  close();
}

void ClientH2::pump_soon() {
  if (closed_ || std::exchange(pump_posted_, true)) return;
  context_.thread.post([self = self()] {
    self->pump_posted_ = false;
    if (!self->closed_) self->pump();
  });
}

void ClientH2::pump() {
  flush();
  ended_.clear();
  const bool over = !session_.wants_read() && !session_.wants_write() && unsent() == 0;
  if (broken_ || peer_ended_ || over || (draining_ && carried_.empty())) {
    fail_all(connection_lost(context_.authority));
    return close();
  }
  if (std::exchange(capacity_grew_, false)) tell_capacity();
  arm_read();
  arm_deadline();
}

void ClientH2::tell_capacity() {
  context_.thread.post([self = self()] {
    if (self->context_.owner != nullptr && self->capacity() > 0) self->context_.owner->on_capacity(*self);
  });
}

void ClientH2::flush() {
  while (!write_waiting_ && !broken_) {
    // A session that failed has a last word to say.
    if (!session_.send(out_, out_sent_ + write_bytes)) (void)session_.send(out_, out_sent_ + write_bytes);
    if (unsent() == 0) break;
    const auto taken = stream_->write(std::string_view(out_).substr(out_sent_));
    if (!taken) {
      broken_ = true;
    } else if (*taken == 0) {
      write_waiting_ = true;
      stream_->wait_writable(self());
    } else {
      out_sent_ += *taken;
    }
    if (unsent() == 0) {
      out_.clear();
      out_sent_ = 0;
    }
  }
}

void ClientH2::fail_all(const Error& error) {
  for (auto& [key, carried] : carried_) {
    if (const auto exchange = std::exchange(carried->exchange, nullptr)) exchange->on_failure(error, carried->sent);
  }
}

void ClientH2::close() {
  if (std::exchange(closed_, true)) return;
  deadline_.cancel();
  stream_->close();
  context_.thread.post([self = self()] {
    if (ClientConnectionOwner* const owner = std::exchange(self->context_.owner, nullptr)) owner->on_closed(*self);
  });
}

void ClientH2::arm_read() {
  if (read_pending_) return;
  read_pending_ = true;
  stream_->read(in_.data(), in_.size(), self());
}

void ClientH2::arm_deadline() {
  const bool idle = carried_.empty();
  if (std::exchange(deadline_is_idle_, idle) == idle && !idle) return;
  deadline_.set(idle ? context_.limits.idle_timeout : context_.limits.silence_timeout, self());
}

}  // namespace florin::http
