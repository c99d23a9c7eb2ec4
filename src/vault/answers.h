// How the vault's handlers answer: JSON, never stored by anybody on the way, and errors that never repeat what was
// sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/exchange.h"

namespace florin::vault {

// The headers of every answer.
void add_safe_headers(http::Headers& headers);

Task<Unit> answer_json(http::Exchange& exchange, std::string body);

// {"code", "message", "reason", "field_violations"}. `delivery` is set where a request was to be forwarded: "not_sent"
// is the proof that it never left, "unknown" anything else.
Task<Unit> answer_error(http::Exchange& exchange, Error error, std::optional<std::string_view> delivery = std::nullopt);

// Whether the request says that its body is JSON.
bool is_json(const http::RequestHead& request);

Error not_json();

}  // namespace florin::vault
