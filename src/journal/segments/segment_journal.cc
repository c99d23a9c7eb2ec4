#include "journal/segments/segment_journal.h"

#include <fmt/format.h>
#include <pthread.h>

#include <condition_variable>
#include <thread>
#include <utility>

#include "journal/entry.h"
#include "journal/segments/durable_view.h"
#include "journal/segments/lease.h"
#include "journal/segments/segment_cursor.h"
#include "journal/segments/segment_log.h"

namespace florin::journal {
namespace {

constexpr int in_flight_max = 2;

class SegmentJournal final : public Journal {
 public:
  SegmentJournal(SegmentJournalOptions options, std::unique_ptr<disk::FileLock> lock, std::unique_ptr<SegmentLog> log)
      : options_(std::move(options)), lock_(std::move(lock)), log_(std::move(log)) {
    view_->update(log_->tip(), log_->end_offset(), log_->segments());
    writer_ = std::thread([this] { run(); });
  }

  ~SegmentJournal() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    queued_.notify_one();
    writer_.join();
  }

  Tip tip() const override { return view_->tip(); }

  Result<std::uint64_t> acquire() override {
    CHECK(epoch_ == 0, "acquire is called once");
    ASSIGN_OR_RETURN(const std::uint64_t epoch,
                     take_lease(options_.disk, options_.directory, options_.partition, view_->tip().epoch));
    const std::lock_guard lock(mutex_);
    epoch_ = epoch;
    return epoch;
  }

  void append(Entry entry, Durable durable) override {
    {
      const std::lock_guard lock(mutex_);
      CHECK(in_flight_ < in_flight_max, "more than {} appends in flight", in_flight_max);
      ++in_flight_;
      entries_.push_back(std::move(entry));
      waiting_.push_back(std::move(durable));
    }
    queued_.notify_one();
  }

  int appends_in_flight_max() const override { return in_flight_max; }

  Result<std::unique_ptr<Cursor>> read(std::uint64_t from_sequence) const override {
    const std::uint64_t last = view_->tip().sequence;
    if (from_sequence == 0 || from_sequence > last + 1) return position_unknown(from_sequence, last);
    return std::make_unique<SegmentCursor>(SegmentCursor::Options{
        .disk = options_.disk, .directory = options_.directory, .view = view_, .from_sequence = from_sequence});
  }

 private:
  // The writer thread.
  void run() noexcept {
    pthread_setname_np(pthread_self(), "florin-journal");
    std::vector<Entry> entries;
    std::vector<Durable> waiting;
    std::unique_lock lock(mutex_);
    while (true) {
      queued_.wait(lock, [this] { return stopping_ || !entries_.empty(); });
      if (entries_.empty()) return;
      entries.swap(entries_);
      waiting.swap(waiting_);
      const std::uint64_t epoch = epoch_;
      lock.unlock();
      write(entries, waiting, epoch);
      entries.clear();
      waiting.clear();
      lock.lock();
    }
  }

  void write(std::span<const Entry> entries, std::span<Durable> waiting, std::uint64_t epoch) {
    // Entries that may be written; the first that may not is the end of this journal.
    std::size_t valid = 0;
    Status status = failure_ ? Status(*failure_) : ok();
    for (Tip tip = log_->tip(); status.ok() && valid < entries.size();) {
      status = check_append(options_.partition, tip, epoch, entries[valid]);
      if (status.ok()) tip = tip_of(entries[valid++]);
    }
    std::size_t done = 0;
    while (done < valid) {
      const auto count = log_->append(entries.subspan(done, valid - done));
      if (!count.ok()) {
        status = count.error();
        break;
      }
      view_->update(log_->tip(), log_->end_offset(), log_->segments());
      for (const std::size_t end = done + *count; done < end; ++done) finish(waiting[done], ok());
    }
    if (status.ok()) return;
    failure_ = status.error();
    for (; done < waiting.size(); ++done) finish(waiting[done], *failure_);
  }

  void finish(Durable& durable, Status status) {
    {
      const std::lock_guard lock(mutex_);
      --in_flight_;
    }
    durable(std::move(status));
  }

  const SegmentJournalOptions options_;
  const std::unique_ptr<disk::FileLock> lock_;
  const std::unique_ptr<SegmentLog> log_;  // used by the writer thread alone
  const std::shared_ptr<DurableView> view_ = std::make_shared<DurableView>();
  std::optional<Error> failure_;  // used by the writer thread alone

  std::mutex mutex_;
  std::condition_variable queued_;
  std::vector<Entry> entries_;
  std::vector<Durable> waiting_;  // one for each of entries_
  int in_flight_ = 0;
  std::uint64_t epoch_ = 0;
  bool stopping_ = false;

  std::thread writer_;  // last: it uses all of the above
};

}  // namespace

Result<std::unique_ptr<Journal>> open_segment_journal(SegmentJournalOptions options) {
  CHECK(options.segment_bytes >= segment_bytes_min && options.program.size() <= program_bytes_max);
  RETURN_IF_ERROR(options.disk.make_directory(options.directory));
  ASSIGN_OR_RETURN(auto lock, options.disk.lock_file(disk::join(options.directory, "lock")));
  ASSIGN_OR_RETURN(auto log, SegmentLog::open(options));
  return std::make_unique<SegmentJournal>(std::move(options), std::move(lock), std::move(log));
}

}  // namespace florin::journal
