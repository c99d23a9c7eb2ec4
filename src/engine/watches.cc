#include "engine/watches.h"

#include <algorithm>
#include <utility>

namespace florin::engine {

class Watches::Handle final : public Watch {
 public:
  Handle(std::shared_ptr<Watches> watches, std::string subject, std::shared_ptr<Watcher> watcher)
      : watches_(std::move(watches)), subject_(std::move(subject)), watcher_(std::move(watcher)) {}
  ~Handle() override {
    watches_->remove(subject_, watcher_.get());
    const std::lock_guard lock(watcher_->mutex);
    watcher_->alive = false;
  }

 private:
  std::shared_ptr<Watches> watches_;
  std::string subject_;
  std::shared_ptr<Watcher> watcher_;
};

std::unique_ptr<Watch> Watches::add(std::string subject, std::function<void()> changed) {
  auto watcher = std::make_shared<Watcher>();
  watcher->changed = std::move(changed);
  {
    const std::lock_guard lock(mutex_);
    by_subject_[subject].push_back(watcher);
    ++count_;
  }
  return std::make_unique<Handle>(shared_from_this(), std::move(subject), std::move(watcher));
}

void Watches::remove(const std::string& subject, const Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  const auto found = by_subject_.find(subject);
  std::erase_if(found->second, [&](const auto& other) { return other.get() == watcher; });
  if (found->second.empty()) by_subject_.erase(found);
  --count_;
}

void Watches::notify(std::string_view subjects) {
  if (count_ == 0) return;
  Watchers touched;
  {
    const std::lock_guard lock(mutex_);
    while (!subjects.empty()) {
      const std::size_t end = subjects.find('\0');
      const auto found = by_subject_.find(subjects.substr(0, end));
      if (found != by_subject_.end()) touched.insert(touched.end(), found->second.begin(), found->second.end());
      subjects.remove_prefix(end + 1);
    }
  }
  // A watcher that several events touched runs once, in the order of the first touch.
  absl::flat_hash_map<const Watcher*, bool> done;
  for (const auto& watcher : touched) {
    if (!done.emplace(watcher.get(), true).second) continue;
    const std::lock_guard lock(watcher->mutex);
    if (watcher->alive) watcher->changed();
  }
}

}  // namespace florin::engine
