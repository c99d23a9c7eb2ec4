// Trace: gives every call its place in a distributed trace (W3C Trace Context): the caller's, if it sent a valid
// `traceparent`, or a new one.
#pragma once

#include <optional>
#include <string_view>

#include "base/random.h"
#include "engine/context.h"
#include "rpc/interceptor.h"

namespace florin::api {

class Trace final : public rpc::Interceptor {
 public:
  explicit Trace(Random& random) : random_(random) {}
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;

 private:
  Random& random_;
};

// Reads a `traceparent` of version 00: its trace id, parent span id and sampled flag. Nothing for anything that the
// specification calls invalid.
std::optional<rpc::TraceContext> parse_traceparent(std::string_view text);

// A trace of our own, or a span of our own in the caller's trace.
rpc::TraceContext begin_trace(std::optional<std::string_view> traceparent, Random& random);

// The trace in the engine's form.
engine::TraceContext to_engine(const rpc::TraceContext& trace);

}  // namespace florin::api
