// The two ends of a call's message streams. Protocols implement the untyped ends; generated code hands out the typed
// ones.
#pragma once

#include <google/protobuf/message.h>

#include <optional>

#include "base/result.h"
#include "base/task.h"

namespace florin::rpc {

class MessageSource {
 public:
  virtual ~MessageSource() = default;
  // Reads the next message into `into`, which must be empty; false at the end of the stream.
  virtual Task<Result<bool>> receive(google::protobuf::Message& into) = 0;
};

class MessageSink {
 public:
  virtual ~MessageSink() = default;
  // Resumes when there is room for more.
  virtual Task<Status> send(const google::protobuf::Message& message) = 0;
};

// What a client sends to a streaming method.
template <class T>
class Receiver {
 public:
  explicit Receiver(MessageSource& source) : source_(source) {}
  // The next message; nothing at the end.
  Task<Result<std::optional<T>>> receive() {
    T message;
    Result<bool> more = co_await source_.receive(message);
    if (!more.ok()) co_return std::move(more).error();
    if (!more.value()) co_return std::optional<T>();
    co_return std::optional<T>(std::move(message));
  }

 private:
  MessageSource& source_;
};

// What a streaming method sends to its client.
template <class T>
class Sender {
 public:
  explicit Sender(MessageSink& sink) : sink_(sink) {}
  Task<Status> send(const T& message) { return sink_.send(message); }

 private:
  MessageSink& sink_;
};

}  // namespace florin::rpc
