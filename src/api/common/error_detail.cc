#include "api/common/error_detail.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/common/trace.h"
#include "florin/common/v1/error.pb.h"
#include "telemetry/redact.h"

namespace florin::api {

namespace {

void add_error_detail(const Error& error, const rpc::Context& context, rpc::WireError& wire) {
  common::v1::ErrorDetail detail;
  detail.set_reason(error.reason());
  detail.set_domain(static_cast<common::v1::ErrorDomain>(error.domain()));
  detail.set_retryable(error.retryable());
  if (const auto after = error.retry_after()) {
    detail.mutable_retry_after()->set_seconds(after->to_seconds());
    detail.mutable_retry_after()->set_nanos(static_cast<std::int32_t>(after->micros % 1'000'000 * 1'000));
    const std::int64_t seconds = std::max<std::int64_t>(1, (after->micros + 999'999) / 1'000'000);
    wire.metadata.add("retry-after", fmt::format("{}", seconds));
  }
  for (const FieldViolation& violation : error.field_violations()) {
    auto& field = *detail.add_field_violations();
    field.set_field(telemetry::redact(violation.field));
    field.set_description(telemetry::redact(violation.description));
  }
  detail.set_trace_id(context.trace().trace_id);
  // Errors about what was sent quote names and values of it.
  wire.message = telemetry::redact(wire.message);
  detail.set_help("docs/reference/errors.md#" + error.reason());
  wire.details.push_back({"florin.common.v1.ErrorDetail", detail.SerializeAsString()});
}

}  // namespace

rpc::ErrorEncoder error_detail_encoder(Random& random) {
  return [&random](const Error& error, rpc::Context& context, rpc::WireError& wire) {
    if (context.trace().trace_id.empty()) {
      context.trace() = begin_trace(context.request_headers().get("traceparent"), random);
    }
    add_error_detail(error, context, wire);
  };
}

std::string error_body(const Error& error) {
  const nlohmann::json body = {
      {"code", code_name(error.code())}, {"message", error.message()}, {"reason", error.reason()}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace florin::api
