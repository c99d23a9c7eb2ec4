// Deadline: a timer that is moved far more often than it fires, so moving it later costs nothing but an assignment. For
// the .cc files of this room only: it shows Asio. I/O thread only.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "base/time.h"

namespace florin::http {

class DeadlineListener {
 public:
  virtual ~DeadlineListener() = default;
  virtual void on_deadline() = 0;
};

class Deadline {
 public:
  explicit Deadline(asio::io_context& context) : timer_(context) {}

  // `listener` is told `after` from now, unless the deadline is set again or cleared before, or the listener is gone.
  void set(Duration after, std::weak_ptr<DeadlineListener> listener);
  void clear() { due_.reset(); }
  // Clears and lets go of the listener.
  void cancel();

 private:
  using Time = std::chrono::steady_clock::time_point;
  void arm();
  static void fired(const std::shared_ptr<DeadlineListener>& listener, Deadline& deadline);

  asio::steady_timer timer_;
  std::weak_ptr<DeadlineListener> listener_;
  std::optional<Time> due_;
  std::optional<Time> armed_for_;
};

}  // namespace florin::http
