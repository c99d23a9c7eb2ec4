// ClientH1: HTTP/1.1 to a server, one exchange after the other. The answer is read while the request is still being
// sent, as it may come early. For the .cc files of this room only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/client_connection.h"
#include "http/client_response_parser.h"
#include "http/deadline.h"

namespace florin::http {

class ClientH1 final : public ClientConnection, public ClientCarrier, public DeadlineListener {
 public:
  ClientH1(ClientConnectionContext context, std::unique_ptr<Stream> stream);

  void open() override;
  std::size_t capacity() const override;
  void carry(std::shared_ptr<ClientExchange> exchange) override;
  void abandon(const Error& reason) override;

  void on_read(ReadOutcome outcome, std::size_t bytes) override;
  void on_writable() override;
  void on_more(ClientExchange& exchange) override;
  void on_taken(ClientExchange& exchange, std::size_t bytes) override;
  void on_cancel(ClientExchange& exchange) override;
  void on_deadline() override;

 private:
  enum class State : std::uint8_t { idle, busy, closed };

  Status append_request_head();
  void pump_soon();
  void pump();
  void gather();
  void flush();
  void parse();
  void end_exchange(Headers trailers);
  void end_of_input();
  void fail(Error error);
  void close();
  void tell_owner_closed();
  void arm_read();
  bool has_room_to_read() const;
  std::size_t unsent() const { return out_.size() - out_sent_; }
  std::shared_ptr<ClientH1> self() { return std::static_pointer_cast<ClientH1>(shared_from_this()); }

  ClientConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  Deadline idle_deadline_;
  ResponseParser parser_;

  State state_ = State::idle;
  std::shared_ptr<ClientExchange> exchange_;  // that is carried
  bool chunked_ = false;                      // the request's body
  bool request_ended_ = false;                // all of it is in out_
  bool touched_ = false;                      // a byte of this request was written

  std::vector<char> in_;
  std::string_view unparsed_;  // of in_
  bool read_pending_ = false;
  bool peer_ended_ = false;
  bool broken_ = false;

  std::string out_;
  std::size_t out_sent_ = 0;
  bool write_waiting_ = false;
  bool write_broken_ = false;
  bool pump_posted_ = false;
};

}  // namespace florin::http
