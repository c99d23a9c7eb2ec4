#include "caller.h"

#include <fmt/format.h>

#include <utility>

#include "connectrpc/conformance/v1/service.connect.h"
#include "rpc/client/client.h"

namespace florin::conformance {
namespace {

using google::protobuf::Any;
using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;
using Cancel = suite::ClientCompatRequest::Cancel;
using Methods = suite::ConformanceServiceMethods;

const rpc::MethodSpec* spec_of(std::string_view method) {
  const rpc::MethodSpec* const all[] = {&Methods::unary(),         &Methods::idempotent_unary(),
                                        &Methods::server_stream(), &Methods::client_stream(),
                                        &Methods::bidi_stream(),   &Methods::unimplemented()};
  for (const rpc::MethodSpec* spec : all) {
    if (spec->method == method) return spec;
  }
  return nullptr;
}

rpc::ClientOptions options_of(const suite::ClientCompatRequest& request) {
  rpc::ClientOptions options;
  if (request.protocol() == suite::PROTOCOL_GRPC) options.protocol = rpc::ClientProtocol::grpc;
  if (request.protocol() == suite::PROTOCOL_GRPC_WEB) options.protocol = rpc::ClientProtocol::grpc_web;
  if (request.codec() == suite::CODEC_JSON) options.codec = &rpc::json_codec();
  if (request.compression() == suite::COMPRESSION_GZIP) options.request_compression = rpc::find_compression("gzip");
  if (request.compression() == suite::COMPRESSION_ZSTD) options.request_compression = rpc::find_compression("zstd");
  if (request.message_receive_limit() > 0) options.wire.message_bytes_max = request.message_receive_limit();
  options.wire.compress_bytes_min = 0;
  options.timeout_default.reset();
  return options;
}

rpc::CallOptions call_options_of(const suite::ClientCompatRequest& request) {
  rpc::CallOptions options{.use_get = request.use_get_http_method()};
  if (request.has_timeout_ms()) options.timeout = Duration::milliseconds(request.timeout_ms());
  for (const auto& header : request.request_headers()) {
    std::string name = header.name();
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
    for (const auto& value : header.value()) options.headers.add(name, value);
  }
  return options;
}

void add_headers(const http::Headers& from, RepeatedPtrField<suite::Header>& to) {
  for (const auto& field : from.fields()) {
    const auto found = std::ranges::find(to, field.name, [](const suite::Header& header) { return header.name(); });
    suite::Header* header = found != to.end() ? &*found : to.Add();
    header->set_name(field.name);
    header->add_value(field.value);
  }
}

void set_error(const florin::Error& error, suite::Error& out) {
  out.set_code(static_cast<suite::Code>(error.code()));
  out.set_message(error.message());
  for (const auto& payload : error.payloads()) {
    Any& detail = *out.add_details();
    detail.set_type_url("type.googleapis.com/" + payload.type);
    detail.set_value(payload.bytes);
  }
}

// One case, over one call.
class Case {
 public:
  Case(const suite::ClientCompatRequest& request, const rpc::MethodSpec& spec, http::ClientTransport& transport)
      : request_(request), spec_(spec), client_(transport, options_of(request)) {}

  Task<suite::ClientResponseResult> run() {
    Status done = ok();
    const bool is_unary = spec_.stream_type == rpc::StreamType::unary;
    if (is_unary && !request_.has_cancel()) {
      done = co_await run_unary();
    } else {
      call_ = client_.open(spec_, call_options_of(request_));
      done = co_await run_stream();
      metadata_ = call_->metadata();
    }
    add_headers(metadata_.headers, *result_.mutable_response_headers());
    add_headers(metadata_.trailers, *result_.mutable_response_trailers());
    if (!done.ok()) set_error(done.error(), *result_.mutable_error());
    co_return result_;
  }

 private:
  std::unique_ptr<Message> request_message(int index) const {
    std::unique_ptr<Message> message(spec_.request->New());
    request_.request_messages(index).UnpackTo(message.get());
    return message;
  }

  void add_payload(const Message& response) {
    const auto* field = response.GetDescriptor()->FindFieldByName("payload");
    if (field == nullptr) return;
    result_.add_payloads()->CopyFrom(response.GetReflection()->GetMessage(response, field));
  }

  Task<Unit> wait(std::uint32_t milliseconds) {
    if (milliseconds == 0) co_return Unit{};
    Completion<Unit> passed(client_.executor());
    client_.executor().post_after(Duration::milliseconds(milliseconds), [done = passed.completer()] { done(Unit{}); });
    co_return co_await passed;
  }

  void cancel() { call_->cancel({Code::canceled, ErrorDomain::request, "canceled", "The case says so."}); }

  Task<Status> run_unary() {
    co_await wait(request_.request_delay_ms());
    const auto message = request_message(0);
    const std::unique_ptr<Message> response(spec_.response->New());
    rpc::CallOptions options = call_options_of(request_);
    options.metadata = &metadata_;
    Status done = co_await client_.unary(spec_, *message, *response, std::move(options));
    if (done.ok()) add_payload(*response);
    co_return done;
  }

  // False where the call has ended.
  Task<Result<bool>> receive_one() {
    const std::unique_ptr<Message> response(spec_.response->New());
    Result<bool> more = co_await call_->receive(*response);
    if (!more.ok() || !*more) co_return more;
    add_payload(*response);
    const Cancel& when = request_.cancel();
    if (when.cancel_timing_case() == Cancel::kAfterNumResponses &&
        static_cast<std::uint32_t>(result_.payloads_size()) == when.after_num_responses()) {
      cancel();
    }
    co_return true;
  }

  Task<Status> send_all() {
    const bool full_duplex = request_.stream_type() == suite::STREAM_TYPE_FULL_DUPLEX_BIDI_STREAM;
    for (int i = 0; i < request_.request_messages_size(); ++i) {
      co_await wait(request_.request_delay_ms());
      Status sent = co_await call_->send(*request_message(i));
      if (!sent.ok()) {
        // Receiving says how the call ended.
        result_.set_num_unsent_requests(request_.request_messages_size() - i);
        co_return ok();
      }
      if (!full_duplex) continue;
      Result<bool> more = co_await receive_one();
      if (!more.ok()) co_return std::move(more).error();
      if (!*more) co_return ok();
    }
    co_return ok();
  }

  Task<Status> run_stream() {
    Status sent = co_await send_all();
    if (!sent.ok()) co_return sent;
    const Cancel& when = request_.cancel();
    if (when.cancel_timing_case() == Cancel::kBeforeCloseSend) cancel();
    (void)co_await call_->close_send();
    if (when.cancel_timing_case() == Cancel::kAfterCloseSendMs) {
      client_.executor().post_after(Duration::milliseconds(when.after_close_send_ms()), [weak = std::weak_ptr(call_)] {
        if (const auto call = weak.lock()) {
          call->cancel({Code::canceled, ErrorDomain::request, "canceled", "The case says so."});
        }
      });
    }
    if (spec_.stream_type == rpc::StreamType::unary || spec_.stream_type == rpc::StreamType::client_stream) {
      const std::unique_ptr<Message> response(spec_.response->New());
      Status received = co_await rpc::receive_only(*call_, *response);
      if (received.ok()) add_payload(*response);
      co_return received;
    }
    for (;;) {
      Result<bool> more = co_await receive_one();
      if (!more.ok()) co_return std::move(more).error();
      if (!*more) co_return ok();
    }
  }

  const suite::ClientCompatRequest& request_;
  const rpc::MethodSpec& spec_;
  rpc::Client client_;
  std::shared_ptr<rpc::ClientCall> call_;
  rpc::ReplyMetadata metadata_;
  suite::ClientResponseResult result_;
};

}  // namespace

Result<http::ClientTransport*> Caller::transport_for(const suite::ClientCompatRequest& request) {
  const bool is_http_2 = request.http_version() == suite::HTTP_VERSION_2;
  const std::string key = fmt::format("{}:{} {} {} {}", request.host(), request.port(), is_http_2,
                                      request.server_tls_cert(), request.client_tls_creds().cert());
  std::unique_ptr<http::ClientTransport>& transport = transports_[key];
  if (transport == nullptr) {
    http::ClientTransportOptions options{.host = request.host(),
                                         .port = static_cast<std::uint16_t>(request.port()),
                                         .version = is_http_2 ? http::HttpVersion::http_2 : http::HttpVersion::http_1};
    if (!request.server_tls_cert().empty()) {
      options.tls = http::ClientTlsOptions{.ca_pem = request.server_tls_cert(),
                                           .certificate_pem = request.client_tls_creds().cert(),
                                           .key_pem = request.client_tls_creds().key()};
    }
    ASSIGN_OR_RETURN(transport, http::connect_to(thread_, std::move(options)));
  }
  return transport.get();
}

Task<suite::ClientCompatResponse> Caller::answer(suite::ClientCompatRequest request) {
  suite::ClientCompatResponse response;
  response.set_test_name(request.test_name());
  const rpc::MethodSpec* spec = spec_of(request.method());
  const auto transport = transport_for(request);
  if (spec == nullptr || !transport.ok()) {
    response.mutable_error()->set_message(spec == nullptr ? "There is no such method." : transport.error().to_string());
    co_return response;
  }
  Case one(request, *spec, **transport);
  *response.mutable_response() = co_await one.run();
  co_return response;
}

}  // namespace florin::conformance
