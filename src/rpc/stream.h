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
  // Reads the one message of a caller that sends exactly one, to the end of the stream: unimplemented `message_missing`
  // or `too_many_messages` for any other number.
  virtual Task<Status> receive_only(google::protobuf::Message& into);
};

// What receive_only refuses with.
Error message_missing();
Error too_many_messages();

class MessageSink {
 public:
  virtual ~MessageSink() = default;
  // Resumes when there is room for more. The first message takes the response headers along.
  virtual Task<Status> send(const google::protobuf::Message& message) = 0;
  // Sends the response headers now rather than with the first message. Does nothing where they have been sent, and
  // where the protocol can send them only with the whole answer.
  virtual Task<Status> send_headers() = 0;
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
  // Resumes when there is room for more. Headers that the context holds by the first message are sent with it.
  Task<Status> send(const T& message) { return sink_.send(message); }
  // Sends the response headers before there is a message.
  Task<Status> send_headers() { return sink_.send_headers(); }

 private:
  MessageSink& sink_;
};

}  // namespace florin::rpc
