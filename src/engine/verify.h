// verify: shows that the journal and a state tell the same story.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/registry.h"
#include "journal/journal.h"
#include "store/store.h"

namespace florin::engine {

struct VerifyOptions {
  std::uint16_t partition = 0;
  const journal::Journal* journal = nullptr;
  const store::Snapshot* live = nullptr;  // the state to check
  const Registry* registry = nullptr;
  store::Store* scratch = nullptr;  // an empty one, to replay into
};

struct VerifyReport {
  std::uint64_t entries = 0;
  std::uint64_t events = 0;
  std::uint64_t rows = 0;  // of the live state, each compared
  std::uint64_t effects_pending = 0;
  std::uint64_t timers_pending = 0;
  // What is wrong, in sentences; none if all is well.
  std::vector<std::string> problems;

  bool clean() const { return problems.empty(); }
};

// Reads the whole journal (chain and hashes are checked by its cursor), replays it into `scratch` (write digests), and
// compares: every row of the live state with the replayed one at the live state's position; pending effects and set
// timers of the live state with what the journal's events say; and the domains' own checks on the end of the journal.
// Errors: what stops the replay, as in recovery.h.
Result<VerifyReport> verify(const VerifyOptions& options);

}  // namespace florin::engine
