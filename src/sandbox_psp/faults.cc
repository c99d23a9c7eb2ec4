#include "sandbox_psp/faults.h"

namespace florin::sandbox_psp {

void Faults::set(const FaultSettings& settings) {
  settings_ = settings;
  state_ = settings.seed;
}

// SplitMix64: a counter whose bits are mixed well.
std::uint64_t Faults::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace florin::sandbox_psp
