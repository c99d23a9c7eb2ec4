#include "store/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace florin::store {
namespace {

constexpr std::size_t mib = 1u << 20;

// Flushes and compactions together. State grows by a few megabytes a second at the highest load, and each byte is
// rewritten about ten times on its way down.
constexpr std::int64_t background_bytes_per_second = 64 * mib;
// Short refills keep background writes from coming in bursts that a sync of the journal would have to wait behind.
constexpr std::int64_t rate_refill_us = 10'000;
constexpr std::int32_t rate_fairness = 10;

// Of the block cache, for index and filter blocks, which each lookup needs.
constexpr double cache_high_priority_ratio = 0.5;
constexpr int cache_shard_bits = 4;

// Not above this many table files are open; each costs a descriptor and some kilobytes.
constexpr int open_files_max = 256;

// A table file with this many tombstones among so many neighbouring rows is compacted soon. Queues (effects, timers)
// leave such runs behind, and a scan has to step over them.
constexpr std::size_t tombstone_window = 4'096;
constexpr std::size_t tombstone_trigger = 1'024;

rocksdb::BlockBasedTableOptions make_table_options(const StoreOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  rocksdb::LRUCacheOptions cache;
  cache.capacity = options.block_cache_bytes;
  cache.num_shard_bits = cache_shard_bits;
  cache.high_pri_pool_ratio = cache_high_priority_ratio;
  table.block_cache = rocksdb::NewLRUCache(cache);
  // Inside the cache, so that memory stays bounded however large the state grows.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // Most lookups ask for what is not there (is this idempotency key new?), so the lowest level has filters too: 10 bits
  // a key, 1 % false positives.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.format_version = 5;
  table.block_size = 8 * 1024;
  // Scans take a page of rows at most; reading ahead would read for nothing.
  table.initial_auto_readahead_size = 0;
  table.max_auto_readahead_size = 0;
  return table;
}

void set_memory(const StoreOptions& options, rocksdb::Options& rocks) {
  // One is written, one is flushed, and one waits, so that a slow flush does not stop the lane.
  rocks.write_buffer_size = options.write_buffer_bytes;
  rocks.max_write_buffer_number = 3;
  rocks.memtable_whole_key_filtering = true;
  rocks.memtable_prefix_bloom_size_ratio = 0.02;
  // The lane is the only writer.
  rocks.allow_concurrent_memtable_write = false;
  rocks.enable_pipelined_write = false;
  rocks.max_open_files = open_files_max;
}

void set_levels(rocksdb::Options& rocks) {
  rocks.compaction_style = rocksdb::kCompactionStyleLevel;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.level0_file_num_compaction_trigger = 4;
  rocks.target_file_size_base = 32 * mib;
  rocks.max_bytes_for_level_base = 128 * mib;
  rocks.compression = rocksdb::kLZ4Compression;
  // Nine rows in ten live in the lowest level: there the slower compression that saves most is worth it, at the level
  // that costs least.
  rocks.bottommost_compression = rocksdb::kZSTD;
  rocks.bottommost_compression_opts.enabled = true;
  rocks.bottommost_compression_opts.level = 1;
  rocks.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(tombstone_window, tombstone_trigger));
}

void set_background_io(rocksdb::Options& rocks) {
  // One thread flushes, one compacts.
  rocks.max_background_jobs = 2;
  rocks.max_subcompactions = 1;
  rocks.rate_limiter.reset(rocksdb::NewGenericRateLimiter(background_bytes_per_second, rate_refill_us, rate_fairness));
  // Written pages go to the device steadily instead of all at the end of a file.
  rocks.bytes_per_sync = mib;
  rocks.compaction_readahead_size = mib;
}

void set_files(rocksdb::Options& rocks) {
  rocks.create_if_missing = true;
  // What was not flushed comes from the journal again: closing need not wait for it.
  rocks.avoid_flush_during_shutdown = true;
  rocks.allow_mmap_reads = false;
  rocks.allow_mmap_writes = false;
  rocks.paranoid_checks = true;
  rocks.skip_stats_update_on_db_open = true;
  rocks.info_log_level = rocksdb::WARN_LEVEL;
  rocks.max_log_file_size = mib;
  rocks.keep_log_file_num = 3;
  rocks.max_manifest_file_size = 16 * mib;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
}

}  // namespace

rocksdb::Options make_rocks_options(const StoreOptions& options) {
  rocksdb::Options rocks;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(make_table_options(options)));
  set_memory(options, rocks);
  set_levels(rocks);
  set_background_io(rocks);
  set_files(rocks);
  return rocks;
}

}  // namespace florin::store
