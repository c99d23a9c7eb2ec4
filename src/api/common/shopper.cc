#include "api/common/shopper.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "api/common/submit.h"

namespace florin::api {
namespace {

using checkout::Shopper;

std::string page_of(const Shopper& shopper) {
  return shopper.session ? shopper.session->to_string() : shopper.link->to_string();
}

}  // namespace

Result<Shopper> identify_shopper(const store::Reader& state, const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("secret");
  CHECK(field, "{} is for shoppers and has no secret", request.GetTypeName());
  const std::string secret = request.GetReflection()->GetString(request, field);
  if (secret.empty()) {
    return invalid_argument("checkout_secret_missing", "Give the secret that ends the checkout page's address.")
        .with_violation("secret", "is required");
  }
  const auto shopper = checkout::find_shopper(state, secret);
  if (shopper) return *shopper;
  return not_found(
      "checkout_not_found",
      "There is no checkout page with this address. Check that it is complete, or ask the shop for another.");
}

const Shopper& shopper_of(rpc::Context& context) {
  const auto* shopper = context.get<Shopper>();
  CHECK(shopper, "{} was reached without a shopper", context.spec().procedure);
  return *shopper;
}

Result<engine::CommandContext> shopper_command_context(rpc::Context& context, const Shopper& shopper,
                                                       const google::protobuf::Message& request) {
  const engine::Actor actor{journal::v1::ACTOR_KIND_SHOPPER, page_of(shopper)};
  return command_context(context, Issuer{shopper.tenant, actor, page_of(shopper)}, request);
}

}  // namespace florin::api
