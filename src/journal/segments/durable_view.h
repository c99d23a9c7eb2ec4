// DurableView: what a journal's writer lets its cursors see.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "journal/journal.h"

namespace florin::journal {

// Thread-safe. Shared by the journal and its cursors.
class DurableView {
 public:
  // How far a cursor may read.
  struct Limit {
    std::uint64_t sequence = 0;       // of the last durable entry
    std::uint64_t segment_first = 0;  // the segment that is written
    std::uint64_t offset = 0;         // the end of what is durable in it
  };

  void update(const Tip& tip, std::uint64_t end_offset, const std::vector<std::uint64_t>& segments);
  Tip tip() const;
  Limit limit() const;
  // The first sequence of the segment that holds, or will hold, entry `sequence`; 0 if the oldest segment starts later.
  std::uint64_t segment_of(std::uint64_t sequence) const;

 private:
  mutable std::mutex mutex_;
  Tip tip_;
  std::uint64_t end_offset_ = 0;
  std::vector<std::uint64_t> segments_;
};

}  // namespace florin::journal
