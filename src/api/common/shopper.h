// A shopper who calls with the secret of a checkout page.
#pragma once

#include "base/result.h"
#include "checkout/queries.h"
#include "engine/context.h"
#include "rpc/context.h"
#include "store/reader.h"

namespace florin::api {

// Who holds the secret in the field `secret` of a request. Errors: not_found (checkout_not_found).
Result<checkout::Shopper> identify_shopper(const store::Reader& state, const google::protobuf::Message& request);

// The caller of a method for shoppers, as Authenticate left it in the call's context.
const checkout::Shopper& shopper_of(rpc::Context& context);

// The command context of a call by a shopper. Its idempotency keys are its page's own. Errors: idempotency_key_invalid.
Result<engine::CommandContext> shopper_command_context(rpc::Context& context, const checkout::Shopper& shopper,
                                                       const google::protobuf::Message& request);

}  // namespace florin::api
