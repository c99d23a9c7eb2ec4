// Whether a request is a repetition of a transfer that exists.
#pragma once

#include <cstdint>
#include <string_view>

#include "ledger/transfer_record.h"

namespace florin::ledger {

// The first field in which `request` differs from what made `original`, by its name in v1::Transfer; empty if it is the
// same. `reserved` is the amount of the pending transfer that `original` resolved.
std::string_view different_field(const TransferRecord& request, const TransferRecord& original, std::uint64_t reserved);

}  // namespace florin::ledger
