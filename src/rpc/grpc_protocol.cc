#include "rpc/grpc_protocol.h"

#include "rpc/grpc_wire.h"

namespace florin::rpc {
namespace {

std::string_view content_type(const http::RequestHead& head) {
  return head.headers.get("content-type").value_or("");
}

class GrpcCall final : public EnvelopedCall {
 public:
  explicit GrpcCall(const Parts& parts) : EnvelopedCall(parts, read_grpc_head(parts.exchange.request(), grpc_family)) {}

  Task<Status> close(const WireError* error) override {
    http::Headers trailers = grpc_trailers(context().response_trailers(), error);
    if (!head_sent()) {
      // Without headers of the application's own, an error is a head and nothing else ("trailers-only").
      const bool has_headers = !context().response_headers().fields().empty();
      http::ResponseHead head = take_head();
      if (error != nullptr && !has_headers) {
        for (const auto& field : trailers.fields()) head.headers.add(field.name, field.value);
        co_return co_await exchange().respond(std::move(head), {});
      }
      Status sent = co_await exchange().write_head(std::move(head));
      if (!sent.ok()) co_return sent;
    }
    co_return co_await exchange().finish(std::move(trailers));
  }

 private:
  http::ResponseHead protocol_head(const StreamHead* head) const override {
    return grpc_reply_head(content_type(request()), head);
  }
};

class GrpcWebCall final : public EnvelopedCall {
 public:
  explicit GrpcWebCall(const Parts& parts)
      : EnvelopedCall(parts, read_grpc_head(parts.exchange.request(), grpc_web_family)) {}

  Task<Status> close(const WireError* error) override {
    const http::Headers trailers = grpc_trailers(context().response_trailers(), error);
    return write_last(make_envelope(EnvelopeFlags::grpc_web_trailers, grpc_web_trailer_block(trailers)));
  }

 private:
  http::ResponseHead protocol_head(const StreamHead* head) const override {
    return grpc_reply_head(content_type(request()), head);
  }
};

}  // namespace

bool Grpc::accepts(const http::RequestHead& head) const {
  const bool has_trailers = head.http_major >= 2 || head.headers.get("te") == "trailers";
  return has_trailers && codec_of_grpc_content_type(content_type(head), grpc_family) != nullptr;
}

std::unique_ptr<WireCall> Grpc::open(http::Exchange& exchange, Context& context, const WireOptions& options) const {
  const EnvelopedCall::Parts parts{.exchange = exchange, .context = context, .options = options};
  return std::make_unique<GrpcCall>(parts);
}

bool GrpcWeb::accepts(const http::RequestHead& head) const {
  return codec_of_grpc_content_type(content_type(head), grpc_web_family) != nullptr;
}

std::unique_ptr<WireCall> GrpcWeb::open(http::Exchange& exchange, Context& context, const WireOptions& options) const {
  const EnvelopedCall::Parts parts{.exchange = exchange, .context = context, .options = options};
  return std::make_unique<GrpcWebCall>(parts);
}

}  // namespace florin::rpc
