// Observer: told about every call of a router when it has been answered, for metrics and access logs.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "rpc/context.h"

namespace florin::rpc {

struct CallRecord {
  Context& context;            // spec, peer, trace and what interceptors have set
  std::string_view protocol;   // "connect"
  const Error* error;          // null on success
  Duration duration;           // from the head of the request to the answer handed to the transport
  std::size_t bytes_received;  // bodies as they were on the wire
  std::size_t bytes_sent;
};

// One instance serves all calls, on several threads at once; must not block.
class Observer {
 public:
  virtual ~Observer() = default;
  // Once per call of a known method. Requests that name none are answered before there is a call.
  virtual void call_ended(const CallRecord& record) = 0;
};

}  // namespace florin::rpc
