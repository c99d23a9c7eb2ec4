#include "engine/partition.h"

#include <future>
#include <memory>
#include <utility>

#include "engine/lane.h"
#include "engine/lane_thread.h"
#include "engine/recovery.h"
#include "engine/state_writer.h"

namespace florin::engine {
namespace {

class ThreadedPartition final : public Partition {
 public:
  ThreadedPartition(const PartitionOptions& options, LaneStart start)
      : store_(*options.store), writer_(store_), thread_(*options.clock, store_), lane_(options, start, driver()) {}
  ~ThreadedPartition() override { shutdown(); }

  // Waits until PartitionStarted is durable.
  Status start() {
    std::promise<Status> started;
    lane_.start([&started](Result<CommandReply> reply) {
      started.set_value(reply.ok() ? ok() : Status(std::move(reply).error()));
    });
    writer_.start([this](std::uint64_t sequence, Status status) { lane_.applied(sequence, std::move(status)); });
    thread_.start(lane_);
    return started.get_future().get();
  }

  void submit(Command command) override { lane_.submit(std::move(command)); }
  std::shared_ptr<const store::Snapshot> snapshot() const override { return store_.snapshot(); }
  void snapshot_at(std::uint64_t sequence, Timestamp deadline,
                   std::move_only_function<void(Result<std::shared_ptr<const store::Snapshot>>)> done) override {
    lane_.snapshot_at(sequence, deadline, std::move(done));
  }
  std::unique_ptr<Watch> watch(std::string subject, std::function<void()> changed) override {
    return lane_.watch(std::move(subject), std::move(changed));
  }
  PartitionStats stats() const override { return lane_.stats(); }

  void shutdown() override {
    if (std::exchange(shut_down_, true)) return;
    lane_.close();
    thread_.join();
    writer_.join();
    // The journal has what a failed flush leaves out; the next start replays it.
    static_cast<void>(store_.flush());
  }

 private:
  LaneDriver driver() {
    LaneDriver driver = thread_.driver();
    driver.apply = [this](const store::WriteSet& writes, std::uint64_t sequence) { writer_.apply(writes, sequence); };
    return driver;
  }

  store::Store& store_;
  StateWriter writer_;
  // The lane is destroyed first: from then on nobody wakes the threads, which have ended.
  LaneThread thread_;
  Lane lane_;
  bool shut_down_ = false;
};

}  // namespace

Result<std::unique_ptr<Partition>> open_partition(const PartitionOptions& options) {
  // The lease first: from here on nobody else appends, so the replay reaches the true end.
  ASSIGN_OR_RETURN(const std::uint64_t epoch, options.journal->acquire());
  RETURN_IF_ERROR(recover({options.number, options.journal, options.registry, options.store}));
  auto partition = std::make_unique<ThreadedPartition>(options, LaneStart{epoch, options.journal->tip()});
  RETURN_IF_ERROR(partition->start());
  return std::unique_ptr<Partition>(std::move(partition));
}

}  // namespace florin::engine
