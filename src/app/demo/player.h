// Player: plays stories, one after the other, as a merchant's server and its shopper would.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/demo/story.h"
#include "app/server/bootstrap.h"
#include "base/result.h"
#include "florin/payments/v1/payments.connect.h"
#include "rpc/client/http_channel.h"

namespace florin::app {

// For one thread.
class Player {
 public:
  static Result<std::unique_ptr<Player>> make(const Endpoints& endpoints, std::uint64_t run);

  // Plays the story of payment `index` to its end. The payment as it is then; an error where a call failed or the story
  // did not end as it must.
  Result<payments::v1::Payment> play(const Scene& scene, int index);

 private:
  Player() = default;

  rpc::CallOptions options(std::string_view step, int index) const;
  Result<payments::v1::Payment> create(const Scene& scene, int index);
  Result<payments::v1::Payment> confirm(const payments::v1::Payment& payment, std::string_view token, int index);
  Result<payments::v1::Payment> settled(payments::v1::Payment payment);
  Result<payments::v1::Payment> capture(const payments::v1::Payment& payment, std::int64_t amount_minor, int index);
  Result<payments::v1::Payment> refund(const payments::v1::Payment& payment, std::int64_t amount_minor, int index);
  Result<payments::v1::Payment> cancel(const payments::v1::Payment& payment, int index);
  Result<payments::v1::Payment> pass_challenge(const payments::v1::Payment& payment);

  Endpoints endpoints_;
  std::uint64_t run_ = 0;
  std::unique_ptr<rpc::Channel> channel_;
  std::unique_ptr<payments::v1::PaymentServiceClient> payments_;
};

}  // namespace florin::app
