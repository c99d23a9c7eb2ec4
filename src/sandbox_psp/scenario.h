// Scenarios: what the sandbox does with each test payment method. docs/sandbox.md describes them for users.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sandbox_psp/methods.h"

namespace florin::sandbox_psp {

// Why a payment was declined or an operation failed. The numbers stand in log files: append only.
enum class Failure : std::uint8_t {
  none,
  authentication_failed,
  canceled_by_shopper,
  do_not_honor,
  expired_card,
  fraud_suspected,
  incorrect_cvc,
  insufficient_funds,
  limit_exceeded,
  lost_card,
  processing_failed,
  refused_amount,
  refused_by_issuer,
  refused_state,
  try_again_later,
  processing_error,
  declined_by_provider,  // by a wallet or lender
  payment_expired,       // the shopper did not pay in time
};
inline constexpr Failure failure_last = Failure::payment_expired;

// The code on the wire.
std::string_view failure_code(Failure failure);

enum class Way : std::uint8_t {
  approve,
  decline,
  challenge,           // the shopper decides
  challenge_fails,     // fails whatever the shopper presses
  challenge_declines,  // passes, and then the bank declines
  pending,             // approved later
  pending_fails,       // fails later
};

enum class OperationWay : std::uint8_t { succeed, fail, pending, pending_fails };

// Which answers are lost or replaced by a failure. "before": nothing was done; "after": it was done and the caller does
// not learn it.
enum class Loss : std::uint8_t { none, drop_before, drop_after, drop_after_once, error_before, error_after };

enum class Notice : std::uint8_t {
  if_asynchronous,  // a webhook only where the caller could not learn it from an answer
  always,
  twice,  // the same notification twice
  late,   // only long after the answer
};

struct OperationScenario {
  OperationWay way = OperationWay::succeed;
  Loss loss = Loss::none;
};

struct Scenario {
  std::string_view token;
  Method method = Method::card;
  Way way = Way::approve;
  Failure failure = Failure::none;  // for `decline` and `challenge_declines`
  Loss loss = Loss::none;           // of the create
  Notice notice = Notice::if_asynchronous;
  bool slow = false;
  OperationScenario capture{};
  OperationScenario cancel{};
  OperationScenario refund{};
};

// A payment keeps its scenario's place in this table: append only.
std::span<const Scenario> scenarios();
// The place of `token`, or -1.
int find_scenario(std::string_view token);

}  // namespace florin::sandbox_psp
