// GET /return/<payment id>: where a provider sends the shopper after a challenge. Asks the provider what became of it,
// waits a little, and sends the shopper on to the merchant's return URL, or shows a short page where there is none.
//
// Open to everybody: it tells nothing but the payment's status, and can do nothing but have the provider asked.
#pragma once

#include "api/common/platform.h"
#include "florin/payments/v1/payments.pb.h"
#include "http/exchange.h"

namespace florin::api {

inline constexpr std::string_view return_path = "/return/";

class ReturnHandler final : public http::Handler {
 public:
  explicit ReturnHandler(Platform& platform) : platform_(platform) {}

  // 303 to the merchant with payment_id and status in the query; 200 with a page; 404 for an unknown payment.
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  Task<Result<payments::v1::Payment>> settle(http::Exchange& exchange);

  Platform& platform_;
};

}  // namespace florin::api
