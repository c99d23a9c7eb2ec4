// Keeper: the Service behind a lock, with its log. Requests of many threads go in; a thread of its own writes what they
// left behind, one sync for all that came meanwhile, and hands out webhooks when they are due.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "sandbox_psp/log.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {

// Thread-safe.
class Keeper {
 public:
  // Called on the keeper's thread with webhooks whose cause is durable. Each must come back to webhook_tried.
  using SendWebhooks = std::function<void(std::vector<WebhookTry>)>;

  // Reads the log. `disk` and `clock` must outlive the keeper.
  static Result<std::unique_ptr<Keeper>> open(disk::Disk& disk, const std::string& directory, ServiceOptions options,
                                              const Clock& clock);
  ~Keeper();

  // Once, before the first request.
  void start(SendWebhooks send);
  // Writes what is left and ends the thread. Requests after this are dropped.
  void stop();

  // Does what the request asks; the answer comes when everything it shows is durable. Dropped when the log has failed.
  Task<PspAnswer> handle(connectors::PspHttpRequest request, Executor& executor);
  void webhook_tried(std::uint64_t number, bool delivered);

 private:
  using Durable = Completion<bool>;  // false: the log failed

  Keeper(ServiceOptions options, const Clock& clock);
  void run() noexcept;
  bool wait_for_work(std::unique_lock<std::mutex>& lock);
  void write(std::unique_lock<std::mutex>& lock);

  const Clock& clock_;
  std::unique_ptr<Log> log_;
  SendWebhooks send_;

  std::mutex mutex_;
  std::condition_variable work_;
  Service service_;
  std::vector<Durable::Completer> waiting_;   // for what the service has left behind since the last write began
  std::vector<Durable::Completer> flushing_;  // for the write that is going on
  bool writing_ = false;
  bool failed_ = false;
  bool stopping_ = false;
  std::size_t webhooks_in_flight_ = 0;
  std::thread thread_;
};

}  // namespace florin::sandbox_psp
