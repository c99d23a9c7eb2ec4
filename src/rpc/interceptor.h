// Interceptor: code around every call of a router (authentication, validation, limits, traces).
//
// The router keeps one chain of them: the first listed is the outermost. An interceptor may refuse by returning an
// error without calling `next`, and sees the handler's answer or error on the way back.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/task.h"
#include "rpc/context.h"
#include "rpc/stream.h"

namespace florin::rpc {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// A unary handler without its types. `request` is of the spec's request type and lives until the task has ended.
using UnaryFunction =
    std::function<Task<Result<MessagePtr>>(const google::protobuf::Message& request, Context& context)>;

// A streaming handler of any of the three kinds without its types.
using StreamFunction = std::function<Task<Status>(MessageSource& requests, MessageSink& responses, Context& context)>;

class Interceptor;

// The rest of the chain, ending in the handler. A small value, to be called at most once, before the call's task ends.
class Next {
 public:
  Next(std::span<Interceptor* const> rest, const UnaryFunction& handler) : rest_(rest), handler_(&handler) {}
  Task<Result<MessagePtr>> operator()(Context& context, const google::protobuf::Message& request) const;

 private:
  std::span<Interceptor* const> rest_;
  const UnaryFunction* handler_;
};

// The same for streams.
class NextStream {
 public:
  NextStream(std::span<Interceptor* const> rest, const StreamFunction& handler) : rest_(rest), handler_(&handler) {}
  Task<Status> operator()(Context& context, MessageSource& requests, MessageSink& responses) const;

 private:
  std::span<Interceptor* const> rest_;
  const StreamFunction* handler_;
};

// One instance serves all calls, on several threads at once.
class Interceptor {
 public:
  virtual ~Interceptor() = default;
  virtual Task<Result<MessagePtr>> unary(Context& context, const google::protobuf::Message& request, Next next) {
    return next(context, request);
  }
  // Calls of the three streaming kinds, before their first message is read. To see messages, give `next` ends that wrap
  // `requests` or `responses`. An interceptor that does not say what it does with streams refuses them (internal
  // `streams_not_intercepted`): a check that nobody wrote must not pass unnoticed.
  virtual Task<Status> stream(Context& context, MessageSource& requests, MessageSink& responses, NextStream next);
};

inline Task<Result<MessagePtr>> Next::operator()(Context& context, const google::protobuf::Message& request) const {
  if (rest_.empty()) return (*handler_)(request, context);
  return rest_.front()->unary(context, request, Next(rest_.subspan(1), *handler_));
}

inline Task<Status> NextStream::operator()(Context& context, MessageSource& requests, MessageSink& responses) const {
  if (rest_.empty()) return (*handler_)(requests, responses, context);
  return rest_.front()->stream(context, requests, responses, NextStream(rest_.subspan(1), *handler_));
}

}  // namespace florin::rpc
