// EntryBuilder: the journal entry that the current batch becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "engine/engine_state.h"

namespace florin::engine {

struct EntryBuilder {
  std::uint16_t partition = 0;
  std::uint64_t sequence = 0;
  Timestamp time;

  // Of the works that were kept.
  std::string commands;  // EntryBody.commands, encoded
  std::uint32_t events = 0;
  std::uint32_t positions = 0;  // given out by new_position
  bool effects_requested = false;
  std::optional<DueTimer> first_timer;  // the earliest that was set
  std::string subjects;                 // of the events, each followed by a zero byte
};

}  // namespace florin::engine
