#include "http/h2_stream.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "http/h1_writer.h"
#include "http/h2_connection.h"
#include "http/io_thread.h"
#include "http/json_error.h"

namespace florin::http {
namespace {

// Clients that are answered before they have sent everything (curl 7.88 is one) take a reset for a failure even behind
// a whole answer. They get so many periods, and Limits::unread_body_bytes_max, to end their request by themselves.
constexpr unsigned drop_sweeps_max = 1;

Error peer_gone() {
  return {Code::canceled, ErrorDomain::network, "peer_gone", "The client reset the request or closed the connection."};
}

// A status as three digits.
struct StatusText {
  explicit StatusText(int status)
      : digits{static_cast<char>('0' + status / 100), static_cast<char>('0' + status / 10 % 10),
               static_cast<char>('0' + status % 10)} {}
  std::string_view view() const { return {digits, 3}; }
  char digits[3];
};

}  // namespace

H2Stream::H2Stream(H2Connection& connection)
    : connection_(connection), reader_of_head_(connection.context().limits.h2) {
  head_.peer = connection.context().peer;
  head_.tls = connection.context().tls;
  head_.client_subject = connection.context().client_subject;
  head_.http_major = 2;
}

void H2Stream::begin(std::int32_t id) {
  id_ = id;
  head_.method.clear();
  head_.path.clear();
  head_.query.clear();
  head_.authority.clear();
  head_.headers.clear();
  reader_of_head_.begin();
  handler_ = HandlerState::waiting;
  ended_exchange_ = closed_ = gone_ = abort_due_ = false;
  abort_work_ = nullptr;
  inbound_.clear();
  body_bytes_ = 0;
  request_ended_ = owes_continue_ = false;
  body_error_.reset();
  answer_ = Answer::none;
  bodiless_ = end_sent_ = deferred_ = false;
  outbound_.clear();
  trailers_.clear();
  read_stalls_ = write_stalls_ = drop_sweeps_ = 0;
  dropped_bytes_ = 0;
}

// ---- what came

H2Verdict H2Stream::on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  const bool fits = frame.headers.cat == NGHTTP2_HCAT_REQUEST ? reader_of_head_.add(head_, name, value)
                                                              : reader_of_head_.add_trailer(name, value);
  if (fits) return H2Verdict::keep;
  connection_.session().reset_stream(id_, NGHTTP2_ENHANCE_YOUR_CALM);
  return H2Verdict::reset;
}

void H2Stream::on_head() {
  handler_ = HandlerState::due;
}

void H2Stream::on_data(std::string_view bytes) {
  read_stalls_ = 0;
  body_bytes_ += bytes.size();
  const std::uint64_t bytes_max = connection_.context().limits.h2.body_bytes_max;
  if (body_bytes_ > bytes_max && !body_error_) {
    body_error_ = body_too_large(static_cast<std::size_t>(bytes_max));
    drop_inbound();
  }
  if (end_sent_) {
    dropped_bytes_ += bytes.size();
    if (dropped_bytes_ > connection_.context().limits.unread_body_bytes_max) give_up_request();
  }
  if (body_error_ || handler_ == HandlerState::ended) return release(bytes.size());
  inbound_ += bytes;
}

void H2Stream::on_request_end() {
  request_ended_ = true;
}

void H2Stream::on_end_sent() {
  end_sent_ = true;
}

// RFC 9113 section 8.1: a whole answer to half a request; the client need not send the rest.
void H2Stream::give_up_request() {
  if (!closed_ && end_sent_ && !request_ended_) connection_.session().reset_stream(id_, NGHTTP2_NO_ERROR);
}

void H2Stream::on_closed() {
  closed_ = true;
  if (end_sent_) return;
  gone_ = true;
  drop_inbound();
  outbound_.clear();
}

bool H2Stream::request_lost() const {
  return closed_ || connection_.peer_ended();
}

// ---- acting

void H2Stream::step() {
  if (handler_ == HandlerState::waiting && closed_) handler_ = HandlerState::ended;
  if (handler_ == HandlerState::due) start_handler();
  if (gone_ || abort_due_) tell_abort();
  wake_reader();
  wake_writer();
  if (handler_ == HandlerState::ended) end_exchange();
}

void H2Stream::start_handler() {
  if (gone_) {
    handler_ = HandlerState::ended;
    return;
  }
  if (const auto refusal = reader_of_head_.finish(head_)) {
    handler_ = HandlerState::ended;
    refuse(refusal->status, refusal->reason);
    return;
  }
  bodiless_ = head_.method == "HEAD";
  owes_continue_ = reader_of_head_.expects_continue() && !request_ended_;
  handler_ = HandlerState::running;
  start(connection_.context().handler.serve(*this), [this](Unit) {
    handler_ = HandlerState::ended;
    connection_.touch(*this);
  });
}

void H2Stream::refuse(int status, std::string_view reason) {
  std::string body = json_error_body(status, reason);
  ResponseHead head{.status = status};
  head.headers.add("content-type", "application/json");
  const Status submitted = submit_head(head, body.size(), true);
  CHECK(submitted.ok(), "{}", submitted.error().to_string());
  outbound_.push(std::move(body));
  answer_ = Answer::complete;
}

// What the handler left: an answer that is missing, half, or given before the request was read.
void H2Stream::end_exchange() {
  if (std::exchange(ended_exchange_, true)) return;
  abort_work_ = nullptr;
  drop_inbound();
  if (closed_) return;
  if (answer_ == Answer::none) {
    refuse(500, "The request was not answered.");
  } else if (answer_ == Answer::begun) {
    connection_.session().reset_stream(id_, NGHTTP2_INTERNAL_ERROR);
  }
}

void H2Stream::tell_abort() {
  if (answer_ == Answer::complete || handler_ == HandlerState::ended) return;
  if (Work work = std::exchange(abort_work_, nullptr)) work();
}

void H2Stream::wake_reader() {
  if (!reader_ || (inbound_.empty() && !request_ended_ && !body_error_ && !request_lost())) return;
  std::exchange(reader_, nullptr).resume();
}

void H2Stream::wake_writer() {
  if (!writer_ || (!gone_ && outbound_.size() > write_buffer_bytes_max() / 2)) return;
  std::exchange(writer_, nullptr).resume();
}

void H2Stream::sweep(unsigned write_stalls_max, unsigned read_stalls_max) {
  if (closed_) return;
  if (end_sent_ && !request_ended_ && ++drop_sweeps_ > drop_sweeps_max) {
    give_up_request();
    connection_.touch(*this);
  }
  if (!outbound_.empty() && ++write_stalls_ > write_stalls_max) {
    connection_.session().reset_stream(id_, NGHTTP2_CANCEL);
    connection_.touch(*this);
  }
  if (reader_ && ++read_stalls_ > read_stalls_max) {
    body_error_ = peer_gone();
    abort_due_ = true;
    connection_.touch(*this);
  }
}

void H2Stream::drop_inbound() {
  release(std::exchange(inbound_, {}).size());
}

void H2Stream::release(std::size_t bytes) {
  if (closed_) {
    connection_.session().consume_connection(bytes);
  } else {
    connection_.session().consume(id_, bytes);
  }
}

// ---- the exchange

Executor& H2Stream::executor() {
  return connection_.context().thread;
}

std::size_t H2Stream::write_buffer_bytes_max() const {
  return connection_.context().limits.h2.stream_write_buffer_bytes_max;
}

struct H2Stream::ReaderWait {
  H2Stream& stream;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!stream.reader_, "one read at a time");
    stream.reader_ = handle;
    stream.read_stalls_ = 0;
  }
  void await_resume() const {}
};

struct H2Stream::RoomWait {
  H2Stream& stream;
  bool await_ready() const { return stream.gone_ || stream.outbound_.size() <= stream.write_buffer_bytes_max(); }
  void await_suspend(std::coroutine_handle<> handle) {
    CHECK(!stream.writer_, "one write at a time");
    stream.writer_ = handle;
  }
  Status await_resume() const {
    if (stream.gone_) return peer_gone();
    return ok();
  }
};

H2Stream::RoomWait H2Stream::room() {
  connection_.touch(*this);
  return RoomWait{*this};
}

Task<Result<std::optional<std::string>>> H2Stream::read_body() {
  for (;;) {
    if (body_error_) co_return *body_error_;
    if (!inbound_.empty()) {
      std::optional<std::string> piece(std::exchange(inbound_, {}));
      release(piece->size());
      connection_.touch(*this);
      co_return piece;
    }
    if (request_ended_) co_return std::optional<std::string>();
    if (request_lost()) co_return peer_gone();
    if (std::exchange(owes_continue_, false) && answer_ == Answer::none) {
      connection_.send_continue(id_);
      connection_.touch(*this);
    }
    co_await ReaderWait{*this};
  }
}

Status H2Stream::submit_head(const ResponseHead& head, std::optional<std::uint64_t> content_length, bool body_follows) {
  CHECK(answer_ == Answer::none, "an exchange is answered once");
  if (head.status < 200 || head.status > 599) {
    return internal_error("invalid_status", "The answer's status is not one.");
  }
  if (status_is_bodiless(head.status)) {
    bodiless_ = true;
    content_length.reset();
  }
  const StatusText status(head.status);
  char digits[24];
  H2Fields& fields = connection_.scratch_fields();
  fields.clear();
  fields.add(":status", status.view());
  RETURN_IF_ERROR(fields.add_all(head.headers));
  fields.add("date", connection_.context().thread.date());
  if (content_length) {
    char* const end = std::to_chars(std::begin(digits), std::end(digits), *content_length).ptr;
    fields.add("content-length", {digits, end});
  }
  connection_.session().answer(id_, fields.span(), body_follows && !bodiless_ ? this : nullptr);
  return ok();
}

// An empty body needs no DATA frame: END_STREAM goes with the head, which is what gRPC calls trailers-only.
Task<Status> H2Stream::respond(ResponseHead head, std::string body) {
  if (gone_) co_return peer_gone();
  std::optional<std::uint64_t> content_length;
  if (!body.empty()) content_length = body.size();
  if (Status begun = submit_head(head, content_length, !body.empty()); !begun.ok()) co_return begun;
  if (!bodiless_) outbound_.push(std::move(body));
  answer_ = Answer::complete;
  abort_work_ = nullptr;
  co_return co_await room();
}

Task<Status> H2Stream::write_head(ResponseHead head) {
  if (gone_) co_return peer_gone();
  if (Status begun = submit_head(head, std::nullopt, true); !begun.ok()) co_return begun;
  answer_ = Answer::begun;
  co_return co_await room();
}

Task<Status> H2Stream::write_body(std::string piece) {
  CHECK(answer_ == Answer::begun, "the head comes before the body, and nothing after the end");
  if (gone_) co_return peer_gone();
  if (!bodiless_ && !piece.empty()) {
    outbound_.push(std::move(piece));
    resume();
  }
  co_return co_await room();
}

Task<Status> H2Stream::finish(Headers trailers) {
  CHECK(answer_ == Answer::begun, "the head comes before the end");
  if (gone_) co_return peer_gone();
  // Tried here, where an error can still be told; sent behind the last of the body.
  H2Fields& fields = connection_.scratch_fields();
  fields.clear();
  if (Status checked = fields.add_all(trailers); !checked.ok()) co_return checked;
  if (!fields.span().empty()) trailers_ = std::move(trailers);
  answer_ = Answer::complete;
  abort_work_ = nullptr;
  if (!bodiless_) resume();
  co_return co_await room();
}

void H2Stream::on_abort(Work work) {
  if (answer_ == Answer::complete) return;
  abort_work_ = std::move(work);
  if (gone_ || connection_.peer_ended()) {
    abort_due_ = true;
    connection_.touch(*this);
  }
}

// ---- the body on its way out

void H2Stream::resume() {
  if (std::exchange(deferred_, false)) connection_.session().resume(id_);
}

H2BodySource::Offer H2Stream::offer(std::size_t bytes_max) {
  const std::size_t bytes = std::min(bytes_max, outbound_.size());
  const bool end = answer_ == Answer::complete && bytes == outbound_.size();
  if (bytes == 0 && !end) {
    deferred_ = true;
    return {};
  }
  if (!end || trailers_.fields().empty()) return {.bytes = bytes, .end = end};
  H2Fields& fields = connection_.scratch_fields();
  fields.clear();
  const Status added = fields.add_all(trailers_);
  CHECK(added.ok(), "trailers were checked before");
  connection_.session().trailers(id_, fields.span());
  return {.bytes = bytes, .end = true, .trailers = true};
}

void H2Stream::take(std::size_t bytes, std::string& out) {
  outbound_.take(bytes, out);
  write_stalls_ = 0;
  if (writer_ && outbound_.size() <= write_buffer_bytes_max() / 2) connection_.touch(*this);
}

}  // namespace florin::http
