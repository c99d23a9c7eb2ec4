#include "engine/verify.h"

#include <cstdio>
#include <filesystem>

#include "app/cli/commands.h"
#include "app/cli/tell.h"
#include "app/domains/domains.h"
#include "app/server/storage.h"
#include "disk/posix_disk.h"
#include "engine/recovery.h"
#include "journal/segments/segment_journal.h"

namespace florin::app {
namespace {

// A folder that is gone before and after its use.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) { remove(); }
  ~ScratchDirectory() { remove(); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path_;
};

// The state is brought to the end of the journal first, as a start of the platform would do, so that all of it is
// compared.
Result<engine::VerifyReport> verify(const std::string& data_directory) {
  disk::Disk& disk = disk::posix_disk();
  ASSIGN_OR_RETURN(const bool exists, disk.exists(journal_directory(data_directory)));
  if (!exists) {
    return not_found("data_directory_not_found",
                     "There is no journal in " + data_directory + "; give a data directory.");
  }
  RETURN_IF_ERROR(journal::verify_chain(disk, journal_directory(data_directory)));
  StorageOptions options;
  options.directory = data_directory;
  ASSIGN_OR_RETURN(Storage storage, open_storage(options));
  const payments::Settings settings = payment_settings({});
  const checkout::Settings checkout_settings{settings, {}};
  engine::Registry registry;
  register_domains(registry, checkout_settings);
  RETURN_IF_ERROR(engine::recover({.partition = partition_number,
                                   .journal = storage.journal.get(),
                                   .registry = &registry,
                                   .store = storage.store.get()}));
  const ScratchDirectory directory(data_directory + "/verify_scratch");
  store::StoreOptions scratch_options;
  scratch_options.directory = directory.path();
  ASSIGN_OR_RETURN(auto scratch, store::open_store(scratch_options));
  const auto live = storage.store->snapshot();
  engine::VerifyOptions verify_options;
  verify_options.partition = partition_number;
  verify_options.journal = storage.journal.get();
  verify_options.live = live.get();
  verify_options.registry = &registry;
  verify_options.scratch = scratch.store.get();
  return engine::verify(verify_options);
}

}  // namespace

int run_verify(const std::string& data_directory) {
  const auto report = verify(data_directory);
  if (!report.ok()) return tell(report.error());
  std::printf("entries            %10lu  chained, hashes right\n", report->entries);
  std::printf("events             %10lu  replayed into an empty state, write digests right\n", report->events);
  std::printf("rows               %10lu  compared with the live state\n", report->rows);
  std::printf("effects pending    %10lu  none forgotten\n", report->effects_pending);
  std::printf("timers set         %10lu  none forgotten\n", report->timers_pending);
  for (const std::string& problem : report->problems) std::printf("PROBLEM: %s\n", problem.c_str());
  std::printf("%s\n", report->clean() ? "verify: clean" : "verify: PROBLEMS FOUND");
  return report->clean() ? 0 : 1;
}

}  // namespace florin::app
