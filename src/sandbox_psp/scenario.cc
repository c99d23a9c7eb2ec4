#include "sandbox_psp/scenario.h"

#include <algorithm>
#include <array>

namespace florin::sandbox_psp {
namespace {

constexpr Scenario decline(std::string_view token, Failure failure) {
  return {.token = token, .way = Way::decline, .failure = failure};
}

constexpr Scenario lose(std::string_view token, Loss loss) {
  return {.token = token, .loss = loss};
}

constexpr std::array table = {
    Scenario{.token = "tok_success"},
    decline("tok_decline_insufficient_funds", Failure::insufficient_funds),
    decline("tok_decline_do_not_honor", Failure::do_not_honor),
    decline("tok_decline_expired_card", Failure::expired_card),
    decline("tok_decline_incorrect_cvc", Failure::incorrect_cvc),
    decline("tok_decline_lost_card", Failure::lost_card),
    decline("tok_decline_fraud", Failure::fraud_suspected),
    decline("tok_decline_try_again_later", Failure::try_again_later),
    decline("tok_decline_limit", Failure::limit_exceeded),
    Scenario{.token = "tok_challenge", .way = Way::challenge},
    Scenario{.token = "tok_challenge_fail", .way = Way::challenge_fails},
    Scenario{
        .token = "tok_challenge_then_decline", .way = Way::challenge_declines, .failure = Failure::insufficient_funds},
    Scenario{.token = "tok_pending", .way = Way::pending},
    Scenario{.token = "tok_pending_fail", .way = Way::pending_fails},
    Scenario{.token = "tok_slow", .slow = true},
    lose("tok_timeout_before", Loss::drop_before),
    lose("tok_timeout_after", Loss::drop_after),
    lose("tok_timeout_after_once", Loss::drop_after_once),
    Scenario{.token = "tok_timeout_after_webhook", .loss = Loss::drop_after, .notice = Notice::always},
    lose("tok_error_500_before", Loss::error_before),
    lose("tok_error_500_after", Loss::error_after),
    Scenario{.token = "tok_webhook", .notice = Notice::always},
    Scenario{.token = "tok_duplicate_webhook", .notice = Notice::twice},
    Scenario{.token = "tok_late_webhook", .notice = Notice::late},
    Scenario{.token = "tok_capture_fails", .capture = {.way = OperationWay::fail}},
    Scenario{.token = "tok_capture_pending", .capture = {.way = OperationWay::pending}},
    Scenario{.token = "tok_capture_timeout_before", .capture = {.loss = Loss::drop_before}},
    Scenario{.token = "tok_capture_timeout_after", .capture = {.loss = Loss::drop_after}},
    Scenario{.token = "tok_void_fails", .cancel = {.way = OperationWay::fail}},
    Scenario{.token = "tok_void_timeout_before", .cancel = {.loss = Loss::drop_before}},
    Scenario{.token = "tok_void_timeout_after", .cancel = {.loss = Loss::drop_after}},
    Scenario{.token = "tok_refund_fails", .refund = {.way = OperationWay::fail}},
    Scenario{.token = "tok_refund_pending", .refund = {.way = OperationWay::pending}},
    Scenario{.token = "tok_refund_pending_fail", .refund = {.way = OperationWay::pending_fails}},
    Scenario{.token = "tok_refund_timeout_before", .refund = {.loss = Loss::drop_before}},
    Scenario{.token = "tok_refund_timeout_after", .refund = {.loss = Loss::drop_after}},
    decline("tok_decline_processing_error", Failure::processing_error),
    Scenario{.token = "tok_wallet", .method = Method::wallet, .way = Way::challenge},
    Scenario{.token = "tok_upi", .method = Method::upi, .way = Way::challenge},
    Scenario{.token = "tok_bank_transfer", .method = Method::bank_transfer, .way = Way::challenge},
    Scenario{.token = "tok_buy_now_pay_later", .method = Method::buy_now_pay_later, .way = Way::challenge},
};
static_assert(table.size() < 256, "a payment keeps the place in one byte");

}  // namespace

std::string_view failure_code(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "";
    case Failure::authentication_failed:
      return "authentication_failed";
    case Failure::canceled_by_shopper:
      return "canceled_by_shopper";
    case Failure::do_not_honor:
      return "do_not_honor";
    case Failure::expired_card:
      return "expired_card";
    case Failure::fraud_suspected:
      return "fraud_suspected";
    case Failure::incorrect_cvc:
      return "incorrect_cvc";
    case Failure::insufficient_funds:
      return "insufficient_funds";
    case Failure::limit_exceeded:
      return "limit_exceeded";
    case Failure::lost_card:
      return "lost_card";
    case Failure::processing_failed:
      return "processing_failed";
    case Failure::refused_amount:
      return "refused_amount";
    case Failure::refused_by_issuer:
      return "refused_by_issuer";
    case Failure::refused_state:
      return "refused_state";
    case Failure::try_again_later:
      return "try_again_later";
    case Failure::processing_error:
      return "processing_error";
    case Failure::declined_by_provider:
      return "declined_by_provider";
    case Failure::payment_expired:
      return "payment_expired";
  }
  return "";
}

std::span<const Scenario> scenarios() {
  return table;
}

int find_scenario(std::string_view token) {
  const auto found = std::ranges::find(table, token, &Scenario::token);
  return found == table.end() ? -1 : static_cast<int>(found - table.begin());
}

}  // namespace florin::sandbox_psp
