// ClientH2: HTTP/2 to a server (RFC 9113), many exchanges at once. For the .cc files of this room only.
//
// The session's callbacks tell the exchanges what came, which only take note; what makes more to send asks for pump(),
// which runs once for all of it.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/client_connection.h"
#include "http/deadline.h"
#include "http/h2_fields.h"
#include "http/h2_session.h"

namespace florin::http {

class ClientH2 final : public ClientConnection, public DeadlineListener, private H2SessionListener {
 public:
  ClientH2(ClientConnectionContext context, std::unique_ptr<Stream> stream);
  ~ClientH2() override;

  void open() override;
  std::size_t capacity() const override;
  void carry(std::shared_ptr<ClientExchange> exchange) override;
  void abandon(const Error& reason) override;

  void on_read(ReadOutcome outcome, std::size_t bytes) override;
  void on_writable() override;
  void on_deadline() override;

 private:
  struct Carried;
  // Null where the stream is not known any more.
  Carried* find(std::int32_t stream_id) const { return static_cast<Carried*>(session_.attached(stream_id)); }

  void on_frame_begin(const nghttp2_frame_hd&) override {}
  H2Verdict on_fields_begin(const nghttp2_frame& frame) override;
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override;
  void on_frame(const nghttp2_frame& frame) override;
  void on_data(std::int32_t stream_id, std::string_view bytes) override;
  void on_frame_sent(const nghttp2_frame& frame) override;
  void on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) override;
  void on_fields_end(Carried& carried, bool end_stream);

  void pump_soon();
  void pump();
  void flush();
  void tell_capacity();
  void fail_all(const Error& error);
  void close();
  void arm_read();
  void arm_deadline();
  std::size_t unsent() const { return out_.size() - out_sent_; }
  std::shared_ptr<ClientH2> self() { return std::static_pointer_cast<ClientH2>(shared_from_this()); }

  ClientConnectionContext context_;
  std::unique_ptr<Stream> stream_;
  H2Session session_;
  Deadline deadline_;  // of idleness, or of silence while there are streams
  bool deadline_is_idle_ = false;
  bool was_silent_ = false;

  std::unordered_map<std::int32_t, std::unique_ptr<Carried>> carried_;  // by stream
  std::vector<std::unique_ptr<Carried>> ended_;                         // until the session cannot look at them
  bool draining_ = false;                                               // the server takes no more
  bool capacity_grew_ = false;
  bool closed_ = false;

  std::vector<char> in_;
  bool read_pending_ = false;
  bool peer_ended_ = false;

  std::string out_;
  std::size_t out_sent_ = 0;
  bool write_waiting_ = false;
  bool broken_ = false;
  bool pump_posted_ = false;
};

}  // namespace florin::http
