#include "shop.h"

#include <fmt/format.h>

#include "../lib/http_load.h"
#include "florin/payments/v1/payments.pb.h"

namespace florin::bench {
namespace {

namespace v1 = payments::v1;

constexpr int clients = 256;
constexpr std::uint64_t round = 20;
constexpr std::uint64_t paid_of_round = 7;
constexpr std::uint64_t authorized_at = 7;
constexpr std::uint64_t declined_at = 8;
constexpr std::uint64_t challenge_at = rare_every / 2 + 5;
constexpr std::uint64_t rare_currency_at = rare_every / 4 + 15;

bool is_made(int status, const std::string& body) {
  v1::CreatePaymentResponse response;
  return status == 200 && response.ParseFromString(body) && !response.payment().id().empty();
}

const char* token_of(std::uint64_t number) {
  if (number % rare_every == challenge_at) return "tok_challenge";
  return number % round == declined_at ? "tok_decline_insufficient_funds" : "tok_success";
}

const char* currency_of(std::uint64_t number) {
  if (number % rare_every == rare_currency_at) return "NOK";
  return number % 10 < 7 ? "EUR" : "USD";
}

}  // namespace

std::string reference_of(std::uint64_t number) {
  return fmt::format("order-{}", number);
}

std::uint64_t paid_before(std::uint64_t number) {
  return number < round ? 0 : number - number % round - round;
}

std::string make_payment(std::uint64_t number) {
  v1::CreatePaymentRequest request;
  request.mutable_amount()->set_currency(currency_of(number));
  request.mutable_amount()->set_minor(static_cast<std::int64_t>(100 + number % 50'000));
  request.mutable_payment_method()->set_token(token_of(number));
  request.set_confirm(number % round < paid_of_round || number % round == authorized_at ||
                      number % round == declined_at || number % rare_every == challenge_at);
  if (number % round == authorized_at) request.set_capture_method(v1::CAPTURE_METHOD_MANUAL);
  request.set_reference(reference_of(number));
  request.set_description("Espresso machine, chrome");
  return request.SerializeAsString();
}

Status fill_shop(const Platform& platform, const std::string& secret_key, std::uint64_t count) {
  HttpLoadOptions options;
  options.port = platform.port();
  options.clients = clients;
  options.path = "/florin.payments.v1.PaymentService/CreatePayment";
  options.headers = fmt::format(
      "content-type: application/proto\r\nconnect-protocol-version: 1\r\nauthorization: Bearer {}\r\n", secret_key);
  options.key_prefix = "bench-console-";
  options.make_body = make_payment;
  options.is_success = is_made;
  ASSIGN_OR_RETURN(const auto load, HttpLoad::connect(std::move(options)));
  std::uint64_t made = 0;
  while (made < count) {
    ASSIGN_OR_RETURN(const auto result, load->run(Duration::seconds(1), count - made));
    made += result.succeeded;
    if (result.errors > 0) return unavailable("payment_not_made", result.first_error);
    fmt::print(stderr, "\r{} of {} payments stored, {:.0f}/s   ", made, count,
               static_cast<double>(result.succeeded) / result.seconds);
  }
  fmt::print(stderr, "\n");
  return load->drain().ok() ? ok() : unavailable("not_drained", "The last payments were not answered.");
}

}  // namespace florin::bench
