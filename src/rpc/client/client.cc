#include "rpc/client/client.h"

namespace florin::rpc {
namespace {

Task<Status> call_once(ClientCall& call, const google::protobuf::Message& request,
                       google::protobuf::Message& response) {
  Status sent = co_await call.send(request);
  if (!sent.ok()) co_return sent;
  Status closed = co_await call.close_send();
  if (!closed.ok()) co_return closed;
  co_return co_await receive_only(call, response);
}

}  // namespace

std::shared_ptr<ClientCall> Client::make_call(const MethodSpec& spec, const CallOptions& call,
                                              std::optional<Duration> timeout) {
  return make_client_call({.transport = transport_,
                           .spec = spec,
                           .options = options_,
                           .timeout = timeout,
                           .headers = call.headers,
                           .use_get = call.use_get});
}

std::shared_ptr<ClientCall> Client::open(const MethodSpec& spec, const CallOptions& call) {
  return make_call(spec, call, call.timeout);
}

Task<Status> Client::unary(const MethodSpec& spec, const google::protobuf::Message& request,
                           google::protobuf::Message& response, CallOptions options) {
  const Duration began = options_.clock->elapsed();
  const auto timeout = options.timeout ? options.timeout : options_.timeout_default;
  for (unsigned attempt = 0;; ++attempt) {
    // The deadline is the call's, not the attempt's.
    auto left = timeout;
    if (left && attempt > 0) left = *left - (options_.clock->elapsed() - began);
    const auto call = make_call(spec, options, left);
    Status done = co_await call_once(*call, request, response);
    if (options.metadata != nullptr) *options.metadata = call->metadata();
    if (done.ok() || attempt >= options_.retries_max || !may_retry(spec, *call, done.error())) co_return done;
    response.Clear();
    co_await pause(attempt);
  }
}

bool Client::may_retry(const MethodSpec& spec, const ClientCall& call, const Error& error) const {
  if (error.code() != Code::unavailable || call.answered()) return false;
  return !call.may_have_been_seen() || spec.idempotency != Idempotency::unknown;
}

Task<Unit> Client::pause(unsigned attempt) {
  const std::int64_t most = options_.retry_pause.micros << attempt;
  const std::int64_t half = most / 2;
  const auto jitter = static_cast<std::int64_t>(options_.random->below(static_cast<std::uint64_t>(most) + 1));
  Completion<Unit> passed(executor());
  executor().post_after({half + jitter}, [done = passed.completer()] { done(Unit{}); });
  co_return co_await passed;
}

}  // namespace florin::rpc
