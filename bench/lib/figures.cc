#include "figures.h"

#include <algorithm>
#include <cmath>
#include <fstream>

namespace florin::bench {

void Figures::add(const std::string& name, double value) {
  figures_[name] = std::round(value * 1000) / 1000;
}

void Figures::add(const std::string& name, std::uint64_t value) {
  figures_[name] = value;
}

Status Figures::write(const std::string& path) const {
  if (path.empty()) return ok();
  std::ofstream file(path);
  file << figures_.dump() << "\n";
  file.flush();
  if (!file) return unavailable("figures_not_written", "The figures could not be written to " + path + ".");
  return ok();
}

std::uint32_t Latencies::percentile(double share) const {
  if (all_.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(all_.size())));
  const std::size_t index = std::clamp<std::size_t>(rank, 1, all_.size()) - 1;
  const auto place = all_.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(all_.begin(), place, all_.end());
  return *place;
}

}  // namespace florin::bench
