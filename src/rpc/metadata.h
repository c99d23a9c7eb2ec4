// Metadata: what an application sends beside its messages, in header and trailer fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"

namespace florin::rpc {

// True for names that the protocols or HTTP use themselves, so that an application cannot send them as metadata.
bool is_protocol_header(std::string_view name);

// Appends the fields of `from` that may be sent, each name behind `prefix`. Fields of the protocol and fields that
// would break the framing are left out.
void append_metadata(const http::Headers& from, std::string_view prefix, http::Headers& to);

// The value of a field whose name ends in "-bin": base64, without padding. What comes in may have padding or not.
std::string binary_metadata(std::string_view bytes);
std::optional<std::string> parse_binary_metadata(std::string_view value);

}  // namespace florin::rpc
