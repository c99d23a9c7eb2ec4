#include "http/io_thread.h"

#include <asio/post.hpp>
#include <vector>

#include "http/h1_writer.h"

namespace florin::http {
namespace {

class AsioTimer final : public TimerHandle, public std::enable_shared_from_this<AsioTimer> {
 public:
  explicit AsioTimer(asio::io_context& context) : context_(context), timer_(context) {}

  void start(Duration delay, Work work) {
    timer_.expires_after(std::chrono::microseconds(delay.micros));
    timer_.async_wait([self = shared_from_this(), work = std::move(work)](const std::error_code&) mutable {
      if (!self->canceled_) work();
    });
  }
  // The flag keeps the promise; the timer itself belongs to its own thread.
  void cancel() override {
    if (canceled_.exchange(true)) return;
    asio::post(context_, [self = shared_from_this()] { self->timer_.cancel(); });
  }

 private:
  asio::io_context& context_;
  asio::steady_timer timer_;
  std::atomic<bool> canceled_ = false;
};

}  // namespace

bool ConnectionCount::try_add(std::size_t max) {
  std::size_t count = count_;
  do {
    if (count >= max) return false;
  } while (!count_.compare_exchange_weak(count, count + 1));
  return true;
}

void ConnectionCount::remove() {
  const std::lock_guard lock(mutex_);
  if (--count_ == 0) none_.notify_all();
}

bool ConnectionCount::wait_for_none(std::optional<Duration> timeout) {
  std::unique_lock lock(mutex_);
  const auto none = [this] { return count_ == 0; };
  if (timeout) return none_.wait_for(lock, std::chrono::microseconds(timeout->micros), none);
  none_.wait(lock, none);
  return true;
}

IoThread::IoThread(ConnectionCount& count) : count_(count), context_(1), guard_(context_.get_executor()) {}

IoThread::~IoThread() {
  stop();
}

void IoThread::run() {
  thread_ = std::thread([this]() noexcept { context_.run(); });
}

void IoThread::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void IoThread::post(Work work) {
  asio::post(context_, std::move(work));
}

std::shared_ptr<TimerHandle> IoThread::post_after(Duration delay, Work work) {
  auto timer = std::make_shared<AsioTimer>(context_);
  timer->start(delay, std::move(work));
  return timer;
}

void IoThread::add(const std::shared_ptr<Connection>& connection, std::string_view first_bytes) {
  connections_.insert(connection);
  connection->open(first_bytes);
  if (draining_) connection->drain();
}

void IoThread::remove(Connection& connection) {
  if (connections_.erase(connection.shared_from_this()) != 0) count_.remove();
}

void IoThread::replace(Connection& previous, const std::shared_ptr<Connection>& next, std::string_view first_bytes) {
  connections_.erase(previous.shared_from_this());
  add(next, first_bytes);
}

void IoThread::drain_all() {
  draining_ = true;
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->drain();
}

void IoThread::abort_all() {
  const std::vector<std::shared_ptr<Connection>> all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->abort();
}

const std::string& IoThread::date() {
  const Timestamp time = system_clock().now();
  const std::int64_t second = time.micros / 1'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(time);
  }
  return date_;
}

}  // namespace florin::http
