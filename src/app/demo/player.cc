#include "app/demo/player.h"

#include <fmt/format.h>

#include "app/demo/address.h"
#include "http/blocking_client.h"

namespace florin::app {
namespace {

using payments::v1::Payment;

// How often a payment whose outcome is open is read again; each reading waits for news at the server's side for a
// while.
constexpr int readings_max = 120;

Error unexpected(const Scene& scene, const Payment& payment) {
  return internal_error("demo_unexpected",
                        fmt::format("\"{}\" ended {} ({})", scene.story.name,
                                    payments::v1::PaymentStatus_Name(payment.status()), payment.id()));
}

bool is_open(const Payment& payment) {
  if (payment.status() == payments::v1::PAYMENT_STATUS_PROCESSING) return true;
  for (const auto& operation : payment.operations()) {
    const auto status = operation.status();
    if (status != payments::v1::OPERATION_STATUS_SUCCEEDED && status != payments::v1::OPERATION_STATUS_FAILED)
      return true;
  }
  return false;
}

bool ended_well(const Scene& scene, const Payment& payment) {
  const std::int64_t amount = scene.amount_minor;
  const auto status = payment.status();
  const bool paid = status == payments::v1::PAYMENT_STATUS_SUCCEEDED && payment.captured_minor() == amount;
  switch (scene.story.ending) {
    case Ending::paid:
    case Ending::retried:
    case Ending::challenged:
    case Ending::captured_in_two:
      return paid && payment.refunded_minor() == 0;
    case Ending::refunded_in_part:
      return paid && payment.refunded_minor() == amount / 3;
    case Ending::refunded:
      return paid && payment.refunded_minor() == amount;
    case Ending::canceled:
      return status == payments::v1::PAYMENT_STATUS_CANCELED && payment.captured_minor() == 0;
    case Ending::declined:
      return status == payments::v1::PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD && payment.captured_minor() == 0;
    case Ending::not_charged:
      return status == payments::v1::PAYMENT_STATUS_REQUIRES_CONFIRMATION && payment.captured_minor() == 0;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Player>> Player::make(const Endpoints& endpoints, std::uint64_t run) {
  std::unique_ptr<Player> player(new Player());
  player->endpoints_ = endpoints;
  player->run_ = run;
  ASSIGN_OR_RETURN(const auto address, parse_address(endpoints.api));
  player->channel_ = rpc::http_channel(address);
  player->payments_ = std::make_unique<payments::v1::PaymentServiceClient>(*player->channel_);
  return player;
}

rpc::CallOptions Player::options(std::string_view step, int index) const {
  rpc::CallOptions options;
  options.timeout = Duration::seconds(30);
  options.headers.add("authorization", "Bearer " + endpoints_.secret_key);
  options.headers.add("idempotency-key", fmt::format("demo-{}-{}-{}", run_, index, step));
  return options;
}

Result<Payment> Player::create(const Scene& scene, int index) {
  payments::v1::CreatePaymentRequest request;
  request.mutable_amount()->set_currency(scene.currency);
  request.mutable_amount()->set_minor(scene.amount_minor);
  request.mutable_payment_method()->set_token(std::string(scene.story.token));
  request.set_capture_method(scene.story.manual_capture ? payments::v1::CAPTURE_METHOD_MANUAL
                                                        : payments::v1::CAPTURE_METHOD_AUTOMATIC);
  request.set_confirm(true);
  request.set_reference(fmt::format("demo-{}-{}", run_, index));
  ASSIGN_OR_RETURN(auto response, payments_->create_payment(request, options("create", index)));
  return settled(std::move(*response.mutable_payment()));
}

Result<Payment> Player::confirm(const Payment& payment, std::string_view token, int index) {
  payments::v1::ConfirmPaymentRequest request;
  request.set_payment_id(payment.id());
  request.mutable_payment_method()->set_token(std::string(token));
  ASSIGN_OR_RETURN(auto response, payments_->confirm_payment(request, options("confirm", index)));
  return settled(std::move(*response.mutable_payment()));
}

// Reads the payment until nothing about it is open. A confirm waits at the server already; this is for what takes
// longer.
Result<Payment> Player::settled(Payment payment) {
  payments::v1::GetPaymentRequest request;
  request.set_payment_id(payment.id());
  request.set_omit_timeline(true);
  for (int i = 0; i < readings_max && is_open(payment); ++i) {
    timespec pause{.tv_sec = 0, .tv_nsec = 500'000'000};
    nanosleep(&pause, nullptr);  // allow(sleep): the demo is a client that polls, as a merchant's server would
    ASSIGN_OR_RETURN(auto response, payments_->get_payment(request, options("read", 0)));
    payment = std::move(*response.mutable_payment());
  }
  return payment;
}

Result<Payment> Player::capture(const Payment& payment, std::int64_t amount_minor, int index) {
  payments::v1::CapturePaymentRequest request;
  request.set_payment_id(payment.id());
  request.mutable_amount()->set_currency(payment.amount().currency());
  request.mutable_amount()->set_minor(amount_minor);
  const auto step = fmt::format("capture-{}", amount_minor);
  ASSIGN_OR_RETURN(auto response, payments_->capture_payment(request, options(step, index)));
  return settled(std::move(*response.mutable_payment()));
}

Result<Payment> Player::refund(const Payment& payment, std::int64_t amount_minor, int index) {
  payments::v1::RefundPaymentRequest request;
  request.set_payment_id(payment.id());
  request.mutable_amount()->set_currency(payment.amount().currency());
  request.mutable_amount()->set_minor(amount_minor);
  ASSIGN_OR_RETURN(auto response, payments_->refund_payment(request, options("refund", index)));
  return settled(std::move(*response.mutable_payment()));
}

Result<Payment> Player::cancel(const Payment& payment, int index) {
  payments::v1::CancelPaymentRequest request;
  request.set_payment_id(payment.id());
  ASSIGN_OR_RETURN(auto response, payments_->cancel_payment(request, options("cancel", index)));
  return settled(std::move(*response.mutable_payment()));
}

// The shopper: opens the bank's page, presses "Pass", and follows the way back to the platform.
Result<Payment> Player::pass_challenge(const Payment& payment) {
  const std::string& url = payment.action().redirect_url();
  if (!url.starts_with(endpoints_.sandbox_psp)) return payment;
  ASSIGN_OR_RETURN(const auto bank, parse_address(endpoints_.sandbox_psp));
  ASSIGN_OR_RETURN(auto shopper, http::BlockingClient::connect(bank.host, bank.port));
  http::BlockingClient::Request press;
  press.method = "POST";
  press.target = std::string_view(url).substr(endpoints_.sandbox_psp.size());
  press.body = "outcome=pass";
  press.headers.add("content-type", "application/x-www-form-urlencoded");
  ASSIGN_OR_RETURN(const auto pressed, shopper.send(press));
  const auto location = pressed.headers.get("location");
  if (location && location->starts_with(endpoints_.api)) {
    ASSIGN_OR_RETURN(const auto platform, parse_address(endpoints_.api));
    ASSIGN_OR_RETURN(auto back, http::BlockingClient::connect(platform.host, platform.port));
    http::BlockingClient::Request request;
    request.target = location->substr(endpoints_.api.size());
    RETURN_IF_ERROR(back.send(request));
  }
  payments::v1::GetPaymentRequest read;
  read.set_payment_id(payment.id());
  ASSIGN_OR_RETURN(auto response, payments_->get_payment(read, options("read", 0)));
  return settled(std::move(*response.mutable_payment()));
}

Result<Payment> Player::play(const Scene& scene, int index) {
  ASSIGN_OR_RETURN(Payment payment, create(scene, index));
  const std::int64_t amount = scene.amount_minor;
  switch (scene.story.ending) {
    case Ending::refunded_in_part: {
      ASSIGN_OR_RETURN(payment, refund(payment, amount / 3, index));
      break;
    }
    case Ending::refunded: {
      ASSIGN_OR_RETURN(payment, refund(payment, amount, index));
      break;
    }
    case Ending::captured_in_two: {
      ASSIGN_OR_RETURN(payment, capture(payment, amount / 3, index));
      ASSIGN_OR_RETURN(payment, capture(payment, amount - amount / 3, index));
      break;
    }
    case Ending::canceled: {
      ASSIGN_OR_RETURN(payment, cancel(payment, index));
      break;
    }
    case Ending::retried: {
      ASSIGN_OR_RETURN(payment, confirm(payment, "tok_success", index));
      break;
    }
    case Ending::challenged: {
      ASSIGN_OR_RETURN(payment, pass_challenge(payment));
      break;
    }
    default:
      break;
  }
  if (!ended_well(scene, payment)) return unexpected(scene, payment);
  return payment;
}

}  // namespace florin::app
