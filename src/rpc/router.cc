#include "rpc/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "rpc/annotated_exchange.h"
#include "rpc/call.h"

namespace florin::rpc {

namespace {

Task<Unit> respond(http::Exchange& exchange, http::ResponseHead head, std::string body) {
  // A caller that has gone needs no answer.
  static_cast<void>(co_await exchange.respond(std::move(head), std::move(body)));
  co_return Unit{};
}

// gRPC and gRPC-Web.
bool is_grpc(const http::RequestHead& request) {
  return request.headers.get("content-type").value_or("").starts_with("application/grpc");
}

Error deadline_exceeded(const Context& context) {
  return Error(Code::deadline_exceeded, ErrorDomain::network, "deadline_exceeded",
               fmt::format("The call took longer than its timeout and was given up after {} ms.",
                           context.age().to_milliseconds()))
      .with_retry();
}

Error answered() {
  return {Code::canceled, ErrorDomain::request, "call_answered", "The call has been answered already."};
}

Error caller_gone() {
  return {Code::canceled, ErrorDomain::network, "caller_gone", "The caller closed the connection before the answer."};
}

}  // namespace

Router::Router(RouterOptions options)
    : options_(std::move(options)),
      cors_(options_.cors),
      protocols_(protocols()),
      calls_running_(std::make_shared<std::atomic<std::size_t>>(0)) {}

Router::~Router() = default;

void Router::add(const MethodSpec& spec, UnaryFunction handler) {
  add_method({.spec = &spec, .unary = std::move(handler), .stream = {}, .interceptors = {}});
}

void Router::add(const MethodSpec& spec, StreamFunction handler) {
  add_method({.spec = &spec, .unary = {}, .stream = std::move(handler), .interceptors = {}});
}

void Router::add_method(Method method) {
  const MethodSpec& spec = *method.spec;
  const bool is_open = std::ranges::find(options_.open_services, spec.service) != options_.open_services.end();
  if (!is_open) method.interceptors = options_.interceptors;
  const bool added = methods_.emplace(spec.procedure, std::move(method)).second;
  CHECK(added, "{} is mounted twice", spec.procedure);
}

bool Router::has(std::string_view path) const {
  return methods_.contains(path);
}

std::vector<const MethodSpec*> Router::methods() const {
  std::vector<const MethodSpec*> all;
  for (const auto& [procedure, method] : methods_) all.push_back(method.spec);
  std::ranges::sort(all, {}, &MethodSpec::procedure);
  return all;
}

std::size_t Router::calls_running() const {
  return calls_running_->load(std::memory_order_acquire);
}

Task<Unit> Router::serve(http::Exchange& exchange) {
  if (auto head = cors_.preflight(exchange.request())) {
    co_return co_await respond(exchange, std::move(*head), {});
  }
  auto fields = cors_.answer_headers(exchange.request());
  if (fields.empty()) co_return co_await dispatch(exchange);
  AnnotatedExchange annotated(exchange, std::move(fields));
  co_return co_await dispatch(annotated);
}

Task<Unit> Router::dispatch(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.request();
  const auto found = methods_.find(head.path);
  if (found == methods_.end()) return refuse_procedure(exchange);
  const Method& method = found->second;
  for (const auto& protocol : protocols_) {
    const bool fits = protocol->http_method() == head.method && protocol->carries(*method.spec);
    if (fits && protocol->accepts(head)) return serve_call(exchange, method, *protocol);
  }
  return refuse(exchange, *method.spec);
}

Task<Unit> Router::refuse(http::Exchange& exchange, const MethodSpec& spec) const {
  std::vector<std::string_view> verbs;
  std::vector<std::string_view> types;
  for (const auto& protocol : protocols_) {
    if (!protocol->carries(spec)) continue;
    if (std::ranges::find(verbs, protocol->http_method()) == verbs.end()) verbs.push_back(protocol->http_method());
    std::ranges::copy(protocol->content_types(), std::back_inserter(types));
  }
  // The codes are what a caller makes of these statuses where it cannot read the answer.
  if (std::ranges::find(verbs, exchange.request().method) == verbs.end()) {
    http::ResponseHead head{.status = 405, .headers = {}};
    std::string allow = fmt::format("{}", fmt::join(verbs, ", "));
    Error error(Code::unknown, ErrorDomain::request, "unsupported_http_method",
                fmt::format("This procedure is called by {}.", allow));
    head.headers.add("allow", std::move(allow));
    return answer_refusal(exchange, spec, std::move(head), std::move(error));
  }
  http::ResponseHead head{.status = 415, .headers = {}};
  std::string accepted = fmt::format("{}", fmt::join(types, ", "));
  Error error(
      Code::unknown, ErrorDomain::request, "unsupported_content_type",
      fmt::format("Send a request of type {}, or a GET without body whose query names its encoding.", accepted));
  head.headers.add("accept-post", std::move(accepted));
  return answer_refusal(exchange, spec, std::move(head), std::move(error));
}

Task<Unit> Router::refuse_procedure(http::Exchange& exchange) const {
  static const MethodSpec none;
  Error error(Code::unimplemented, ErrorDomain::request, "unknown_procedure",
              fmt::format("There is no procedure {}.", exchange.request().path));
  return answer_refusal(exchange, none, {.status = 404, .headers = {}}, std::move(error));
}

// As every error is answered, but with the status that HTTP has for it.
Task<Unit> Router::answer_refusal(http::Exchange& exchange, const MethodSpec& spec, http::ResponseHead head,
                                  Error error) const {
  const http::RequestHead& request = exchange.request();
  // Callers of gRPC read the status and trip over a body that is not theirs.
  if (is_grpc(request)) co_return co_await respond(exchange, std::move(head), {});
  Context context({.spec = spec,
                   .executor = exchange.executor(),
                   .clock = *options_.clock,
                   .peer = request.peer,
                   .request_headers = request.headers,
                   .query = request.query});
  const WireError wire = to_wire(error, context, options_.error_encoder);
  // Who sends a type that nobody knows may be a caller of gRPC too, so that this body must not pass for Connect's own.
  head.headers.add("content-type", head.status == 415 ? "application/problem+json" : "application/json");
  for (const auto& [name, value] : wire.metadata.fields()) head.headers.add(name, value);
  co_return co_await respond(exchange, std::move(head), error_json(wire, options_.wire.readable_error_details));
}

std::shared_ptr<Call> Router::begin_call(http::Exchange& exchange, const MethodSpec& spec) {
  const http::RequestHead& head = exchange.request();
  auto call = std::make_shared<Call>(Context::Start{.spec = spec,
                                                    .executor = exchange.executor(),
                                                    .clock = *options_.clock,
                                                    .peer = head.peer,
                                                    .request_headers = head.headers,
                                                    .query = head.query,
                                                    .authority = head.authority,
                                                    .tls = head.tls},
                                     calls_running_);
  // Posted, as the exchange may be in the middle of something; without the exchange in it, which may be gone by then.
  exchange.on_abort([weak = std::weak_ptr(call)] {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->context.executor().post([alive] { alive->outcome.settle(caller_gone()); });
  });
  return call;
}

std::optional<Duration> Router::effective_timeout(const MethodSpec& spec, std::optional<Duration> requested) const {
  const bool is_unary = spec.stream_type == StreamType::unary;
  const auto most = is_unary ? options_.timeout_max : options_.stream_timeout_max;
  const auto timeout = requested || !is_unary ? requested : options_.timeout_default;
  if (!most) return timeout;
  return timeout ? std::min(*timeout, *most) : *most;
}

Task<Unit> Router::serve_call(http::Exchange& exchange, const Method& method, const Protocol& protocol) {
  const auto call = begin_call(exchange, *method.spec);
  const auto wire = protocol.open(exchange, call->context, options_.wire);
  call->context.set_timeout(wire->timeout(), effective_timeout(*method.spec, wire->timeout()));
  call->ends.attach(*wire);

  Status outcome = wire->ready();
  if (outcome.ok() && options_.admit) outcome = options_.admit(exchange.request());
  if (outcome.ok()) outcome = co_await run(call, method);
  // From here on the wire is ours: the handler may still run, but touches it no more once its last operation is back.
  call->ends.cut(outcome.ok() ? answered() : outcome.error());
  co_await call->ends.sends();

  // When the caller has gone there is nobody to tell, but the observers still learn what happened to the call.
  if (outcome.ok()) {
    static_cast<void>(co_await wire->close(nullptr));
  } else {
    const WireError wire_error = to_wire(outcome.error(), call->context, options_.error_encoder);
    static_cast<void>(co_await wire->close(&wire_error));
  }
  co_await call->ends.receives();
  report(*call, protocol, *wire, outcome.ok() ? nullptr : &outcome.error());
  co_return Unit{};
}

Task<Status> Router::run(std::shared_ptr<Call> call, const Method& method) {
  Context& context = call->context;
  const auto left = context.remaining();
  if (left && left->micros <= 0) co_return deadline_exceeded(context);
  if (context.stopped()) co_return caller_gone();

  start(handle(call, method), [call](Status ended) { call->outcome.settle(std::move(ended)); });
  std::shared_ptr<TimerHandle> timer;
  if (left && !call->outcome.settled()) {
    timer = context.executor().post_after(*left, [weak = std::weak_ptr(call)] {
      if (const auto alive = weak.lock()) alive->outcome.settle(deadline_exceeded(alive->context));
    });
  }
  Status outcome = co_await call->outcome;
  if (timer) timer->cancel();
  const bool is_late =
      !outcome.ok() && (outcome.error().code() == Code::deadline_exceeded || outcome.error().code() == Code::canceled);
  if (is_late) context.request_stop();
  co_return outcome;
}

Task<Status> Router::handle(std::shared_ptr<Call> call, const Method& method) {
  Context& context = call->context;
  CallEnds& ends = call->ends;
  try {
    if (method.stream) co_return co_await NextStream(method.interceptors, method.stream)(context, ends, ends);

    google::protobuf::Message& request = *method.spec->request->New(&call->arena);
    Status received = co_await ends.receive_only(request);
    if (!received.ok()) co_return received;
    Result<MessagePtr> reply = co_await Next(method.interceptors, method.unary)(context, request);
    if (!reply.ok()) co_return std::move(reply).error();
    CHECK(*reply != nullptr, "{} answered without a message", method.spec->procedure);
    co_return co_await ends.send(**reply);
  } catch (...) {
    if (options_.recover) co_return options_.recover(std::current_exception(), context);
    co_return internal_error("handler_threw",
                             "The server failed on this call. Trying it again as it is will not help.");
  }
}

void Router::report(Call& call, const Protocol& protocol, const WireCall& wire, const Error* error) const {
  const CallRecord record{.context = call.context,
                          .protocol = protocol.name(),
                          .error = error,
                          .duration = call.context.age(),
                          .bytes_received = wire.bytes_received(),
                          .bytes_sent = wire.bytes_sent()};
  for (Observer* observer : options_.observers) observer->call_ended(record);
}

}  // namespace florin::rpc
