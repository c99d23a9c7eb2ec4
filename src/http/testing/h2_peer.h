// H2Peer: an HTTP/2 client for tests, in the test's thread. It sends what it is told, and runs the connection while it
// waits.
//
//   H2Peer peer(RawClient(server.port()));
//   const std::int32_t id = peer.request({.path = "/pets", .body = "cat"});
//   EXPECT_EQ(peer.reply(id).status, 200);
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "http/exchange.h"
#include "http/h2_out_body.h"
#include "http/h2_session.h"
#include "http/testing/raw_client.h"

namespace florin::http {

struct H2Request {
  std::string method = "POST";
  std::string path = "/";
  Headers headers{};
  std::string body{};
  bool end = true;  // false: send() and end() follow
};

struct H2Reply {
  int status = 0;
  Headers headers{};
  std::string body{};
  Headers trailers{};
  bool ended = false;                     // END_STREAM came
  std::optional<std::uint32_t> closed{};  // the stream is over, with this error code
  std::size_t data_frames = 0;
};

struct H2PeerOptions {
  std::uint32_t stream_window_bytes = 1 << 20;
  bool consume = true;  // opens the windows again as bodies come
};

class H2Peer final : private H2SessionListener {
 public:
  explicit H2Peer(RawClient client, const H2PeerOptions& options = {});

  // Opens a stream; negative where the server allows no more.
  std::int32_t request(const H2Request& request);
  void send(std::int32_t stream_id, std::string body);
  void end(std::int32_t stream_id);
  void reset(std::int32_t stream_id, std::uint32_t error_code);
  // Lets the server send as much more of a body that came, where `consume` is off.
  void open_window(std::int32_t stream_id, std::size_t bytes) { session_.consume(stream_id, bytes); }

  // Runs until the stream is over.
  const H2Reply& reply(std::int32_t stream_id);
  // What came of it so far.
  const H2Reply& so_far(std::int32_t stream_id) { return streams_[stream_id].reply; }
  // Runs until `done` holds; false where the connection ended before.
  bool run_until(const std::function<bool()>& done);
  // Runs until the server closes the connection.
  void run_to_end();
  // Sends what waits to be sent.
  bool flush();

  H2Session& session() { return session_; }
  RawClient& client() { return client_; }
  // The server's, as often as they came.
  const std::vector<std::uint32_t>& goaways() const { return goaways_; }
  std::uint32_t setting(nghttp2_settings_id id);

 private:
  struct Stream final : H2BodySource {
    H2OutBody out;
    bool end = false;
    bool deferred = false;
    H2Reply reply;

    Offer offer(std::size_t bytes_max) override;
    void take(std::size_t bytes, std::string& to) override { out.take(bytes, to); }
  };

  void on_frame_begin(const nghttp2_frame_hd&) override {}
  H2Verdict on_fields_begin(const nghttp2_frame&) override { return H2Verdict::keep; }
  H2Verdict on_field(const nghttp2_frame& frame, std::string_view name, std::string_view value) override;
  void on_frame(const nghttp2_frame& frame) override;
  void on_data(std::int32_t stream_id, std::string_view bytes) override;
  void on_frame_sent(const nghttp2_frame&) override {}
  void on_stream_closed(std::int32_t stream_id, std::uint32_t error_code) override;

  RawClient client_;
  H2PeerOptions options_;
  H2Session session_;
  std::map<std::int32_t, Stream> streams_;
  std::vector<std::uint32_t> goaways_;
  bool got_settings_ = false;
  std::string out_;
};

// ---- frames by hand

constexpr std::string_view h2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// The preface and empty SETTINGS.
std::string h2_opening();
std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream_id, std::string_view payload);
// The block of "GET / http a" and "POST / http a", from the static table of HPACK.
constexpr std::string_view h2_get =
    "\x82\x86\x84\x41\x01"
    "a";
constexpr std::string_view h2_post =
    "\x83\x86\x84\x41\x01"
    "a";

// What a server sent, for tests that look at frames.
struct H2RawFrame {
  std::uint8_t type;
  std::uint8_t flags;
  std::uint32_t stream_id;
  std::string payload;
  // The error code of RST_STREAM and GOAWAY.
  std::uint32_t error_code() const;
};
std::vector<H2RawFrame> h2_frames(std::string_view bytes);

}  // namespace florin::http
