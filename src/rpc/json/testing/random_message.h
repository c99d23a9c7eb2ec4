// Messages filled at random, for property tests.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

namespace florin::rpc::json {

// Numbers that look random and depend on the seed alone.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  // Small ones, round ones and the ends of the range more often than chance would have them.
  std::uint64_t number();
  // UTF-8, at most a few dozen bytes, with characters that JSON must escape.
  std::string text();

 private:
  std::uint64_t state_;
};

// Fills some fields of an empty generated message with values that have a JSON form. Messages inside it get fields
// down to `depth`.
void fill_at_random(google::protobuf::Message& message, Dice& dice, int depth);

}  // namespace florin::rpc::json
