// What the demo's payments go through: a mix of outcomes, each a story with an expected end.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "florin/payments/v1/payments.pb.h"

namespace florin::app {

enum class Ending : std::uint8_t {
  paid,
  refunded_in_part,
  refunded,
  captured_in_two,
  canceled,
  declined,
  retried,
  challenged,
  not_charged
};

// A payment to make and what to do with it.
struct Story {
  std::string_view name;  // as the demo's table shows it
  std::string_view token;
  Ending ending = Ending::paid;
  bool manual_capture = false;
  int weight = 1;  // how often, of all
};

// The story of payment `index`, and its amount: the same seed gives the same ones.
struct Scene {
  Story story;
  std::string currency;
  std::int64_t amount_minor = 0;
};
Scene scene_of(std::uint64_t seed, int index);

}  // namespace florin::app
