// Characters and strings of JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace florin::rpc {

// The length of the well-formed UTF-8 sequence that `text` begins with (RFC 3629); 0 if there is none.
std::size_t utf8_length(std::string_view text);

std::optional<std::uint32_t> hex_digit(char c);

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// The inside of a JSON string that check_json has accepted, with escapes resolved.
std::string unescape_json(std::string_view inside);

}  // namespace florin::rpc
