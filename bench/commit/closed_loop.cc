#include "closed_loop.h"

#include <unistd.h>

#include <utility>

#include "base/check.h"

namespace florin::bench {
ClosedLoop::ClosedLoop(engine::Partition& partition, MakeCommand make_command, std::size_t clients)
    : partition_(partition), make_command_(std::move(make_command)), clients_(clients) {}

ClosedLoop::~ClosedLoop() {
  while (in_flight_ > 0) in_flight_ -= wait_for_answers().size();
}

void ClosedLoop::submit(std::size_t client) {
  engine::Command command = make_command_(submitted_++);
  ++in_flight_;
  const Duration begin = system_clock().elapsed();
  command.done = [this, client, begin](const Result<engine::CommandReply>& reply) {
    CHECK(reply.ok(), "{}", reply.error().to_string());
    const auto micros = (system_clock().elapsed() - begin).micros;
    const std::lock_guard lock(mutex_);
    if (lane_thread_ == 0) lane_thread_ = gettid();
    answers_.push_back({client, static_cast<std::uint32_t>(micros)});
    if (answers_.size() == 1) answered_.notify_one();
  };
  partition_.submit(std::move(command));
}

std::vector<ClosedLoop::Answered> ClosedLoop::wait_for_answers() {
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [this] { return !answers_.empty(); });
  return std::exchange(answers_, {});
}

LoopResult ClosedLoop::run(Duration duration) {
  const Duration begin = system_clock().elapsed();
  LoopResult result;
  for (std::size_t client = in_flight_; client < clients_; ++client) submit(client);
  Duration taken;
  while (taken < duration) {
    for (const Answered& answer : wait_for_answers()) {
      --in_flight_;
      ++result.commands;
      result.latencies.add(answer.micros);
      submit(answer.client);
    }
    taken = system_clock().elapsed() - begin;
  }
  result.seconds = static_cast<double>(taken.micros) / 1e6;
  const std::lock_guard lock(mutex_);
  result.lane_thread = lane_thread_;
  return result;
}

}  // namespace florin::bench
