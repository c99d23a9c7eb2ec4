// CallEnds: the ends of a call's streams as its handler and interceptors hold them. They live as long as the handler,
// which may be longer than the wire: once cut, they fail with the reason and touch the wire no more.
//
// All on the call's executor. One receive and one send may be under way at the same time.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "rpc/protocol.h"

namespace florin::rpc {

class CallEnds final : public MessageSource, public MessageSink {
 public:
  void attach(WireCall& wire) { wire_ = &wire; }

  Task<Result<bool>> receive(google::protobuf::Message& into) override;
  Task<Status> receive_only(google::protobuf::Message& into) override;
  Task<Status> send(const google::protobuf::Message& message) override;
  Task<Status> send_headers() override;

  // From now on every operation fails with `reason`, also one that is under way when the wire lets go of it.
  void cut(Error reason);

  // How many operations of one direction are in the wire, and who waits for there to be none.
  class Traffic {
   public:
    bool await_ready() const { return under_way_ == 0; }
    void await_suspend(std::coroutine_handle<> handle) { waiting_ = handle; }
    void await_resume() const {}

   private:
    friend class CallEnds;
    struct Passage;
    int under_way_ = 0;
    std::coroutine_handle<> waiting_;
  };
  // To be awaited after the cut: resumes when the wire has no receive, or no send, under way.
  Traffic& receives() { return receives_; }
  Traffic& sends() { return sends_; }

 private:
  template <class T>
  Task<Result<T>> pass(Traffic& traffic, Task<Result<T>> operation);

  WireCall* wire_ = nullptr;
  std::optional<Error> cut_;
  Traffic receives_;
  Traffic sends_;
};

}  // namespace florin::rpc
