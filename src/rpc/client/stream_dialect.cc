#include "rpc/client/stream_dialect.h"

#include <fmt/format.h>

#include <algorithm>

#include "rpc/connect_wire.h"
#include "rpc/grpc_wire.h"

namespace florin::rpc {
namespace {

Error wrong_content_type(std::string_view got, std::string_view prefix, const Codec& codec) {
  const Code code = got.starts_with(prefix) ? Code::internal : Code::unknown;
  return invalid_answer(
      code, fmt::format("The server answered with content type \"{}\", not {}{}.", got, prefix, codec.name()));
}

std::string_view value_of(const http::Headers& headers, std::string_view name) {
  return headers.get(name).value_or("");
}

class ConnectDialect final : public StreamDialect {
 public:
  http::Headers request_headers(const ClientOptions& options, std::optional<Duration> timeout) const override {
    http::Headers out;
    out.add("content-type", "application/connect+" + std::string(options.codec->name()));
    out.add("connect-protocol-version", "1");
    if (options.request_compression != nullptr) {
      out.add("connect-content-encoding", std::string(options.request_compression->name()));
    }
    out.add("connect-accept-encoding", std::string(supported_encodings()));
    if (timeout) out.add("connect-timeout-ms", connect_timeout(*timeout));
    out.add("user-agent", std::string(user_agent));
    return out;
  }

  Result<const Compression*> read_head(const http::Headers& headers, const Codec& codec) const override {
    const std::string_view type = value_of(headers, "content-type");
    if (codec_of_content_type(type, "connect+") != &codec) {
      return wrong_content_type(type, "application/connect+", codec);
    }
    return answer_compression(value_of(headers, "connect-content-encoding"));
  }

  bool ends_stream(std::uint8_t flags) const override { return (flags & EnvelopeFlags::connect_end) != 0; }
  Result<CallEnd> read_last(std::string_view payload) const override { return read_end_stream(payload); }
  Result<CallEnd> read_body_end(const BodyEnd&) const override {
    return invalid_answer(Code::internal, "The answer ended without the message that says how.");
  }
};

// gRPC, and what gRPC-Web shares with it.
class GrpcDialect : public StreamDialect {
 public:
  explicit GrpcDialect(const GrpcFamily& family) : family_(family) {}

  http::Headers request_headers(const ClientOptions& options, std::optional<Duration> timeout) const override {
    http::Headers out;
    out.add("content-type", fmt::format("application/{}{}", family_.kind, options.codec->name()));
    if (options.request_compression != nullptr) {
      out.add("grpc-encoding", std::string(options.request_compression->name()));
    }
    std::string accepted(supported_encodings());
    out.add("grpc-accept-encoding", std::move(accepted));
    if (timeout) out.add("grpc-timeout", grpc_timeout(*timeout));
    out.add("user-agent", std::string(user_agent));
    return out;
  }

  Result<const Compression*> read_head(const http::Headers& headers, const Codec& codec) const override {
    const std::string_view type = value_of(headers, "content-type");
    if (codec_of_grpc_content_type(type, family_) != &codec) {
      return wrong_content_type(type, fmt::format("application/{}", family_.kind), codec);
    }
    return answer_compression(value_of(headers, "grpc-encoding"));
  }

 protected:
  // The status where the answer is a head and nothing else ("trailers-only").
  static Result<CallEnd> read_trailers_only(const BodyEnd& end) {
    if (!end.had_body) {
      if (auto only = read_grpc_trailers(end.headers)) return std::move(*only);
    }
    return invalid_answer(Code::internal, "The answer ended without a status.");
  }

 private:
  const GrpcFamily family_;
};

class PureGrpcDialect final : public GrpcDialect {
 public:
  PureGrpcDialect() : GrpcDialect(grpc_family) {}

  http::Headers request_headers(const ClientOptions& options, std::optional<Duration> timeout) const override {
    http::Headers out = GrpcDialect::request_headers(options, timeout);
    out.add("te", "trailers");
    return out;
  }
  bool ends_stream(std::uint8_t) const override { return false; }
  Result<CallEnd> read_last(std::string_view) const override {
    return invalid_answer(Code::internal, "gRPC has no last message.");
  }
  Result<CallEnd> read_body_end(const BodyEnd& end) const override {
    if (end.trailers.fields().empty()) return read_trailers_only(end);
    if (auto read = read_grpc_trailers(end.trailers)) return std::move(*read);
    return invalid_answer(Code::unknown, "The trailers of the answer hold no status.");
  }
};

class GrpcWebDialect final : public GrpcDialect {
 public:
  GrpcWebDialect() : GrpcDialect(grpc_web_family) {}

  http::Headers request_headers(const ClientOptions& options, std::optional<Duration> timeout) const override {
    http::Headers out = GrpcDialect::request_headers(options, timeout);
    out.add("x-grpc-web", "1");
    return out;
  }
  bool ends_stream(std::uint8_t flags) const override { return (flags & EnvelopeFlags::grpc_web_trailers) != 0; }
  Result<CallEnd> read_last(std::string_view payload) const override {
    ASSIGN_OR_RETURN(const http::Headers trailers, read_grpc_web_trailer_block(payload));
    if (auto read = read_grpc_trailers(trailers)) return std::move(*read);
    return invalid_answer(Code::unknown, "The trailers of the answer hold no status.");
  }
  Result<CallEnd> read_body_end(const BodyEnd& end) const override { return read_trailers_only(end); }
};

}  // namespace

const StreamDialect& dialect_of(ClientProtocol protocol) {
  static const ConnectDialect connect;
  static const PureGrpcDialect grpc;
  static const GrpcWebDialect grpc_web;
  switch (protocol) {
    case ClientProtocol::grpc:
      return grpc;
    case ClientProtocol::grpc_web:
      return grpc_web;
    case ClientProtocol::connect:
      break;
  }
  return connect;
}

std::string grpc_timeout(Duration timeout) {
  constexpr std::int64_t most = 99'999'999;
  struct Unit {
    std::int64_t micros;
    char name;
  };
  const std::int64_t micros = std::max<std::int64_t>(timeout.micros, 0);
  for (const Unit unit : {Unit{1, 'u'}, Unit{1'000, 'm'}, Unit{1'000'000, 'S'}, Unit{60'000'000, 'M'}}) {
    const std::int64_t count = micros / unit.micros + (micros % unit.micros != 0 ? 1 : 0);
    if (count <= most) return fmt::format("{}{}", count, unit.name);
  }
  return fmt::format("{}H", std::min(most, micros / 3'600'000'000 + 1));
}

std::string connect_timeout(Duration timeout) {
  constexpr std::int64_t most = 9'999'999'999;
  return fmt::format("{}", std::clamp<std::int64_t>(timeout.to_milliseconds(), 0, most));
}

Result<const Compression*> answer_compression(std::string_view encoding) {
  const Compression* compression = find_compression(encoding);
  if (compression != nullptr || is_identity(encoding)) return compression;
  return invalid_answer(Code::internal,
                        fmt::format("The server answered with the unknown compression \"{}\".", encoding));
}

}  // namespace florin::rpc
