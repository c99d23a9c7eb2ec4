// Metrics: counters, histograms and gauges of one process, shown in the OpenMetrics text format.
//
// Made once at start or at first use, then only counted; counting is an atomic add.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace florin::telemetry {

// Names and values in a fixed order: {{"method", "GetPayment"}, {"code", "ok"}}. Values may hold anything; they are
// escaped.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Only rises. Thread-safe.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// How long things took, in buckets from 100 microseconds to a minute. Thread-safe.
class DurationHistogram {
 public:
  static std::span<const Duration> bounds();

  DurationHistogram();
  void observe(Duration duration);
  // Observations up to each bound, not cumulated; the last is what is beyond all bounds.
  std::vector<std::uint64_t> counts() const;
  Duration sum() const { return {sum_micros_.load(std::memory_order_relaxed)}; }

 private:
  std::vector<std::atomic<std::uint64_t>> buckets_;
  std::atomic<std::int64_t> sum_micros_ = 0;
};

// One process has one. Thread-safe. What it hands out lives as long as it does.
class Metrics {
 public:
  // The same name and labels give the same object. `name` without "_total"; `help` is a sentence without a full stop.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  DurationHistogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});
  // `read` is called for each rendering, from any thread.
  void gauge(std::string_view name, std::string_view help, std::function<std::uint64_t()> read);

  // OpenMetrics 1.0 text, ending in "# EOF".
  std::string render() const;

  static constexpr std::string_view content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

 private:
  template <class Metric>
  struct Family {
    std::string help;
    std::map<std::string, std::unique_ptr<Metric>> by_labels;  // by their rendered form
  };

  mutable std::mutex mutex_;
  std::map<std::string, Family<Counter>, std::less<>> counters_;
  std::map<std::string, Family<DurationHistogram>, std::less<>> histograms_;
  std::map<std::string, std::pair<std::string, std::function<std::uint64_t()>>, std::less<>> gauges_;
};

}  // namespace florin::telemetry
