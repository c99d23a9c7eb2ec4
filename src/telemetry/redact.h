// The one redactor that everything passes before it is logged.
#pragma once

#include <string>
#include <string_view>

namespace florin::telemetry {

// `text` with what must not be seen replaced: card numbers (13 to 19 digits, spaces and hyphens between them allowed,
// that pass the Luhn check) and secrets of API keys ("fl_test_...", all but the first 12 characters).
std::string redact(std::string_view text);

}  // namespace florin::telemetry
