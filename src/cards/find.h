// Finds card numbers where none may be: in fields, headers and URLs.
//
// A number is found alone, with spaces, hyphens or underscores in any places ("4242 4242 4242 4242"), next to other
// numbers (expiry and code behind it, with or without a space) and between letters. A number that only looks like one
// cannot be told from one: of other 16-digit numbers that begin with a 4, one in ten has the right check digit. UUIDs
// are never taken for card numbers, and machine-made ids hardly ever: between letters only a whole run of digits
// counts.
#pragma once

#include <string_view>

namespace florin::cards {

bool holds_card_number(std::string_view text);

// The same for a path or query: as it stands, and with %xx and "+" decoded.
bool url_holds_card_number(std::string_view path_or_query);

}  // namespace florin::cards
