// IoThread: one thread with an event loop, the Executor of the exchanges on its connections, and the connections'
// owner. For the .cc files of this room only: it shows Asio.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "base/executor.h"
#include "http/connection.h"

namespace florin::http {

// The connections of a server, counted over its threads.
class ConnectionCount {
 public:
  // False at `max`.
  bool try_add(std::size_t max);
  void remove();
  // Waits until there is none; false after `timeout`, which nothing means for ever.
  bool wait_for_none(std::optional<Duration> timeout);
  std::size_t value() const { return count_; }

 private:
  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

class IoThread final : public Executor {
 public:
  explicit IoThread(ConnectionCount& count);
  ~IoThread() override;  // stop() came before, or run() never

  void run();
  // Ends the loop and joins; work that is still posted is dropped.
  void stop();

  void post(Work work) override;
  std::shared_ptr<TimerHandle> post_after(Duration delay, Work work) override;

  // The rest is called on this thread only.
  asio::io_context& context() { return context_; }
  // Owns and opens a connection that was counted already.
  void add(const std::shared_ptr<Connection>& connection, std::string_view first_bytes);
  // `connection` is gone: the caller holds the last reference.
  void remove(Connection& connection);
  // Lets `next` take the place of `previous`.
  void replace(Connection& previous, const std::shared_ptr<Connection>& next, std::string_view first_bytes);
  void drain_all();
  void abort_all();
  // The Date header's value; renewed once a second.
  const std::string& date();

 private:
  ConnectionCount& count_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::thread thread_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool draining_ = false;
  std::int64_t date_second_ = -1;
  std::string date_;
};

}  // namespace florin::http
