#include "rpc/wire_error.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <array>
#include <memory>

#include "base/encoding.h"
#include "rpc/codec.h"
#include "rpc/json/text.h"

namespace florin::rpc {
namespace {

// By code number; 0 is not an error. Connect protocol, "Error Codes".
constexpr std::array<int, 17> http_statuses = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                               400, 409, 400, 501, 500, 503, 500, 401};

// The readable form of a detail, if its type is linked into this program.
std::optional<std::string> readable(const ErrorPayload& payload) {
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(payload.type);
  if (type == nullptr) return std::nullopt;
  const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  if (prototype == nullptr) return std::nullopt;
  const std::unique_ptr<google::protobuf::Message> message(prototype->New());
  std::string text;
  if (!message->ParseFromString(payload.bytes) || !json_codec().encode(*message, text).ok()) return std::nullopt;
  return text;
}

void append_details(std::string& out, const std::vector<ErrorPayload>& details, bool debug) {
  out += ",\"details\":[";
  for (const ErrorPayload& payload : details) {
    if (&payload != &details.front()) out += ',';
    out += "{\"type\":";
    json::append_string(out, payload.type);
    out += ",\"value\":\"" + base64(payload.bytes, false) + "\"";
    if (debug) {
      if (const auto text = readable(payload)) out += ",\"debug\":" + *text;
    }
    out += '}';
  }
  out += ']';
}

}  // namespace

WireError to_wire(const Error& error, Context& context, const ErrorEncoder& encoder) {
  WireError wire{.code = error.code(), .message = error.message(), .details = error.payloads(), .metadata = {}};
  for (const ErrorMetadata& field : error.metadata()) wire.metadata.add(field.name, field.value);
  if (const auto after = error.retry_after()) {
    // RFC 9110 section 10.2.3 knows whole seconds only; never ask for less than was meant.
    wire.metadata.add("retry-after", fmt::format("{}", (after->micros + 999'999) / 1'000'000));
  }
  if (encoder) encoder(error, context, wire);
  return wire;
}

int http_status(Code code) {
  return http_statuses[static_cast<std::size_t>(code)];
}

Code code_from_http_status(int status) {
  switch (status) {
    case 400:
      return Code::internal;
    case 401:
      return Code::unauthenticated;
    case 403:
      return Code::permission_denied;
    case 404:
      return Code::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::unavailable;
    default:
      return Code::unknown;
  }
}

std::string error_json(const WireError& error, bool debug) {
  std::string out = fmt::format("{{\"code\":\"{}\"", code_name(error.code));
  if (!error.message.empty()) {
    out += ",\"message\":";
    json::append_string(out, error.message);
  }
  if (!error.details.empty()) append_details(out, error.details, debug);
  out += '}';
  return out;
}

}  // namespace florin::rpc
