// The rows of the sandbox's books (books.h).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "sandbox_psp/record.h"

namespace florin::sandbox_psp {

// All amounts in minor units. `key` and `reference` live as long as the books.
struct Payment {
  std::string_view key;
  std::string_view reference;
  Timestamp created;
  std::uint64_t fingerprint = 0;
  std::int64_t amount = 0;
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t voided = 0;
  std::int64_t capturing = 0;  // set aside by pending captures and refunds
  std::int64_t refunding = 0;
  std::uint32_t next_of_reference = 0;  // an earlier payment with the same reference; 0 for none
  char currency[3] = {};
  PaymentStatus status = PaymentStatus::authorized;
  Failure failure = Failure::none;
  std::uint8_t scenario = 0;
  bool capture = false;

  std::string_view currency_code() const { return {currency, 3}; }
  std::int64_t capturable() const { return authorized - captured - capturing - voided; }
  std::int64_t refundable() const { return captured - refunded - refunding; }
  // Holds or has taken the shopper's money: two of these under one reference are a double charge.
  bool is_charge() const { return authorized > 0 && voided < authorized; }
};

struct Operation {
  std::string_view key;
  Timestamp created;
  std::uint64_t fingerprint = 0;
  std::int64_t amount = 0;
  std::uint32_t payment = 0;
  OperationKind kind = OperationKind::capture;
  OperationStatus status = OperationStatus::succeeded;
  Failure failure = Failure::none;
};

// What the page of a payment that needs the shopper shows beside the payment.
struct ChallengeTexts {
  std::string return_url;
  std::string descriptor;
};

struct Webhook {
  std::string body;
  Timestamp due;
  std::uint8_t copies = 1;   // still to deliver
  std::uint32_t failed = 0;  // tries in a row that failed
};

// A count and a sum in minor units.
struct Total {
  std::uint64_t count = 0;
  std::int64_t sum = 0;
  bool operator==(const Total&) const = default;
};

// Of one currency. `created` counts every payment, declined ones too, and so bounds the other sums.
struct Totals {
  Total created;
  Total authorized;
  Total captured;
  Total refunded;
  Total voided;
  bool operator==(const Totals&) const = default;
};

// Something that settles later: a payment or an operation.
struct Settlement {
  Timestamp at;
  bool is_operation = false;
  std::uint32_t number = 0;
  auto operator<=>(const Settlement&) const = default;
};

}  // namespace florin::sandbox_psp
