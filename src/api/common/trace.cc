#include "api/common/trace.h"

#include <algorithm>
#include <cstring>

#include "base/encoding.h"

namespace florin::api {
namespace {

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

template <std::size_t size>
void read_hex(std::string_view text, std::array<std::uint8_t, size>& out) {
  const auto bytes = parse_hex(text);
  if (bytes && bytes->size() == size) std::memcpy(out.data(), bytes->data(), size);
}

}  // namespace

engine::TraceContext to_engine(const rpc::TraceContext& trace) {
  engine::TraceContext converted;
  read_hex(trace.trace_id, converted.trace_id);
  read_hex(trace.span_id, converted.span_id);
  return converted;
}

std::optional<rpc::TraceContext> parse_traceparent(std::string_view text) {
  constexpr std::size_t length = 55;  // "00-" 32 "-" 16 "-" 2
  if (text.size() != length || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') return std::nullopt;
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view span_id = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (!is_lower_hex(trace_id) || !is_lower_hex(span_id) || !is_lower_hex(flags)) return std::nullopt;
  if (is_zero(trace_id) || is_zero(span_id)) return std::nullopt;
  const bool sampled = ((flags[1] >= 'a' ? flags[1] - 'a' + 10 : flags[1] - '0') & 1) != 0;
  return rpc::TraceContext{std::string(trace_id), {}, std::string(span_id), sampled};
}

rpc::TraceContext begin_trace(std::optional<std::string_view> traceparent, Random& random) {
  const std::string bytes = random.bytes(24);
  const std::string span_id = hex(std::string_view(bytes).substr(16));
  if (traceparent) {
    if (auto trace = parse_traceparent(*traceparent)) {
      trace->span_id = span_id;
      return std::move(*trace);
    }
  }
  return {hex(std::string_view(bytes).substr(0, 16)), span_id, {}, true};
}

Task<Result<rpc::MessagePtr>> Trace::unary(rpc::Context& context, const google::protobuf::Message& request,
                                           rpc::Next next) {
  context.trace() = begin_trace(context.request_headers().get("traceparent"), random_);
  return next(context, request);
}

}  // namespace florin::api
