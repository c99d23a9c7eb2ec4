// What stands after the last valid record of the last segment: nothing, a torn write, or damage.
//
// One write puts one or more records after the last one, into zeros; it is synced before the next write begins and
// before anyone is told that its entries are durable. When power or process fails in a write, each 512-byte sector of
// it holds zeros (as before) or its new bytes, and where the process alone failed, some first part of the write is
// there. Therefore:
//
// - A record that does not verify but has a valid record *that starts a write* somewhere after it was durable: damage.
// - Otherwise it belongs to the last write. If some sector's share of it is all zeros, or its last byte (the end mark)
//   is, it looks torn: nobody was told of it, and it is cut off, with a record of the same write after it.
// - If it does not look torn it was whole once and has changed since; it may have been acknowledged: damage.
//
// Two things this cannot tell apart, and takes for torn: a durable last write that lost a whole sector, and one with a
// changed byte whose body has 512 zeros in one sector. Everything before the last write is beyond doubt.
#pragma once

#include <cstdint>
#include <string_view>

#include "journal/journal.h"

namespace florin::journal {

enum class TailState : std::uint8_t { clean, torn, damaged };

// Where the tail begins: after the last valid record.
struct TailPlace {
  Partition partition = 0;
  std::uint64_t offset = 0;         // in the file
  std::uint64_t last_sequence = 0;  // of the last valid record
};

// `bytes` are those of the file from `place.offset` (which no valid record follows) to the last one that is not zero.
// `why` is set when they are damaged.
struct Tail {
  TailState state = TailState::clean;
  std::string_view why;
};
Tail judge_tail(std::string_view bytes, const TailPlace& place);

}  // namespace florin::journal
