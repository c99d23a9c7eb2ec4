// A strict check of JSON text before a lenient parser reads it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace florin::rpc {

inline constexpr int json_depth_max = 100;

// RFC 8259 and nothing more: one value, no comments, quotes of another kind, bare names, trailing commas, or leading
// zeros; UTF-8 well-formed, no unpaired surrogate escapes; at most json_depth_max values inside each other; no name
// twice in one object (I-JSON, RFC 7493). Fails with invalid_argument `invalid_json`; the message says what is wrong
// and where ("line 3, column 7"; columns count characters). O(n log n) in the worst case.
Status check_json(std::string_view text);

}  // namespace florin::rpc
