// The journal port: an append-only, hash-chained sequence of entries for one partition. Everything Florin knows is in
// it.
//
// Backends: `segments` (files in a data directory, the embedded default) and `memory` (simulator and tests). All pass
// one contract test. A backend knows nothing of what an entry's body means.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace florin::journal {

using Hash = std::array<std::uint8_t, 32>;  // SHA-256

// What one durable append writes. `hash` covers the partition and every other field (`seal` in entry.h sets it), so
// that a changed, missing or reordered entry shows.
struct Entry {
  std::uint64_t sequence = 0;  // 1, 2, 3, ... without gaps
  std::uint64_t epoch = 0;     // of the lease under which it was written; never falls
  Timestamp time;              // the lane's time; never falls
  Hash previous{};             // hash of the entry before; zeros for the first
  Hash hash{};
  std::string body;  // opaque here, at most body_bytes_max; florin.journal.v1.EntryBody above

  bool operator==(const Entry&) const = default;
};

// A partition's number, as it stands in ids (base/id.h).
using Partition = std::uint16_t;

// Longest body of an entry. The engine bounds its batches well below this.
inline constexpr std::size_t body_bytes_max = std::size_t{64} << 20;

// The end of the journal: what the next entry must follow. All zeros for an empty one.
struct Tip {
  std::uint64_t sequence = 0;
  std::uint64_t epoch = 0;
  Timestamp time;
  Hash hash{};
  bool operator==(const Tip&) const = default;
};

// Reads entries in order. One thread at a time; independent of appends that go on meanwhile. May outlive its Journal.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // The next entry that is durable, checked (CRC, hash, chain); nothing at the end for now (a later call may find
  // more). Fails with `data_loss` (journal_corrupt), naming the entry and the place, on anything that does not verify;
  // a failed cursor fails again.
  virtual Result<std::optional<Entry>> next() = 0;
};

using Durable = std::move_only_function<void(Status)>;

// One owner at a time: a backend refuses a second one when it opens (failed_precondition, data_directory_locked) or
// fences the first when the second acquires (failed_precondition, journal_fenced). `tip` and `read` may be called from
// any thread; `acquire` and `append` from one at a time. The destructor waits for the appends in flight and calls their
// `durable`; it must not run inside one.
class Journal {
 public:
  virtual ~Journal() = default;

  // The last durable entry.
  virtual Tip tip() const = 0;

  // Takes the lease: from now on entries carry the returned epoch, which is higher than any returned before, also by
  // journals that appended nothing. Once per Journal object.
  virtual Result<std::uint64_t> acquire() = 0;

  // Makes `entry` durable and then calls `durable` once, in the order of the appends, from any thread, possibly inside
  // this call. The append is no longer in flight when `durable` is called, so `durable` may append. `entry` must be
  // sealed, carry the epoch of `acquire` and follow the last one appended, durable or not (`check_follows` in entry.h),
  // else it fails with failed_precondition (journal_out_of_order). Appends may overlap up to `appends_in_flight_max`.
  // After one failure, of whatever kind, every later append fails: what was in flight has an unknown outcome until the
  // journal is opened again.
  virtual void append(Entry entry, Durable durable) = 0;

  // How many appends the caller may have in flight at once: 2 for local files, 1 for remote backends (fencing).
  virtual int appends_in_flight_max() const = 0;

  // A cursor whose first entry is `from_sequence` (1 is the first of all). `out_of_range` (journal_position_unknown) if
  // that is 0 or beyond tip + 1.
  virtual Result<std::unique_ptr<Cursor>> read(std::uint64_t from_sequence) const = 0;
};

}  // namespace florin::journal
