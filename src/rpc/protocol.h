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
#include "rpc/wire_options.h"

namespace florin::rpc {

// The wire side of one call. All calls on the exchange's executor; it must not outlive the exchange. One receive and
// one send may be under way at the same time.
class WireCall : public MessageSource, public MessageSink {
 public:
  // Whether the head of the request can be served. If not, the only thing to do is to close with that error.
  virtual Status ready() const = 0;
  // The timeout the caller asked for, if it did so readably.
  virtual std::optional<Duration> timeout() const = 0;
  // Ends the call, with an error or well: writes what has not been written. Headers and trailers come from the context.
  // Not while a send is under way. Fails when the caller has gone.
  virtual Task<Status> close(const WireError* error) = 0;
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
  // `context` and `options` must outlive the call.
  virtual std::unique_ptr<WireCall> open(http::Exchange& exchange, Context& context,
                                         const WireOptions& options) const = 0;
};

// Every protocol there is, in the order they are asked.
std::vector<std::unique_ptr<Protocol>> protocols();

}  // namespace florin::rpc
