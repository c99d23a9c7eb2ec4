// Validate: holds every request against the field rules written in the contracts (florin.common.v1.FieldRules), in one
// place; and no text of a request may hold a zero byte.
#pragma once

#include <google/protobuf/message.h>

#include "base/result.h"
#include "rpc/interceptor.h"

namespace florin::api {

// All broken rules of `request`, as one invalid_argument (field_invalid) with a violation for each; at most
// violations_max are told.
Status validate(const google::protobuf::Message& request);
inline constexpr std::size_t violations_max = 20;

class Validate final : public rpc::Interceptor {
 public:
  Task<Result<rpc::MessagePtr>> unary(rpc::Context& context, const google::protobuf::Message& request,
                                      rpc::Next next) override;
};

}  // namespace florin::api
