#include "rpc/context.h"

namespace florin::rpc {

Context::Context(Start start)
    : spec_(start.spec),
      executor_(start.executor),
      clock_(start.clock),
      peer_(std::move(start.peer)),
      query_(std::move(start.query)),
      authority_(std::move(start.authority)),
      tls_(start.tls),
      request_headers_(std::move(start.request_headers)),
      began_(start.clock.elapsed()) {}

std::optional<Timestamp> Context::deadline() const {
  if (const auto left = remaining()) return clock_.now() + *left;
  return std::nullopt;
}

std::optional<Duration> Context::remaining() const {
  if (!timeout_) return std::nullopt;
  return *timeout_ - age();
}

void Context::set_timeout(std::optional<Duration> requested, std::optional<Duration> effective) {
  requested_timeout_ = requested;
  timeout_ = effective;
}

}  // namespace florin::rpc
