// What the sandbox asks of the shopper, read from its answers.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/sandbox/fields.h"
#include "florin/connectors/v1/psp.pb.h"

namespace florin::connectors::sandbox {

// An address of a page: http or https, at most 2,000 visible ASCII characters.
bool is_page(std::string_view url);

// The object `action` of a payment. Nothing if it asks for nothing, or holds something odd: an address for an app that
// is neither upi: nor https:, a text that is too long or has control characters, a time beyond the year 9999.
std::optional<v1::PspAction> read_action(Fields fields);

}  // namespace florin::connectors::sandbox
