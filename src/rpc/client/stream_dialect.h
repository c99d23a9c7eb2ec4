// StreamDialect: what tells Connect streams, gRPC and gRPC-Web apart on the client's side: the head of a request, and
// how an answer begins and ends. Pure functions; the envelopes between are the same (rpc/envelope.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"
#include "rpc/client/answer.h"
#include "rpc/client/client_options.h"
#include "rpc/envelope.h"

namespace florin::rpc {

// What of an answer is known where its body has ended without a last envelope.
struct BodyEnd {
  const http::Headers& headers;
  const http::Headers& trailers;  // of HTTP
  bool had_body = false;
};

// Stateless; thread-safe; lives for the whole program.
class StreamDialect {
 public:
  virtual ~StreamDialect() = default;

  // The protocol's own fields of a request.
  virtual http::Headers request_headers(const ClientOptions& options, std::optional<Duration> timeout) const = 0;
  // Whether an answer with status 200 can be read with the codec, and its messages' compression, null for identity.
  // Errors: unknown `invalid_answer` for another protocol's content type, internal for another codec or compression.
  virtual Result<const Compression*> read_head(const http::Headers& headers, const Codec& codec) const = 0;
  // Whether an envelope with these flags is the last.
  virtual bool ends_stream(std::uint8_t flags) const = 0;
  // The last envelope's payload, decompressed.
  virtual Result<CallEnd> read_last(std::string_view payload) const = 0;
  // The end where no envelope said it is one.
  virtual Result<CallEnd> read_body_end(const BodyEnd& end) const = 0;
};

const StreamDialect& dialect_of(ClientProtocol protocol);

// The value of grpc-timeout: at most eight digits and a unit, rounded up where the unit is coarse.
std::string grpc_timeout(Duration timeout);
// The value of connect-timeout-ms: at most ten digits.
std::string connect_timeout(Duration timeout);

// The compression that `encoding` names, null for identity; internal `invalid_answer` for one that was not offered.
Result<const Compression*> answer_compression(std::string_view encoding);

inline constexpr std::string_view user_agent = "florin-rpc";

}  // namespace florin::rpc
