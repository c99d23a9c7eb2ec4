#include "http/deadline.h"

namespace florin::http {

void Deadline::set(Duration after, std::weak_ptr<DeadlineListener> listener) {
  due_ = std::chrono::steady_clock::now() + std::chrono::microseconds(after.micros);
  listener_ = std::move(listener);
  if (!armed_for_ || *due_ < *armed_for_) arm();
}

void Deadline::cancel() {
  due_.reset();
  armed_for_.reset();
  timer_.cancel();
}

void Deadline::arm() {
  armed_for_ = due_;
  timer_.expires_at(*due_);
  // The listener owns this deadline, so that holding it is enough to touch `this`.
  timer_.async_wait([this, weak = listener_](const std::error_code& canceled) {
    if (canceled) return;
    if (const auto listener = weak.lock()) fired(listener, *this);
  });
}

void Deadline::fired(const std::shared_ptr<DeadlineListener>& listener, Deadline& deadline) {
  deadline.armed_for_.reset();
  if (!deadline.due_) return;
  if (std::chrono::steady_clock::now() < *deadline.due_) {
    deadline.arm();
    return;
  }
  deadline.due_.reset();
  listener->on_deadline();
}

}  // namespace florin::http
