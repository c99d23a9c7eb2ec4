// H2Stream: one HTTP/2 stream of a server, as an Exchange. Its connection (h2_connection.h) owns it, tells it what
// came, and calls step() outside of the session's callbacks, where handlers start and go on. Reused for later streams.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/h2_fields.h"
#include "http/h2_out_body.h"
#include "http/h2_request_reader.h"
#include "http/h2_session.h"

namespace florin::http {

class H2Connection;

class H2Stream final : public Exchange, public H2BodySource {
 public:
  explicit H2Stream(H2Connection& connection);

  // ---- for the connection: what came. These only take note.
  void begin(std::int32_t id);
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  void on_head();
  void on_data(std::string_view bytes);
  void on_request_end();
  void on_end_sent();
  void on_closed();

  // ---- for the connection: acting.
  void step();
  // The connection is gone, or its peer sends no more: told to the handler at the next step.
  void notice() { abort_due_ = true; }
  // Counts a period in which nothing moved. True where the stream waited for its peer too long and was given up.
  void sweep(unsigned write_stalls_max, unsigned read_stalls_max);

  std::int32_t id() const { return id_; }
  // The request's rest is no longer waited for: its answer has gone out.
  void give_up_request();
  // Neither nghttp2 nor a handler knows it any more.
  bool over() const { return closed_ && handler_ == HandlerState::ended; }

  std::size_t position = 0;  // among the connection's streams
  bool touched = false;      // the connection will call step()

  // ---- Exchange
  const RequestHead& request() const override { return head_; }
  Executor& executor() override;
  Task<Result<std::optional<std::string>>> read_body() override;
  Task<Status> respond(ResponseHead head, std::string body) override;
  Task<Status> write_head(ResponseHead head) override;
  Task<Status> write_body(std::string piece) override;
  Task<Status> finish(Headers trailers) override;
  void on_abort(Work work) override;

  // ---- H2BodySource
  Offer offer(std::size_t bytes_max) override;
  void take(std::size_t bytes, std::string& out) override;

 private:
  enum class HandlerState : std::uint8_t { waiting, due, running, ended };
  enum class Answer : std::uint8_t { none, begun, complete };

  struct ReaderWait;
  struct RoomWait;

  void start_handler();
  void refuse(int status, std::string_view reason);
  void end_exchange();
  void tell_abort();
  void wake_reader();
  void wake_writer();
  RoomWait room();

  bool is_gone() const { return gone_; }
  // The rest of the request will not come.
  bool request_lost() const;
  std::size_t write_buffer_bytes_max() const;
  void drop_inbound();
  void release(std::size_t bytes);  // window of bytes that were read
  Status submit_head(const ResponseHead& head, std::optional<std::uint64_t> content_length, bool body_follows);
  void resume();

  H2Connection& connection_;
  std::int32_t id_ = 0;
  RequestHead head_;
  H2RequestReader reader_of_head_;

  HandlerState handler_ = HandlerState::waiting;
  bool ended_exchange_ = false;
  bool closed_ = false;  // nghttp2 knows the stream no more
  bool gone_ = false;    // nothing can be sent to the peer any more
  bool abort_due_ = false;
  Work abort_work_;

  std::string inbound_;  // came and was not read
  std::uint64_t body_bytes_ = 0;
  bool request_ended_ = false;
  bool owes_continue_ = false;
  std::optional<Error> body_error_;
  std::coroutine_handle<> reader_;

  Answer answer_ = Answer::none;
  bool bodiless_ = false;  // the answer has no body: HEAD, 204, 304
  bool end_sent_ = false;
  bool deferred_ = false;  // the session asked when there was nothing
  H2OutBody outbound_;
  Headers trailers_;
  std::coroutine_handle<> writer_;

  unsigned read_stalls_ = 0;
  unsigned write_stalls_ = 0;
  std::uint64_t dropped_bytes_ = 0;  // of the request, since the answer has gone out
  unsigned drop_sweeps_ = 0;         // the same, in periods
};

}  // namespace florin::http
