// Router: serves RPC methods over HTTP exchanges. Finds the method by path, the protocol by verb and content type, runs
// the interceptors and the handler within the deadline, and answers.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "http/exchange.h"
#include "rpc/cors.h"
#include "rpc/interceptor.h"
#include "rpc/observer.h"
#include "rpc/protocol.h"
#include "rpc/wire_error.h"

namespace florin::rpc {

struct Call;

struct RouterOptions {
  // Outermost first. They must outlive the router.
  std::vector<Interceptor*> interceptors = {};
  // Services that everybody may call: their calls pass by the interceptors ("grpc.health.v1.Health").
  std::vector<std::string> open_services = {};
  std::vector<Observer*> observers = {};
  ErrorEncoder error_encoder = {};
  // Looks at the head of every call before its message is read; an error is the call's answer, in its own protocol.
  std::function<Status(const http::RequestHead&)> admit = {};
  // What becomes of an exception that a handler or interceptor lets through, on the call's executor. Nothing: internal
  // `handler_threw`, without a word of what was thrown.
  std::function<Error(std::exception_ptr thrown, Context& context)> recover = {};
  CorsOptions cors = {};
  WireOptions wire = {};
  // Of unary calls, for callers that ask for none, and the most that a caller gets. Nothing: no limit.
  std::optional<Duration> timeout_default = Duration::seconds(30);
  std::optional<Duration> timeout_max = Duration::minutes(5);
  // The most that the caller of a stream gets; streams last until either side ends them otherwise.
  std::optional<Duration> stream_timeout_max = std::nullopt;
  const Clock* clock = &system_clock();
};

// Methods are added before the first request; from then on the router is read-only and serves on several threads at
// once.
//
// A handler is not interrupted when its deadline passes or its caller goes: the caller is answered, the handler is
// asked to stop (Context::stop_token), its streams are cut, and its result is dropped. Router, handlers and executors
// must outlive it: see calls_running.
class Router : public http::Handler {
 public:
  explicit Router(RouterOptions options = {});
  ~Router() override;

  // `spec` must outlive the router. Adding one procedure twice is a bug.
  void add(const MethodSpec& spec, UnaryFunction handler);
  void add(const MethodSpec& spec, StreamFunction handler);

  Task<Unit> serve(http::Exchange& exchange) override;

  // Whether `path` is one of this router's procedures.
  bool has(std::string_view path) const;
  // Every method added, in order of procedures.
  std::vector<const MethodSpec*> methods() const;
  // Handlers that have not ended yet, answered or not. Thread-safe.
  std::size_t calls_running() const;

 private:
  struct Method {
    const MethodSpec* spec = nullptr;
    UnaryFunction unary;  // one of the two
    StreamFunction stream;
    std::span<Interceptor* const> interceptors;
  };

  // Looks up without making a string.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void add_method(Method method);
  Task<Unit> dispatch(http::Exchange& exchange);
  // Answers a request for a method that no protocol takes: wrong verb or wrong content type.
  Task<Unit> refuse(http::Exchange& exchange, const MethodSpec& spec) const;
  // Answers a request for a procedure that is not there.
  Task<Unit> refuse_procedure(http::Exchange& exchange) const;
  Task<Unit> answer_refusal(http::Exchange& exchange, const MethodSpec& spec, http::ResponseHead head,
                            Error error) const;
  Task<Unit> serve_call(http::Exchange& exchange, const Method& method, const Protocol& protocol);
  // Runs interceptors and handler; ends at the deadline or when the caller has gone, whatever the handler does.
  Task<Status> run(std::shared_ptr<Call> call, const Method& method);
  // What runs on where the caller is no longer waited for.
  Task<Status> handle(std::shared_ptr<Call> call, const Method& method);
  std::shared_ptr<Call> begin_call(http::Exchange& exchange, const MethodSpec& spec);
  std::optional<Duration> effective_timeout(const MethodSpec& spec, std::optional<Duration> requested) const;
  void report(Call& call, const Protocol& protocol, const WireCall& wire, const Error* error) const;

  const RouterOptions options_;
  const Cors cors_;
  const std::vector<std::unique_ptr<Protocol>> protocols_;
  std::unordered_map<std::string, Method, Hash, std::equal_to<>> methods_;
  std::shared_ptr<std::atomic<std::size_t>> calls_running_;
};

}  // namespace florin::rpc
