// The cursor of a segment journal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "journal/segments/durable_view.h"
#include "journal/segments/segment_reader.h"

namespace florin::journal {

class SegmentCursor final : public Cursor {
 public:
  struct Options {
    disk::Disk& disk;
    std::string directory;
    std::shared_ptr<const DurableView> view;
    std::uint64_t from_sequence = 1;
  };
  explicit SegmentCursor(Options options);

  Result<std::optional<Entry>> next() override;

 private:
  Result<std::optional<Entry>> read_next();
  // Opens the segment that holds `sequence`, or the one after the current.
  Status open_segment(std::uint64_t sequence);

  const Options options_;
  std::unique_ptr<SegmentReader> reader_;
  std::optional<Error> failure_;
  std::uint64_t next_;
};

}  // namespace florin::journal
