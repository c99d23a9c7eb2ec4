#include "app/demo/story.h"

#include <array>
#include <numeric>

namespace florin::app {
namespace {

constexpr std::array stories = {
    Story{.name = "paid at once", .token = "tok_success", .ending = Ending::paid, .weight = 50},
    Story{.name = "paid, refunded in part", .token = "tok_success", .ending = Ending::refunded_in_part, .weight = 6},
    Story{.name = "paid, refunded", .token = "tok_success", .ending = Ending::refunded, .weight = 4},
    Story{.name = "authorized, captured in two",
          .token = "tok_success",
          .ending = Ending::captured_in_two,
          .manual_capture = true,
          .weight = 6},
    Story{.name = "authorized, canceled",
          .token = "tok_success",
          .ending = Ending::canceled,
          .manual_capture = true,
          .weight = 4},
    Story{.name = "declined", .token = "tok_decline_insufficient_funds", .ending = Ending::declined, .weight = 8},
    Story{
        .name = "declined, then paid", .token = "tok_decline_try_again_later", .ending = Ending::retried, .weight = 5},
    Story{.name = "challenge passed", .token = "tok_challenge", .ending = Ending::challenged, .weight = 5},
    Story{.name = "answer lost, found", .token = "tok_timeout_after", .ending = Ending::paid, .weight = 4},
    Story{
        .name = "request lost, not charged", .token = "tok_timeout_before", .ending = Ending::not_charged, .weight = 2},
    Story{.name = "webhook twice", .token = "tok_duplicate_webhook", .ending = Ending::paid, .weight = 3},
    Story{.name = "outcome later", .token = "tok_pending", .ending = Ending::paid, .weight = 3},
};

constexpr std::array<std::string_view, 4> currencies = {"USD", "EUR", "JPY", "KWD"};

// splitmix64: spreads a counter over 64 bits.
std::uint64_t spread(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

Scene scene_of(std::uint64_t seed, int index) {
  const std::uint64_t dice = spread(spread(seed) + static_cast<std::uint64_t>(index));
  const int total =
      std::accumulate(stories.begin(), stories.end(), 0, [](int sum, const Story& s) { return sum + s.weight; });
  int left = static_cast<int>(dice % static_cast<std::uint64_t>(total));
  Scene scene;
  for (const Story& story : stories) {
    scene.story = story;
    if (left < story.weight) break;
    left -= story.weight;
  }
  scene.currency = currencies[(dice >> 16) % currencies.size()];
  // At least 100, so that halves and thirds are amounts too.
  scene.amount_minor = 100 + static_cast<std::int64_t>((dice >> 24) % 100'000);
  return scene;
}

}  // namespace florin::app
