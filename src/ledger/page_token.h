// Page tokens: where the next page starts, bound to the query that it continues.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace florin::ledger {

// `query` is everything that decides what is listed and in which order; `next` is for the reader of the token.
std::string make_page_token(std::string_view query, std::string_view next);

// What was given to make_page_token as `next`. Errors: page_token_invalid, for a token of another query or none of
// ours. A token can be forged by who knows how it is made, so `next` may only choose among what the query lists anyway.
Result<std::string> read_page_token(std::string_view query, std::string_view token);

Error page_token_invalid();

}  // namespace florin::ledger
