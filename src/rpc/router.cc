#include "rpc/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/arena.h>

#include <algorithm>
#include <span>

#include "rpc/annotated_exchange.h"

namespace florin::rpc {

// What a call needs for as long as its handler runs, which may be longer than the exchange lives.
struct Router::Call {
  Call(Context::Start start, std::shared_ptr<std::atomic<std::size_t>> counter)
      : context(std::move(start)), running(std::move(counter)) {
    running->fetch_add(1, std::memory_order_relaxed);
  }
  ~Call() { running->fetch_sub(1, std::memory_order_release); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Context context;
  google::protobuf::Arena arena;
  google::protobuf::Message* request = nullptr;  // in the arena
  std::function<void(Error)> give_up;            // set while the handler is being waited for
  std::shared_ptr<std::atomic<std::size_t>> running;
};

namespace {

http::ResponseHead text_head(int status) {
  http::ResponseHead head{.status = status, .headers = {}};
  head.headers.add("content-type", "text/plain; charset=utf-8");
  return head;
}

Task<Unit> respond(http::Exchange& exchange, http::ResponseHead head, std::string body) {
  // A caller that has gone needs no answer.
  static_cast<void>(co_await exchange.respond(std::move(head), std::move(body)));
  co_return Unit{};
}

Task<Unit> respond_unknown_procedure(http::Exchange& exchange, bool readable_details) {
  WireError error{.code = Code::unimplemented, .message = {}, .details = {}, .metadata = {}};
  error.message = fmt::format("There is no procedure {}.", exchange.request().path);
  http::ResponseHead head{.status = 404, .headers = {}};
  head.headers.add("content-type", "application/json");
  return respond(exchange, std::move(head), error_json(error, readable_details));
}

Task<Unit> respond_wrong_verb(http::Exchange& exchange, std::span<const std::string_view> allowed) {
  const std::string allow = fmt::format("{}", fmt::join(allowed, ", "));
  http::ResponseHead head = text_head(405);
  head.headers.add("allow", allow);
  return respond(exchange, std::move(head), fmt::format("This procedure is called by {}.\n", allow));
}

Task<Unit> respond_wrong_type(http::Exchange& exchange, std::span<const std::string_view> types) {
  const std::string accepted = fmt::format("{}", fmt::join(types, ", "));
  http::ResponseHead head = text_head(415);
  head.headers.add("accept-post", accepted);
  return respond(
      exchange, std::move(head),
      fmt::format("Send a request of type {}, or a GET without body whose query names its encoding.\n", accepted));
}

Error deadline_exceeded(const Context& context) {
  return Error(Code::deadline_exceeded, ErrorDomain::network, "deadline_exceeded",
               fmt::format("The call took longer than its timeout and was given up after {} ms.",
                           context.age().to_milliseconds()))
      .with_retry();
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
  const bool added = methods_.emplace(spec.procedure, Method{&spec, std::move(handler), {}}).second;
  CHECK(added, "{} is mounted twice", spec.procedure);
}

void Router::add(const MethodSpec& spec, StreamFunction handler) {
  const bool added = methods_.emplace(spec.procedure, Method{&spec, {}, std::move(handler)}).second;
  CHECK(added, "{} is mounted twice", spec.procedure);
}

bool Router::has(std::string_view path) const {
  return methods_.contains(path);
}

std::vector<const MethodSpec*> Router::methods() const {
  std::vector<const MethodSpec*> all;
  for (const auto& [procedure, method] : methods_) all.push_back(method.spec);
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
  if (found == methods_.end()) return respond_unknown_procedure(exchange, options_.wire.readable_error_details);
  const Method& method = found->second;

  std::vector<std::string_view> verbs;
  std::vector<std::string_view> types;
  bool verb_fits = false;
  for (const auto& protocol : protocols_) {
    if (!protocol->carries(*method.spec)) continue;
    if (std::ranges::find(verbs, protocol->http_method()) == verbs.end()) verbs.push_back(protocol->http_method());
    std::ranges::copy(protocol->content_types(), std::back_inserter(types));
    if (protocol->http_method() != head.method) continue;
    verb_fits = true;
    if (protocol->accepts(head)) return serve_call(exchange, method, *protocol);
  }
  if (!verb_fits && !verbs.empty()) return respond_wrong_verb(exchange, verbs);
  return respond_wrong_type(exchange, types);
}

std::shared_ptr<Router::Call> Router::begin_call(http::Exchange& exchange, const MethodSpec& spec) {
  const http::RequestHead& head = exchange.request();
  auto call = std::make_shared<Call>(Context::Start{.spec = spec,
                                                    .executor = exchange.executor(),
                                                    .clock = *options_.clock,
                                                    .peer = head.peer,
                                                    .request_headers = head.headers,
                                                    .query = head.query},
                                     calls_running_);
  // Without the exchange in it, because it may be called when that is gone.
  exchange.on_abort([weak = std::weak_ptr(call)] {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->context.request_stop();
    if (alive->give_up) alive->give_up(caller_gone());
  });
  return call;
}

std::optional<Duration> Router::effective_timeout(std::optional<Duration> requested) const {
  const auto timeout = requested ? requested : options_.timeout_default;
  if (!options_.timeout_max) return timeout;
  return timeout ? std::min(*timeout, *options_.timeout_max) : *options_.timeout_max;
}

Task<Unit> Router::serve_call(http::Exchange& exchange, const Method& method, const Protocol& protocol) {
  const auto call = begin_call(exchange, *method.spec);
  const auto wire = protocol.open(exchange, options_.wire);
  call->context.set_timeout(wire->timeout(), effective_timeout(wire->timeout()));

  std::optional<Error> error;
  call->request = method.spec->request->New(&call->arena);
  Result<bool> received = co_await wire->receive(*call->request);
  if (!received.ok()) {
    error = std::move(received).error();
  } else {
    Result<MessagePtr> reply = co_await run_unary(exchange, call, method);
    Status sent = reply.ok() ? co_await wire->send(**reply) : Status(std::move(reply).error());
    if (!sent.ok()) error = std::move(sent).error();
  }

  // When the caller has gone there is nobody to tell, but the observers still learn what happened to the call.
  if (error) {
    const WireError wire_error = to_wire(*error, call->context, options_.error_encoder);
    static_cast<void>(co_await wire->close(call->context, &wire_error));
  } else {
    static_cast<void>(co_await wire->close(call->context, nullptr));
  }
  report(*call, protocol, *wire, error ? &*error : nullptr);
  co_return Unit{};
}

Task<Result<MessagePtr>> Router::run_unary(http::Exchange& exchange, std::shared_ptr<Call> call, const Method& method) {
  Context& context = call->context;
  const auto left = context.remaining();
  if (left && left->micros <= 0) co_return deadline_exceeded(context);
  if (context.stopped()) co_return caller_gone();

  // The first of handler, deadline and abort wins; Completion drops what comes later.
  Completion<Result<MessagePtr>> first(exchange.executor());
  const auto complete = first.completer();
  start(Next(options_.interceptors, method.unary)(context, *call->request),
        [call, complete](Result<MessagePtr> reply) { complete(std::move(reply)); });

  std::shared_ptr<TimerHandle> timer;
  if (!first.await_ready()) {
    call->give_up = [complete](Error error) { complete(std::move(error)); };
    if (left) {
      timer = exchange.executor().post_after(*left, [complete, weak = std::weak_ptr(call)] {
        if (const auto alive = weak.lock()) complete(deadline_exceeded(alive->context));
      });
    }
  }
  Result<MessagePtr> reply = co_await first;
  call->give_up = nullptr;
  if (timer) timer->cancel();
  if (reply.ok()) {
    CHECK(*reply != nullptr, "{} answered without a message", context.spec().procedure);
  } else if (reply.error().code() == Code::deadline_exceeded) {
    context.request_stop();
  }
  co_return reply;
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
