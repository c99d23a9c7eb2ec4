// Figures: what a benchmark measured, as one flat JSON object; and Latencies, from which percentiles are read.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace florin::bench {

// Names are snake_case and end in the unit; the last part says at which load ("payment_p99_ms_64").
class Figures {
 public:
  void add(const std::string& name, double value);
  void add(const std::string& name, std::uint64_t value);
  // Writes the object to `path`, on one line. Nothing if the path is empty.
  Status write(const std::string& path) const;

 private:
  nlohmann::ordered_json figures_ = nlohmann::ordered_json::object();
};

// Every single latency is kept: no buckets, so a percentile is exact.
class Latencies {
 public:
  void add(std::uint32_t micros) { all_.push_back(micros); }
  std::uint64_t count() const { return all_.size(); }
  // The smallest latency that at least `share` (0 to 1) of all did not exceed, in microseconds; 0 if there is none.
  std::uint32_t percentile(double share) const;

 private:
  mutable std::vector<std::uint32_t> all_;  // reordered by percentile
};

}  // namespace florin::bench
