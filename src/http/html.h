// Text in HTML pages.
#pragma once

#include <string>
#include <string_view>

namespace florin::http {

// Fit for an element's text and for an attribute's value between double quotes.
std::string escape_html(std::string_view text);

}  // namespace florin::http
