// ClosedLoop: clients that each keep one command in flight at a partition. Answers come on the lane's thread and only
// ring; the next commands are made and submitted by the caller's thread, as the server's threads do.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "../lib/figures.h"
#include "base/time.h"
#include "engine/partition.h"

namespace florin::bench {

// The nth command; the loop sets its `done`.
using MakeCommand = std::function<engine::Command(std::uint64_t number)>;

struct LoopResult {
  std::uint64_t commands = 0;
  double seconds = 0;
  Latencies latencies;
  pid_t lane_thread = 0;
};

class ClosedLoop {
 public:
  ClosedLoop(engine::Partition& partition, MakeCommand make_command, std::size_t clients);
  // Waits for what is in flight.
  ~ClosedLoop();

  // Keeps all clients busy for this long and counts what was answered in that time; commands stay in flight at its end.
  LoopResult run(Duration duration);

 private:
  struct Answered {
    std::size_t client;
    std::uint32_t micros;
  };
  void submit(std::size_t client);
  std::vector<Answered> wait_for_answers();

  engine::Partition& partition_;
  const MakeCommand make_command_;
  const std::size_t clients_;
  std::uint64_t submitted_ = 0;
  std::size_t in_flight_ = 0;

  std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<Answered> answers_;
  pid_t lane_thread_ = 0;
};

}  // namespace florin::bench
