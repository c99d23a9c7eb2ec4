#include "rpc/connect_stream.h"

#include <algorithm>

#include "rpc/connect_wire.h"
#include "rpc/enveloped_call.h"
#include "rpc/json/text.h"
#include "rpc/metadata.h"

namespace florin::rpc {
namespace {

constexpr EncodingHeaders encoding_headers{.used = "connect-content-encoding", .accepted = "connect-accept-encoding"};

const Codec* codec_of(const http::RequestHead& head) {
  return codec_of_content_type(head.headers.get("content-type").value_or(""), "connect+");
}

Result<StreamHead> read_head(const http::RequestHead& head, const WireOptions& options) {
  StreamHead out{.codec = codec_of(head)};
  RETURN_IF_ERROR(check_connect_version(head.headers.get("connect-protocol-version"), options));
  RETURN_IF_ERROR(read_encodings(head.headers, encoding_headers, out));
  if (const auto timeout = head.headers.get("connect-timeout-ms")) {
    ASSIGN_OR_RETURN(out.timeout, parse_connect_timeout(*timeout));
  }
  return out;
}

class ConnectStreamCall final : public EnvelopedCall {
 public:
  explicit ConnectStreamCall(const Parts& parts)
      : EnvelopedCall(parts, read_head(parts.exchange.request(), parts.options)),
        codec_(*codec_of(parts.exchange.request())) {}

  Task<Status> close(const WireError* error) override {
    const std::string payload = end_stream_json(error, context().response_trailers(), options().readable_error_details);
    return write_last(make_envelope(EnvelopeFlags::connect_end, payload));
  }

 private:
  http::ResponseHead protocol_head(const StreamHead* head) const override {
    http::ResponseHead out;
    out.headers.add("content-type", "application/connect+" + std::string(codec_.name()));
    if (head != nullptr && head->reply_compression != nullptr) {
      out.headers.add("connect-content-encoding", std::string(head->reply_compression->name()));
    }
    out.headers.add("connect-accept-encoding", std::string(supported_encodings()));
    return out;
  }

  const Codec& codec_;
};

// The fields of one name together, names in the order of their first field.
void append_metadata_json(std::string& out, const http::Headers& fields) {
  const auto& all = fields.fields();
  out += '{';
  for (auto field = all.begin(); field != all.end(); ++field) {
    const auto same_name = [&](const http::Headers::Field& other) { return other.name == field->name; };
    if (std::any_of(all.begin(), field, same_name)) continue;
    if (field != all.begin()) out += ',';
    json::append_string(out, field->name);
    out += ":[";
    bool first = true;
    for (const auto& other : all) {
      if (!same_name(other)) continue;
      if (!std::exchange(first, false)) out += ',';
      json::append_string(out, other.value);
    }
    out += ']';
  }
  out += '}';
}

}  // namespace

bool ConnectStream::accepts(const http::RequestHead& head) const {
  return codec_of(head) != nullptr;
}

std::unique_ptr<WireCall> ConnectStream::open(http::Exchange& exchange, Context& context,
                                              const WireOptions& options) const {
  const EnvelopedCall::Parts parts{.exchange = exchange, .context = context, .options = options};
  return std::make_unique<ConnectStreamCall>(parts);
}

std::string end_stream_json(const WireError* error, const http::Headers& trailers, bool readable_details) {
  http::Headers metadata;
  append_metadata(trailers, "", metadata);
  if (error != nullptr) append_metadata(error->metadata, "", metadata);
  std::string out = "{";
  if (error != nullptr) out += "\"error\":" + error_json(*error, readable_details);
  if (!metadata.fields().empty()) {
    if (error != nullptr) out += ',';
    out += "\"metadata\":";
    append_metadata_json(out, metadata);
  }
  out += '}';
  return out;
}

}  // namespace florin::rpc
