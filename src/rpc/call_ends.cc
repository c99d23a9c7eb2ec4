#include "rpc/call_ends.h"

#include "base/check.h"

namespace florin::rpc {

// Counts one operation, and wakes who waits when it was the last.
struct CallEnds::Traffic::Passage {
  explicit Passage(Traffic& counted) : traffic(counted) {
    CHECK(traffic.under_way_ == 0, "one receive and one send of a call at a time");
    ++traffic.under_way_;
  }
  ~Passage() {
    --traffic.under_way_;
    if (auto waiting = std::exchange(traffic.waiting_, nullptr)) waiting.resume();
  }
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  Traffic& traffic;
};

namespace {

template <class T>
Task<Result<T>> refuse(Error reason) {
  co_return reason;
}

}  // namespace

template <class T>
Task<Result<T>> CallEnds::pass(Traffic& traffic, Task<Result<T>> operation) {
  std::optional<Result<T>> result;
  {
    const Traffic::Passage passage(traffic);
    result.emplace(co_await std::move(operation));
  }
  if (cut_) co_return *cut_;
  co_return std::move(*result);
}

Task<Result<bool>> CallEnds::receive(google::protobuf::Message& into) {
  if (cut_) return refuse<bool>(*cut_);
  return pass(receives_, wire_->receive(into));
}

Task<Status> CallEnds::receive_only(google::protobuf::Message& into) {
  if (cut_) return refuse<Unit>(*cut_);
  return pass(receives_, wire_->receive_only(into));
}

Task<Status> CallEnds::send(const google::protobuf::Message& message) {
  if (cut_) return refuse<Unit>(*cut_);
  return pass(sends_, wire_->send(message));
}

Task<Status> CallEnds::send_headers() {
  if (cut_) return refuse<Unit>(*cut_);
  return pass(sends_, wire_->send_headers());
}

void CallEnds::cut(Error reason) {
  if (!cut_) cut_ = std::move(reason);
}

}  // namespace florin::rpc
