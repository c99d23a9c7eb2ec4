#include "store/key.h"

namespace florin::store {

std::string prefix_end(std::string_view prefix) {
  while (prefix.ends_with('\xff')) prefix.remove_suffix(1);
  std::string end(prefix);
  if (!end.empty()) ++end.back();
  return end;
}

}  // namespace florin::store
