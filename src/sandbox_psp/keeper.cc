#include "sandbox_psp/keeper.h"

#include <chrono>

#include "sandbox_psp/answers.h"

namespace florin::sandbox_psp {
namespace {

constexpr std::size_t webhooks_in_flight_max = 64;

}  // namespace

Keeper::Keeper(ServiceOptions options, const Clock& clock) : clock_(clock), service_(std::move(options)) {}

Result<std::unique_ptr<Keeper>> Keeper::open(disk::Disk& disk, const std::string& directory, ServiceOptions options,
                                             const Clock& clock) {
  std::unique_ptr<Keeper> keeper(new Keeper(std::move(options), clock));
  Service& service = keeper->service_;
  ASSIGN_OR_RETURN(keeper->log_,
                   Log::open(disk, directory, [&service](const Record& record) { return service.restore(record); }));
  return keeper;
}

Keeper::~Keeper() {
  stop();
}

void Keeper::start(SendWebhooks send) {
  send_ = std::move(send);
  thread_ = std::thread([this] { run(); });
}

void Keeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Task<PspAnswer> Keeper::handle(connectors::PspHttpRequest request, Executor& executor) {
  Durable durable(executor);
  PspAnswer answer;
  bool wait = true;
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || stopping_) co_return dropped();
    answer = service_.handle(request, clock_.now());
    if (service_.has_log()) {
      waiting_.push_back(durable.completer());
    } else if (writing_) {
      // It may show what is being written.
      flushing_.push_back(durable.completer());
    } else {
      wait = false;
    }
  }
  if (!wait) co_return answer;
  work_.notify_one();
  if (!co_await durable) co_return dropped();
  co_return answer;
}

void Keeper::webhook_tried(std::uint64_t number, bool delivered) {
  {
    const std::lock_guard lock(mutex_);
    --webhooks_in_flight_;
    service_.webhook_tried(number, delivered, clock_.now());
  }
  work_.notify_one();
}

void Keeper::run() noexcept {
  std::unique_lock lock(mutex_);
  while (wait_for_work(lock)) {
    std::vector<WebhookTry> webhooks;
    if (!stopping_) webhooks = service_.take_webhooks(clock_.now(), webhooks_in_flight_max - webhooks_in_flight_);
    webhooks_in_flight_ += webhooks.size();
    write(lock);
    if (webhooks.empty() || failed_) continue;
    lock.unlock();
    send_(std::move(webhooks));
    lock.lock();
  }
}

// False when there is nothing more to do, ever.
bool Keeper::wait_for_work(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (failed_) return false;
    if (service_.has_log()) return true;
    if (stopping_) return false;
    const auto due = webhooks_in_flight_ < webhooks_in_flight_max ? service_.next_due() : std::nullopt;
    if (!due) {
      work_.wait(lock);
      continue;
    }
    const Duration wait = *due - clock_.now();
    if (wait <= Duration{}) return true;
    work_.wait_for(lock, std::chrono::microseconds(wait.micros));
  }
}

void Keeper::write(std::unique_lock<std::mutex>& lock) {
  const std::string bytes = service_.take_log();
  if (bytes.empty()) return;
  flushing_ = std::exchange(waiting_, {});
  writing_ = true;
  lock.unlock();
  const Status written = log_->append(bytes);
  lock.lock();
  writing_ = false;
  // After a failure the memory holds what the disk may not: nobody may see it.
  failed_ = !written.ok();
  std::vector<Durable::Completer> done = std::exchange(flushing_, {});
  if (failed_) {
    done.insert(done.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
  }
  lock.unlock();
  for (const Durable::Completer& completer : done) completer(written.ok());
  lock.lock();
}

}  // namespace florin::sandbox_psp
