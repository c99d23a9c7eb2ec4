#include "http/client.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "http/transfer.h"

namespace florin::http {
namespace {

// Handles kept for the next requests; more than this are made and freed as needed.
constexpr std::size_t spare_transfers_max = 256;

Error canceled() {
  return {Code::canceled, ErrorDomain::network, "canceled", "The request was canceled."};
}

bool init_curl() {
  static const bool good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return good;
}

}  // namespace

// libcurl's multi interface on an epoll of ours: the cost of a turn depends on what happened, not on how much is in
// flight.
class Client::Loop {
 public:
  explicit Loop(ClientOptions options) : options_(std::move(options)) {}
  ~Loop();
  Status start();

  std::uint64_t submit(ClientRequest request, Callback done);
  void cancel(std::uint64_t number);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Submission {
    std::uint64_t number;
    ClientRequest request;
    Callback done;
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM*, long timeout_ms, void* self);

  void run() noexcept;
  void wake();
  // False when the client ends.
  bool take_inbox();
  void begin(Submission submission);
  void wait_and_act();
  int wait_milliseconds() const;
  void collect();
  void finish(std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>>::iterator found, CURLcode result,
              bool was_canceled);

  const ClientOptions options_;
  CURLM* multi_ = nullptr;
  int epoll_ = -1;
  int wake_ = -1;
  std::thread thread_;

  std::mutex mutex_;
  std::vector<Submission> inbox_;
  std::vector<std::uint64_t> cancels_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> next_number_ = 1;

  // The loop's thread only.
  std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> running_;
  std::vector<std::unique_ptr<Transfer>> spare_;
  std::optional<Time> timer_;
};

Status Client::Loop::start() {
  if (!init_curl()) return internal_error("curl_failed", "libcurl could not be initialised.");
  multi_ = curl_multi_init();
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
  if (multi_ == nullptr || epoll_ < 0 || wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    return internal_error("client_failed", "The HTTP client could not start: too few file descriptors or memory.");
  }
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options_.connections_max));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.connections_max));
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.connections_per_host_max));
  thread_ = std::thread([this] { run(); });
  return ok();
}

Client::Loop::~Loop() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }
  spare_.clear();
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
  if (wake_ >= 0) ::close(wake_);
  if (epoll_ >= 0) ::close(epoll_);
}

std::uint64_t Client::Loop::submit(ClientRequest request, Callback done) {
  const std::uint64_t number = next_number_++;
  {
    std::unique_lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      done({.delivery = Delivery::not_sent, .error = canceled()});
      return number;
    }
    const bool was_empty = inbox_.empty();
    inbox_.push_back({number, std::move(request), std::move(done)});
    if (!was_empty) return number;
  }
  wake();
  return number;
}

void Client::Loop::cancel(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    cancels_.push_back(number);
  }
  wake();
}

void Client::Loop::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof(one));  // fails only where it is awake already
}

int Client::Loop::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto& loop = *static_cast<Loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(loop.epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{.events = 0, .data = {.fd = socket}};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (known == nullptr) {
    curl_multi_assign(loop.multi_, socket, self);
    if (::epoll_ctl(loop.epoll_, EPOLL_CTL_ADD, socket, &event) == 0 || errno != EEXIST) return 0;
  }
  ::epoll_ctl(loop.epoll_, EPOLL_CTL_MOD, socket, &event);
  return 0;
}

int Client::Loop::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& timer = static_cast<Loop*>(self)->timer_;
  if (timeout_ms < 0) {
    timer.reset();
  } else {
    timer = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  }
  return 0;
}

void Client::Loop::run() noexcept {
  while (take_inbox()) {
    wait_and_act();
    collect();
  }
  while (!running_.empty()) finish(running_.begin(), CURLE_OK, true);
}

bool Client::Loop::take_inbox() {
  std::vector<Submission> submissions;
  std::vector<std::uint64_t> cancels;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    submissions.swap(inbox_);
    cancels.swap(cancels_);
    stopping = stopping_;
  }
  for (Submission& submission : submissions) begin(std::move(submission));
  for (const std::uint64_t number : cancels) {
    if (const auto found = running_.find(number); found != running_.end()) finish(found, CURLE_OK, true);
  }
  return !stopping;
}

void Client::Loop::begin(Submission submission) {
  std::unique_ptr<Transfer> transfer;
  if (spare_.empty()) {
    transfer = std::make_unique<Transfer>();
  } else {
    transfer = std::move(spare_.back());
    spare_.pop_back();
  }
  const Status begun =
      transfer->begin(submission.number, std::move(submission.request), std::move(submission.done), options_);
  if (!begun.ok()) return transfer->finish(transfer->failed(begun.error()));
  const CURLMcode added = curl_multi_add_handle(multi_, transfer->handle());
  CHECK(added == CURLM_OK, "{}", curl_multi_strerror(added));
  running_.emplace(submission.number, std::move(transfer));
}

int Client::Loop::wait_milliseconds() const {
  if (!timer_) return -1;
  const auto left = *timer_ - std::chrono::steady_clock::now();
  if (left.count() <= 0) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

void Client::Loop::wait_and_act() {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_milliseconds());
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_) {
      std::uint64_t wakes = 0;
      (void)!::read(wake_, &wakes, sizeof(wakes));
      continue;
    }
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_, event.data.fd, what, &running);
  }
  if (timer_ && *timer_ <= std::chrono::steady_clock::now()) {
    timer_.reset();
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void Client::Loop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    finish(running_.find(transfer->number()), result, false);
  }
}

void Client::Loop::finish(std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>>::iterator found, CURLcode result,
                          bool was_canceled) {
  std::unique_ptr<Transfer> transfer = std::move(found->second);
  running_.erase(found);
  curl_multi_remove_handle(multi_, transfer->handle());
  transfer->finish(was_canceled ? transfer->failed(canceled()) : transfer->outcome(result));
  if (spare_.size() < spare_transfers_max) spare_.push_back(std::move(transfer));
}

Client::Client(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::start(ClientOptions options) {
  auto loop = std::make_unique<Loop>(std::move(options));
  RETURN_IF_ERROR(loop->start());
  return std::unique_ptr<Client>(new Client(std::move(loop)));
}

std::uint64_t Client::send(ClientRequest request, Callback done) {
  return loop_->submit(std::move(request), std::move(done));
}

Task<ClientOutcome> Client::send(ClientRequest request, Executor& executor) {
  Completion<ClientOutcome> outcome(executor);
  send(std::move(request), [completer = outcome.completer()](ClientOutcome done) { completer(std::move(done)); });
  co_return co_await outcome;
}

void Client::cancel(std::uint64_t number) {
  loop_->cancel(number);
}

}  // namespace florin::http
