// Context: everything about one call except its messages. The runtime makes it, interceptors and the handler use it.
//
// One thread at a time, the call's executor; only stop_token() may be used from other threads. A context lives until
// its handler has ended, also when the caller was answered before that because the deadline passed.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/time.h"
#include "http/exchange.h"
#include "rpc/spec.h"

namespace florin::rpc {

// Where the call stands in a distributed trace (W3C Trace Context). Empty ids mean: not traced.
struct TraceContext {
  std::string trace_id;        // 32 hexadecimal digits
  std::string span_id;         // 16 hexadecimal digits: this call's own span
  std::string parent_span_id;  // the caller's span, or empty
  bool sampled = false;
};

class Context {
 public:
  struct Start {
    const MethodSpec& spec;
    Executor& executor;
    const Clock& clock = system_clock();
    std::string peer = {};
    http::Headers request_headers = {};
    std::string query = {};  // of a GET, for logs and echo services
    std::string authority = {};
    bool tls = false;
  };

  explicit Context(Start start);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const MethodSpec& spec() const { return spec_; }
  // Where the call runs. A handler that waits for another thread must resume here (Completion does).
  Executor& executor() const { return executor_; }
  const Clock& clock() const { return clock_; }
  const std::string& peer() const { return peer_; }
  const std::string& query() const { return query_; }
  // The host and port that the caller asked for, as it wrote them: "pay.example.com", "127.0.0.1:8080".
  const std::string& authority() const { return authority_; }
  // Whether the call came over TLS.
  bool tls() const { return tls_; }
  const http::Headers& request_headers() const { return request_headers_; }

  // Sent with the answer, also with an error. Names in lower case; names that belong to the protocol (`content-*`,
  // `connect-*`, `grpc-*`, `trailer-*` and the like) are dropped when the answer is written.
  http::Headers& response_headers() { return response_headers_; }
  http::Headers& response_trailers() { return response_trailers_; }

  // What the caller asked for, if it did; the deadline may be earlier (RouterOptions::timeout_max) or a default.
  std::optional<Duration> requested_timeout() const { return requested_timeout_; }
  // Wall-clock time of the deadline, or nothing where the server is configured without one.
  std::optional<Timestamp> deadline() const;
  // Time left, zero or less once the deadline has passed; nothing without a deadline.
  std::optional<Duration> remaining() const;
  // Monotonic time since the call began.
  Duration age() const { return clock_.elapsed() - began_; }

  // Stop is requested when the caller has gone or was already answered (deadline): work not yet begun is not worth
  // beginning.
  std::stop_token stop_token() const { return stop_.get_token(); }
  bool stopped() const { return stop_.stop_requested(); }

  TraceContext& trace() { return trace_; }
  const TraceContext& trace() const { return trace_; }

  // One value of each type, for what the floors above know about the call (who is calling, for example). set replaces.
  template <class T>
  void set(T value);
  // Nothing when no T was set. Valid until the next set<T>.
  template <class T>
  T* get();

  // For the runtime: `effective` counts from the start of the call.
  void set_timeout(std::optional<Duration> requested, std::optional<Duration> effective);
  void request_stop() { stop_.request_stop(); }

 private:
  const MethodSpec& spec_;
  Executor& executor_;
  const Clock& clock_;
  const std::string peer_;
  const std::string query_;
  const std::string authority_;
  const bool tls_;
  const http::Headers request_headers_;
  const Duration began_;
  http::Headers response_headers_;
  http::Headers response_trailers_;
  std::optional<Duration> requested_timeout_;
  std::optional<Duration> timeout_;
  std::stop_source stop_;
  TraceContext trace_;
  std::vector<std::pair<std::type_index, std::shared_ptr<void>>> extensions_;
};

template <class T>
void Context::set(T value) {
  for (auto& [type, slot] : extensions_) {
    if (type == typeid(T)) {
      slot = std::make_shared<T>(std::move(value));
      return;
    }
  }
  extensions_.emplace_back(typeid(T), std::make_shared<T>(std::move(value)));
}

template <class T>
T* Context::get() {
  for (auto& [type, slot] : extensions_) {
    if (type == typeid(T)) return static_cast<T*>(slot.get());
  }
  return nullptr;
}

}  // namespace florin::rpc
