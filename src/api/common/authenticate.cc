#include "api/common/authenticate.h"

#include "api/common/caller.h"
#include "api/common/refuse.h"
#include "florin/common/v1/options.pb.h"

namespace florin::api {
namespace {

// The key behind "Bearer ": the scheme in any case, one space or more.
std::optional<std::string_view> bearer(std::optional<std::string_view> header) {
  constexpr std::string_view scheme = "bearer";
  if (!header || header->size() <= scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((static_cast<unsigned char>((*header)[i]) | 0x20) != static_cast<unsigned char>(scheme[i])) return std::nullopt;
  }
  const std::size_t start = header->find_first_not_of(' ', scheme.size());
  if (start == scheme.size() || start == std::string_view::npos) return std::nullopt;
  return header->substr(start);
}

}  // namespace

Task<Result<rpc::MessagePtr>> Authenticate::unary(rpc::Context& context, const google::protobuf::Message& request,
                                                  rpc::Next next) {
  // Without the header the secret is empty, which the ring refuses with the right words.
  const auto secret = bearer(context.request_headers().get("authorization"));
  auto key = keys_.authenticate(secret.value_or(std::string_view()));
  if (!key.ok()) return refuse(std::move(key).error().with_metadata("www-authenticate", "Bearer"));
  const auto& rules = context.spec().descriptor->options().GetExtension(common::v1::method);
  if (auto allowed = tenants::authorize(**key, rules); !allowed.ok()) return refuse(std::move(allowed).error());
  context.set(Caller{std::move(*key)});
  return next(context, request);
}

}  // namespace florin::api
