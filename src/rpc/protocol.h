// Protocol: one way of carrying calls over HTTP. The router asks each of its protocols in turn whether a request is
// theirs; the first that says yes opens a WireCall, which hides everything about the protocol from the code above.
//
// A further protocol is one more class and one more line in `protocols()`.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "http/exchange.h"
#include "rpc/context.h"
#include "rpc/stream.h"
#include "rpc/wire_error.h"

namespace florin::rpc {

struct WireOptions {
  // Of one message, decompressed, and of its compressed form too.
  std::size_t message_bytes_max = std::size_t{4} << 20;
  // Shorter answers are sent as they are.
  std::size_t compress_bytes_min = 1024;
  // Refuse Connect requests without connect-protocol-version (GET: connect=v1).
  bool require_protocol_version = false;
  // JSON requests with fields that the message does not have are served.
  bool ignore_unknown_json_fields = false;
  // Error details in JSON also in readable form, not only as base64.
  bool readable_error_details = true;
};

// The wire side of one call. All calls on the exchange's executor; it must not outlive the exchange.
class WireCall : public MessageSource, public MessageSink {
 public:
  // The timeout the caller asked for. Known from the start; one that cannot be read is reported by the first receive.
  virtual std::optional<Duration> timeout() const = 0;
  // Ends the call, with an error or well: writes what has not been written. Headers and trailers come from the context.
  // Fails when the caller has gone.
  virtual Task<Status> close(Context& context, const WireError* error) = 0;
  // Bodies as they were on the wire.
  virtual std::size_t bytes_received() const = 0;
  virtual std::size_t bytes_sent() const = 0;
};

// Stateless; thread-safe.
class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view http_method() const = 0;
  // Whether the protocol carries methods of this kind at all.
  virtual bool carries(const MethodSpec& spec) const = 0;
  // Whether the request is this protocol's. Asked only when the verb fits and the protocol carries the method.
  virtual bool accepts(const http::RequestHead& head) const = 0;
  // For the Accept-Post header of a 415.
  virtual std::vector<std::string_view> content_types() const = 0;
  // `options` must outlive the call.
  virtual std::unique_ptr<WireCall> open(http::Exchange& exchange, const WireOptions& options) const = 0;
};

// Every protocol there is, in the order they are asked.
std::vector<std::unique_ptr<Protocol>> protocols();

}  // namespace florin::rpc
