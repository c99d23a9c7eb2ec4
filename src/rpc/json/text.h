// Characters and strings of JSON text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace florin::rpc::json {

// The length of the well-formed UTF-8 sequence that `text` begins with (RFC 3629); 0 if there is none.
std::size_t utf8_length(std::string_view text);

// The first character that is a control character, a quote, a backslash or beyond ASCII: all before it stands for
// itself in a string. `end` if there is none.
const char* plain_end(const char* at, const char* end);

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

// `text` for quoting in a message: cut at a character's beginning, with "..." behind it, where it is long.
std::string shortened(std::string_view text);

}  // namespace florin::rpc::json
