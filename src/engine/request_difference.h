// Names where two request messages differ, for a person who used an idempotency key twice.
#pragma once

#include <string>
#include <string_view>

namespace florin::engine {

// The first difference between two serialized requests of `method` ("pkg.Service/Method"): a field's path
// ("amount.minor"), or the byte where they part if the method is not among the linked contracts. Empty if there is no
// difference.
std::string describe_difference(std::string_view method, std::string_view before, std::string_view now);

}  // namespace florin::engine
