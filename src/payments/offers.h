// The kinds of payment methods: which token starts one, and which of them a tenant's provider takes.
#pragma once

#include <string_view>
#include <vector>

#include "base/id.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/settings.h"
#include "store/reader.h"

namespace florin::payments {

// Card for a token of the vault, the kind of a fixed token ("tok_upi"), and unspecified for the sandbox's test tokens.
v1::PaymentMethodKind kind_of_token(std::string_view token);

// The token with which a method of this kind starts; empty for cards, which the card form makes tokens of.
std::string_view token_of_kind(v1::PaymentMethodKind kind);

// What the tenant's provider takes for the currency, cards first; nothing where no account is connected.
std::vector<v1::PaymentMethodKind> offered_methods(const store::Reader& reader, const Settings& settings,
                                                   TenantId tenant, std::string_view currency);

}  // namespace florin::payments
