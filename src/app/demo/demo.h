// `florin demo`: drives real payments through the public API of a running platform, with a mix of outcomes, and ends
// with the tie-out of the provider's books against the ledger.
#pragma once

#include <cstdint>
#include <string>

namespace florin::app {

struct DemoOptions {
  int payments = 1000;
  int clients = 16;
  std::uint64_t seed = 1;
  std::string data_directory = "./data";
};

// Exit code: 0 only if every payment got an outcome and the books differ by nothing.
int run_demo(const DemoOptions& options);

// `florin tie-out`: the tie-out alone. Exit code 0 only for a difference of 0.
int run_tie_out(const std::string& data_directory);

}  // namespace florin::app
