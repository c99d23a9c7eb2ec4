// Hash and equality for hash tables whose keys are bytes, so that a view finds a stored string. (Abseil's own defaults
// know only their own kind of view.)
#pragma once

#include <functional>
#include <string_view>

namespace florin::engine {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct TextEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

}  // namespace florin::engine
