#include "journal/segments/durable_view.h"

#include <algorithm>

namespace florin::journal {

void DurableView::update(const Tip& tip, std::uint64_t end_offset, const std::vector<std::uint64_t>& segments) {
  const std::lock_guard lock(mutex_);
  tip_ = tip;
  end_offset_ = end_offset;
  if (segments_.size() != segments.size()) segments_ = segments;
}

Tip DurableView::tip() const {
  const std::lock_guard lock(mutex_);
  return tip_;
}

DurableView::Limit DurableView::limit() const {
  const std::lock_guard lock(mutex_);
  return {.sequence = tip_.sequence, .segment_first = segments_.back(), .offset = end_offset_};
}

std::uint64_t DurableView::segment_of(std::uint64_t sequence) const {
  const std::lock_guard lock(mutex_);
  const auto after = std::ranges::upper_bound(segments_, sequence);
  return after == segments_.begin() ? 0 : *std::prev(after);
}

}  // namespace florin::journal
