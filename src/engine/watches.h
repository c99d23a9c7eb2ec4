// Watches: who wants to know when an entry has an event about a subject. Thread-safe.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/partition.h"
#include "engine/text_key.h"

namespace florin::engine {

class Watches : public std::enable_shared_from_this<Watches> {
 public:
  std::unique_ptr<Watch> add(std::string subject, std::function<void()> changed);

  // Runs the callbacks for `subjects`: texts that each end with a zero byte; one that stands there twice counts once.
  void notify(std::string_view subjects);

 private:
  class Handle;
  struct Watcher {
    // Held while the callback runs, so that a handle's destructor waits for it; recursive, so that the callback may
    // destroy its own handle.
    std::recursive_mutex mutex;
    std::function<void()> changed;
    bool alive = true;
  };
  using Watchers = std::vector<std::shared_ptr<Watcher>>;

  void remove(const std::string& subject, const Watcher* watcher);

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Watchers, TextHash, TextEqual> by_subject_;
};

}  // namespace florin::engine
