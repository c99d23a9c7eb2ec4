#include "service.h"

#include <google/protobuf/any.pb.h>

#include <algorithm>
#include <stop_token>
#include <vector>

#include "base/executor.h"
#include "rpc/connect_wire.h"

namespace florin::conformance {
namespace {

using google::protobuf::Any;
using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;
using suite::ConformancePayload;
using RequestInfo = ConformancePayload::RequestInfo;

Any pack(const Message& message) {
  Any any;
  any.PackFrom(message);
  return any;
}

void add_value(RepeatedPtrField<suite::Header>& headers, const std::string& name, const std::string& value) {
  const auto found = std::ranges::find(headers, name, [](const suite::Header& header) { return header.name(); });
  suite::Header* header = found != headers.end() ? &*found : headers.Add();
  header->set_name(name);
  header->add_value(value);
}

// What the server saw of the call, apart from its messages.
RequestInfo info_of(const rpc::Context& context) {
  RequestInfo info;
  for (const auto& field : context.request_headers().fields()) {
    add_value(*info.mutable_request_headers(), field.name, field.value);
  }
  if (const auto timeout = context.requested_timeout()) info.set_timeout_ms(timeout->to_milliseconds());
  if (!context.query().empty()) {
    for (const auto& [name, value] : rpc::query_parameters(context.query())) {
      add_value(*info.mutable_connect_get_info()->mutable_query_params(), name, value);
    }
  }
  return info;
}

void add_requests(RequestInfo& info, const std::vector<Any>& requests) {
  for (const Any& request : requests) *info.add_requests() = request;
}

template <class Definition>
void apply_metadata(const Definition& definition, rpc::Context& context) {
  for (const auto& header : definition.response_headers()) {
    for (const auto& value : header.value()) context.response_headers().add(header.name(), value);
  }
  for (const auto& header : definition.response_trailers()) {
    for (const auto& value : header.value()) context.response_trailers().add(header.name(), value);
  }
}

// Ends early for a call that has been answered already, by its deadline.
Task<Unit> wait(rpc::Context& context, std::uint32_t delay_ms) {
  if (delay_ms == 0) co_return Unit{};
  Completion<Unit> passed(context.executor());
  const auto done = passed.completer();
  context.executor().post_after(Duration::milliseconds(delay_ms), [done] { done(Unit{}); });
  const std::stop_callback stopped(context.stop_token(), [&done] { done(Unit{}); });
  co_return co_await passed;
}

florin::Error error_of(const suite::Error& definition) {
  florin::Error error(static_cast<Code>(definition.code()), ErrorDomain::request, "as_defined", definition.message());
  for (const Any& detail : definition.details()) {
    const std::string& url = detail.type_url();
    error = std::move(error).with_payload(url.substr(url.rfind('/') + 1), detail.value());
  }
  return error;
}

florin::Error with_info(florin::Error error, const RequestInfo& info) {
  return std::move(error).with_payload(info.GetDescriptor()->full_name(), info.SerializeAsString());
}

// The one answer to one or more requests.
Task<Status> answer_once(const suite::UnaryResponseDefinition& definition, const std::vector<Any>& requests,
                         ConformancePayload& payload, rpc::Context& context) {
  RequestInfo info = info_of(context);
  add_requests(info, requests);
  apply_metadata(definition, context);
  co_await wait(context, definition.response_delay_ms());
  if (definition.has_error()) co_return with_info(error_of(definition.error()), info);
  payload.set_data(definition.response_data());
  *payload.mutable_request_info() = std::move(info);
  co_return ok();
}

// The answers of a stream, in order, as the definition lists them.
template <class Response>
class Answers {
 public:
  Answers(rpc::Sender<Response>& responses, rpc::Context& context) : responses_(responses), context_(context) {}

  void define(const suite::StreamResponseDefinition& definition) {
    definition_ = definition;
    apply_metadata(definition_, context_);
  }
  Task<Status> send_headers() {
    if (definition_.response_data().empty()) co_return ok();
    co_return co_await responses_.send_headers();
  }
  void saw(const Message& request) { requests_.push_back(pack(request)); }
  bool done() const { return sent_ == definition_.response_data_size(); }

  // The next answer tells of the requests since the last; the first one also of the call.
  Task<Status> send_next() {
    Response response;
    ConformancePayload& payload = *response.mutable_payload();
    payload.set_data(definition_.response_data(sent_));
    if (sent_ == 0) *payload.mutable_request_info() = info_of(context_);
    if (!requests_.empty()) add_requests(*payload.mutable_request_info(), requests_);
    requests_.clear();
    ++sent_;
    co_await wait(context_, definition_.response_delay_ms());
    co_return co_await responses_.send(response);
  }

  Task<Status> send_rest() {
    while (!done()) {
      Status sent = co_await send_next();
      if (!sent.ok()) co_return sent;
    }
    if (!definition_.has_error()) co_return ok();
    florin::Error error = error_of(definition_.error());
    if (sent_ > 0) co_return error;
    RequestInfo info = info_of(context_);
    add_requests(info, requests_);
    co_return with_info(std::move(error), info);
  }

 private:
  rpc::Sender<Response>& responses_;
  rpc::Context& context_;
  suite::StreamResponseDefinition definition_;
  std::vector<Any> requests_;
  int sent_ = 0;
};

template <class Response, class Request>
Task<Result<Response>> answer_unary(const Request& request, rpc::Context& context) {
  Response response;
  const std::vector<Any> requests{pack(request)};
  Status answered = co_await answer_once(request.response_definition(), requests, *response.mutable_payload(), context);
  if (!answered.ok()) co_return std::move(answered).error();
  co_return response;
}

}  // namespace

Task<Result<suite::UnaryResponse>> Service::unary(const suite::UnaryRequest& request, rpc::Context& context) {
  return answer_unary<suite::UnaryResponse>(request, context);
}

Task<Result<suite::IdempotentUnaryResponse>> Service::idempotent_unary(const suite::IdempotentUnaryRequest& request,
                                                                       rpc::Context& context) {
  return answer_unary<suite::IdempotentUnaryResponse>(request, context);
}

Task<Result<suite::ClientStreamResponse>> Service::client_stream(rpc::Receiver<suite::ClientStreamRequest>& requests,
                                                                 rpc::Context& context) {
  suite::UnaryResponseDefinition definition;
  std::vector<Any> seen;
  for (;;) {
    auto request = co_await requests.receive();
    if (!request.ok()) co_return std::move(request).error();
    if (!*request) break;
    if (seen.empty()) definition = (*request)->response_definition();
    seen.push_back(pack(**request));
  }
  suite::ClientStreamResponse response;
  Status answered = co_await answer_once(definition, seen, *response.mutable_payload(), context);
  if (!answered.ok()) co_return std::move(answered).error();
  co_return response;
}

Task<Status> Service::server_stream(const suite::ServerStreamRequest& request,
                                    rpc::Sender<suite::ServerStreamResponse>& responses, rpc::Context& context) {
  Answers<suite::ServerStreamResponse> answers(responses, context);
  answers.saw(request);
  answers.define(request.response_definition());
  Status sent = co_await answers.send_headers();
  if (!sent.ok()) co_return sent;
  co_return co_await answers.send_rest();
}

Task<Status> Service::bidi_stream(rpc::Receiver<suite::BidiStreamRequest>& requests,
                                  rpc::Sender<suite::BidiStreamResponse>& responses, rpc::Context& context) {
  Answers<suite::BidiStreamResponse> answers(responses, context);
  bool first = true;
  bool full_duplex = false;
  for (;;) {
    auto request = co_await requests.receive();
    if (!request.ok()) co_return std::move(request).error();
    if (!*request) break;
    answers.saw(**request);
    if (std::exchange(first, false)) {
      full_duplex = (*request)->full_duplex();
      answers.define((*request)->response_definition());
      Status sent = co_await answers.send_headers();
      if (!sent.ok()) co_return sent;
    }
    if (!full_duplex) continue;
    if (answers.done()) break;
    Status sent = co_await answers.send_next();
    if (!sent.ok()) co_return sent;
  }
  co_return co_await answers.send_rest();
}

}  // namespace florin::conformance
