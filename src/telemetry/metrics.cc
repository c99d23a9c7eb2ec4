#include "telemetry/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace florin::telemetry {
namespace {

constexpr std::array bucket_bounds = {
    Duration::microseconds(100), Duration::microseconds(250),   Duration::microseconds(500),
    Duration::milliseconds(1),   Duration::microseconds(2'500), Duration::milliseconds(5),
    Duration::milliseconds(10),  Duration::milliseconds(25),    Duration::milliseconds(50),
    Duration::milliseconds(100), Duration::milliseconds(250),   Duration::milliseconds(500),
    Duration::seconds(1),        Duration::milliseconds(2'500), Duration::seconds(5),
    Duration::seconds(10),       Duration::seconds(60)};

static_assert(std::ranges::is_sorted(bucket_bounds));

std::string escape(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped;
}

// "method=\"GetPayment\",code=\"ok\"", without braces.
std::string render_labels(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}=\"{}\"", name, escape(value));
  }
  return text;
}

std::string in_braces(const std::string& labels) {
  return labels.empty() ? labels : "{" + labels + "}";
}

// Seconds with six decimals, written from integers.
std::string seconds(Duration duration) {
  return fmt::format("{}.{:06}", duration.micros / 1'000'000, duration.micros % 1'000'000);
}

void render_histogram(const std::string& name, const std::string& labels, const DurationHistogram& histogram,
                      std::string& out) {
  const auto counts = histogram.counts();
  const std::string prefix = labels.empty() ? labels : labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    const std::string bound = i < bucket_bounds.size() ? seconds(bucket_bounds[i]) : "+Inf";
    out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, prefix, bound, total);
  }
  out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, in_braces(labels), seconds(histogram.sum()), name,
                     in_braces(labels), total);
}

}  // namespace

std::span<const Duration> DurationHistogram::bounds() {
  return bucket_bounds;
}

DurationHistogram::DurationHistogram() : buckets_(bucket_bounds.size() + 1) {}

void DurationHistogram::observe(Duration duration) {
  const auto bound = std::ranges::lower_bound(bucket_bounds, duration);
  buckets_[static_cast<std::size_t>(bound - bucket_bounds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(duration.micros, std::memory_order_relaxed);
}

std::vector<std::uint64_t> DurationHistogram::counts() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(buckets_.size());
  for (const auto& bucket : buckets_) counts.push_back(bucket.load(std::memory_order_relaxed));
  return counts;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = counters_[std::string(name)];
  family.help = help;
  auto& counter = family.by_labels[render_labels(labels)];
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

DurationHistogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = histograms_[std::string(name)];
  family.help = help;
  auto& histogram = family.by_labels[render_labels(labels)];
  if (!histogram) histogram = std::make_unique<DurationHistogram>();
  return *histogram;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<std::uint64_t()> read) {
  const std::lock_guard lock(mutex_);
  gauges_[std::string(name)] = {std::string(help), std::move(read)};
}

std::string Metrics::render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : counters_) {
    out += fmt::format("# TYPE {0} counter\n# HELP {0} {1}\n", name, family.help);
    for (const auto& [labels, counter] : family.by_labels) {
      out += fmt::format("{}_total{} {}\n", name, in_braces(labels), counter->value());
    }
  }
  for (const auto& [name, family] : histograms_) {
    out += fmt::format("# TYPE {0} histogram\n# UNIT {0} seconds\n# HELP {0} {1}\n", name, family.help);
    for (const auto& [labels, histogram] : family.by_labels) render_histogram(name, labels, *histogram, out);
  }
  for (const auto& [name, gauge] : gauges_) {
    out += fmt::format("# TYPE {0} gauge\n# HELP {0} {1}\n{0} {2}\n", name, gauge.first, gauge.second());
  }
  return out + "# EOF\n";
}

}  // namespace florin::telemetry
