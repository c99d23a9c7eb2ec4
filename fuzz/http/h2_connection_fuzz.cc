// Fuzzes a whole HTTP/2 connection of a server, in memory: frames come in pieces, handlers of many kinds answer, and
// the peer takes the answers as slowly as it likes. Whatever it sends, handlers get only heads within the limits and
// are never more than allowed, floods end the connection, what is sent is well-formed, and nothing is left in the end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "h2_recorder.h"
#include "http/h2_connection.h"
#include "http/io_thread.h"
#include "http/testing/function_handler.h"
#include "http/testing/h2_peer.h"

namespace {

using namespace florin::http;
using florin::Duration;
using florin::Result;
using florin::Task;
using florin::Unit;

// Low, so that short inputs reach them; without anything that comes back with time, so that no clock matters.
Limits low_limits() {
  Limits limits;
  H2Limits& h2 = limits.h2;
  h2.streams_max = 4;
  h2.handlers_max = 6;
  h2.header_count_max = 8;
  h2.header_bytes_max = 512;
  h2.trailer_count_max = 2;
  h2.trailer_bytes_max = 100;
  h2.body_bytes_max = 3000;
  h2.stream_window_bytes = 16 * 1024;
  h2.connection_window_bytes = 64 * 1024;
  h2.stream_write_buffer_bytes_max = 1024;
  h2.queued_frames_max = 5;
  h2.resets_received = h2.resets_sent = h2.pings = h2.settings = {.burst = 5, .per_second = 0};
  h2.empty_data = h2.priorities = h2.window_updates = {.burst = 8, .per_second = 0};
  limits.linger_bytes_max = 2000;
  h2.silence_timeout = h2.body_stall_timeout = Duration::minutes(60);
  limits.head_timeout = limits.body_stall_timeout = limits.write_stall_timeout = Duration::minutes(60);
  limits.linger_timeout = limits.drained_linger_timeout = Duration::minutes(59);
  limits.idle_timeout = Duration::minutes(61);
  return limits;
}

// The peer's end: gives bytes when it is told to, and takes as much as there is room for.
class MemoryStream final : public Stream {
 public:
  struct Wire {
    std::string sent{};
    std::size_t room = 0;
    char* into = nullptr;
    std::size_t into_bytes = 0;
    std::shared_ptr<StreamListener> reader{};
    std::shared_ptr<StreamListener> writer{};
    bool closed = false;
  };

  explicit MemoryStream(Wire& wire) : wire_(wire) {}

  void read(char* data, std::size_t size, std::shared_ptr<StreamListener> listener) override {
    CHECK(!wire_.reader && !wire_.closed && size > 0, "one read at a time");
    wire_.into = data;
    wire_.into_bytes = size;
    wire_.reader = std::move(listener);
  }
  std::optional<std::size_t> write(std::string_view bytes) override {
    CHECK(!wire_.closed && !shut_ && !bytes.empty());
    const std::size_t taken = std::min(bytes.size(), wire_.room);
    wire_.sent += bytes.substr(0, taken);
    wire_.room -= taken;
    return taken;
  }
  void wait_writable(std::shared_ptr<StreamListener> listener) override {
    CHECK(!wire_.writer && !wire_.closed, "one wait at a time");
    wire_.writer = std::move(listener);
  }
  void shutdown_write() override { shut_ = true; }
  void close() override { wire_.closed = true; }

 private:
  Wire& wire_;
  bool shut_ = false;
};

// One peer's whole life.
class Life {
 public:
  explicit Life(std::size_t room_bytes) : room_bytes_(room_bytes), handler_([this](Exchange& e) { return serve(e); }) {}

  void run(std::string_view bytes, std::size_t piece_bytes) {
    CHECK(validate(limits_).ok());
    CHECK(count_.try_add(1));
    ConnectionContext context{.thread = thread_, .handler = handler_, .limits = limits_, .peer = "127.0.0.1:1"};
    const auto connection = make_h2_connection(std::move(context), std::make_unique<MemoryStream>(wire_));
    thread_.add(connection, h2_preface);
    settle();
    while (!bytes.empty() && give(bytes.substr(0, piece_bytes))) {
      bytes.remove_prefix(std::min(piece_bytes, bytes.size()));
    }
    tell(ReadOutcome::end, 0);
    if (count_.value() != 0) connection->abort();
    settle();
    CHECK(count_.value() == 0, "the connection is gone");
    CHECK(running_ == 0, "no handler is left behind");
    CHECK(connection.use_count() == 1, "nobody holds the connection");
    check_sent();
  }

 private:
  void settle() {
    thread_.context().poll();
    // A slow peer takes a little at a time, which is no reason to wait for ever.
    for (int i = 0; i < 4 && wire_.writer && !wire_.closed; ++i) {
      wire_.room = room_bytes_;
      std::exchange(wire_.writer, nullptr)->on_writable();
      thread_.context().poll();
    }
    if (!wire_.closed) return;
    if (wire_.reader) std::exchange(wire_.reader, nullptr)->on_read(ReadOutcome::broken, 0);
    if (wire_.writer) std::exchange(wire_.writer, nullptr)->on_writable();
    thread_.context().poll();
  }

  // False where the connection takes no more.
  bool give(std::string_view piece) {
    while (!piece.empty()) {
      if (!wire_.reader || wire_.closed) return false;
      const std::size_t taken = std::min(piece.size(), wire_.into_bytes);
      std::ranges::copy(piece.substr(0, taken), wire_.into);
      piece.remove_prefix(taken);
      tell(ReadOutcome::bytes, taken);
    }
    return true;
  }

  void tell(ReadOutcome outcome, std::size_t bytes) {
    if (wire_.reader && !wire_.closed) std::exchange(wire_.reader, nullptr)->on_read(outcome, bytes);
    settle();
  }

  Task<Unit> serve(Exchange& exchange) {
    ++running_;
    CHECK(running_ <= limits_.h2.handlers_max);
    check_request_head(exchange.request(), limits_.h2);
    bool told = false;
    exchange.on_abort([&told] {
      CHECK(!told, "told once");
      told = true;
    });
    switch (exchange.request().path.size() % 6) {
      case 0:
        (void)co_await exchange.respond({.status = 204}, {});
        break;
      case 1:
        (void)co_await echo(exchange);
        break;
      case 2:
        (void)co_await exchange.respond({.status = 200}, std::string(40'000, 'a'));
        break;
      case 3:
        (void)co_await gather(exchange);
        break;
      case 4:
        (void)co_await exchange.write_head({.status = 200});
        break;
      default:
        break;
    }
    exchange.on_abort({});
    --running_;
    co_return Unit{};
  }

  Task<Unit> echo(Exchange& exchange) {
    if (!(co_await exchange.write_head({.status = 200})).ok()) co_return Unit{};
    for (;;) {
      auto piece = co_await exchange.read_body();
      if (!piece.ok() || !piece->has_value()) break;
      CHECK(!(*piece)->empty());
      if (!(co_await exchange.write_body(std::move(**piece))).ok()) co_return Unit{};
    }
    Headers trailers;
    trailers.add("x-end", "yes");
    (void)co_await exchange.finish(std::move(trailers));
    co_return Unit{};
  }

  Task<Unit> gather(Exchange& exchange) {
    const auto body = co_await read_whole_body(exchange, 2000);
    CHECK(!body.ok() || body->size() <= 2000);
    Headers headers;
    for (const auto& [name, value] : exchange.request().headers.fields()) headers.add(name, value);
    (void)co_await exchange.respond({.status = body.ok() ? 200 : 400, .headers = std::move(headers)},
                                    body.ok() ? *body : "refused");
    co_return Unit{};
  }

  void check_sent() const {
    const std::vector<H2RawFrame> frames = h2_frames(wire_.sent);
    if (!frames.empty()) CHECK(frames[0].type == NGHTTP2_SETTINGS && frames[0].flags == 0);
    std::set<std::uint32_t> ended;
    std::set<std::uint32_t> reset;
    std::size_t pings = 0;
    std::size_t settings = 0;
    std::size_t resets = 0;
    bool failed = false;
    for (const H2RawFrame& frame : frames) {
      CHECK(frame.payload.size() <= 16'384, "no frame is longer than every peer must take");
      const bool is_answer = frame.type == NGHTTP2_HEADERS || frame.type == NGHTTP2_DATA;
      if (is_answer) {
        CHECK(!ended.contains(frame.stream_id) && !reset.contains(frame.stream_id), "stream {}", frame.stream_id);
        CHECK(!failed, "after the last word");
      }
      if (is_answer && (frame.flags & NGHTTP2_FLAG_END_STREAM) != 0) ended.insert(frame.stream_id);
      if (frame.type == NGHTTP2_RST_STREAM) reset.insert(frame.stream_id);
      resets += frame.type == NGHTTP2_RST_STREAM && frame.error_code() != NGHTTP2_NO_ERROR ? 1 : 0;
      pings += frame.type == NGHTTP2_PING ? 1 : 0;
      settings += frame.type == NGHTTP2_SETTINGS ? 1 : 0;
      failed = failed || (frame.type == NGHTTP2_GOAWAY && frame.error_code() != NGHTTP2_NO_ERROR);
    }
    CHECK(pings <= limits_.h2.pings.burst, "{} pings answered", pings);
    CHECK(settings <= 1 + limits_.h2.settings.burst, "{} settings answered", settings);
    CHECK(resets <= 1 + limits_.h2.resets_sent.burst, "{} resets sent", resets);
  }

  const std::size_t room_bytes_;
  const Limits limits_ = low_limits();
  FunctionHandler handler_;
  MemoryStream::Wire wire_{.room = room_bytes_};
  ConnectionCount count_;
  IoThread thread_{count_};
  std::size_t running_ = 0;
};

}  // namespace

// The first bytes: the size of the pieces, and how much the peer takes at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  Life(std::size_t{8} << data[1] % 14).run(bytes, std::size_t{1} << data[0] % 12);
  return 0;
}
