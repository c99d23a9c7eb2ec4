// H1Connection: HTTP/1.1 over a stream. It serves one exchange at a time; what a client pipelines behind it waits in a
// bounded buffer and then in the kernel. All on the connection's I/O thread.
//
// Every event (bytes, room to write, a deadline, a handler that goes on) ends in settle(), which moves the connection
// as far as it can go and sends what has gathered in one write. So a handler that answers at once, and a row of
// pipelined requests, cost one write; and nothing recurses.
#pragma once

#include <coroutine>
#include <vector>

#include "http/connection.h"
#include "http/deadline.h"
#include "http/h1_parser.h"

namespace florin::http {

std::shared_ptr<Connection> make_h1_connection(ConnectionContext context, std::unique_ptr<Stream> stream);

class H1Connection final : public Connection, public DeadlineListener, public Exchange {
 public:
  H1Connection(ConnectionContext context, std::unique_ptr<Stream> stream);

  void open(std::string_view first_bytes) override;
  void drain() override;
  void abort() override;

  void on_read(ReadOutcome outcome, std::size_t bytes) override;
  void on_writable() override;
  void on_deadline() override;

  const RequestHead& request() const override { return parser_.head(); }
  Executor& executor() override;
  Task<Result<std::optional<std::string>>> read_body() override;
  Task<Status> respond(ResponseHead head, std::string body) override;
  Task<Status> write_head(ResponseHead head) override;
  Task<Status> write_body(std::string piece) override;
  Task<Status> finish(Headers trailers) override;
  void on_abort(Work work) override;

 private:
  enum class State : std::uint8_t {
    reading,     // waits for a request's head
    handling,    // a handler runs
    discarding,  // the answer is given, the rest of the request's body is read and dropped
    lingering,   // nothing more is answered: sends what is left, then waits for the peer to close
    closed,
  };
  enum class Answer : std::uint8_t { none, begun, complete };
  enum class DeadlineKind : std::uint8_t { none, head, idle, body_stall, write_stall, linger };

  // The read side's bytes: [begin, end) came and are not parsed yet.
  struct Input {
    std::vector<char> buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool was_full = false;
    std::string_view unread() const { return {buffer.data() + begin, end - begin}; }
  };

  // What belongs to one exchange and is forgotten after it.
  struct Current {
    Answer answer = Answer::none;
    bool handler_ended = false;
    bool body_ended = false;
    bool chunked = false;        // of the answer
    bool bodiless = false;       // the answer has no body: HEAD, 204, 304
    bool owes_continue = false;  // "100 Continue" is expected and not sent
    std::optional<Error> body_error;
    Work abort_work;
  };

  struct ReaderWait;
  struct RoomWait;

  // Moves as far as possible; `touch` has it called soon, `settle` is the way in from events.
  void touch();
  void settle();
  bool step();
  bool step_reading();
  bool step_handling();
  bool step_discarding();
  bool step_lingering();

  H1Parser::Event parse();
  void begin_exchange();
  void end_exchange();
  void refuse(int status, std::string_view reason);
  void begin_linger();
  void break_connection();
  void close();

  bool must_close() const;
  bool rest_is_long() const;
  void drop_what_came();
  bool is_gone() const { return broken_ || gave_up_; }
  Status append_answer_head(ResponseHead& head, std::optional<std::uint64_t> content_length);
  // Runs the handler's abort work, once, unless the answer is complete.
  void tell_abort();
  RoomWait room();
  bool wake_reader();
  bool wake_writer();

  std::size_t unsent() const { return out_.size() - out_sent_; }
  void flush();
  void arm_read();
  bool make_room_to_read();
  void arm_deadline();
  DeadlineKind wanted_deadline() const;
  std::weak_ptr<DeadlineListener> listener();
  std::shared_ptr<H1Connection> self() { return std::static_pointer_cast<H1Connection>(shared_from_this()); }

  ConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  Deadline deadline_;
  DeadlineKind deadline_kind_ = DeadlineKind::none;
  H1Parser parser_;

  State state_ = State::reading;
  bool settling_ = false;
  bool settle_posted_ = false;
  bool first_request_ = true;
  bool draining_ = false;
  bool drained_idle_ = false;  // closes because of the drain, with nothing under way
  bool close_after_ = false;   // this exchange is the connection's last
  bool peer_ended_ = false;    // the peer sends nothing more
  bool gave_up_ = false;       // we wait no longer for the peer; it may still get an answer
  bool broken_ = false;        // nothing can be sent or read any more

  Input in_;
  bool read_pending_ = false;
  std::uint64_t dropped_bytes_ = 0;  // while lingering

  std::string out_;
  std::size_t out_sent_ = 0;
  bool write_waiting_ = false;
  bool write_shut_ = false;

  Current current_;
  std::coroutine_handle<> reader_;
  std::coroutine_handle<> writer_;
};

}  // namespace florin::http
