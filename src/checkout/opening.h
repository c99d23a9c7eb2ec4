// How sessions begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "checkout/ids.h"
#include "engine/work.h"
#include "florin/checkout/v1/checkout.pb.h"

namespace florin::checkout {

struct NewSession {
  const v1::CheckoutTerms& terms;
  std::int64_t amount_minor;
  std::string_view secret;
  std::string payment_link_id;  // empty for none
  Duration lifetime;
};
SessionId open_session(engine::Work& work, const NewSession& session);

}  // namespace florin::checkout
