// AccountRecord: the hot half of a ledger account, 128 packed little-endian bytes: all that posting reads and writes.
// Path and ledger name, which never change, stand apart (AccountDetails in tables.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ledger/u128.h"

namespace florin::ledger {

namespace account_flag {
inline constexpr std::uint16_t debits_must_not_exceed_credits = 1u << 0;
inline constexpr std::uint16_t credits_must_not_exceed_debits = 1u << 1;
inline constexpr std::uint16_t frozen = 1u << 2;
inline constexpr std::uint16_t closed = 1u << 3;
inline constexpr std::uint16_t managed = 1u << 4;  // kept by Florin's own domains, see postings.h
inline constexpr std::uint16_t limits = debits_must_not_exceed_credits | credits_must_not_exceed_debits;
}  // namespace account_flag

// Sums stay below this, so that the difference of two is a signed 128-bit number.
inline constexpr Uint128 balance_max = ~static_cast<Uint128>(0) >> 1;

// Sums of amounts, in minor units. Posted only grow; pending grow with reservations and shrink as they are resolved.
struct Balances {
  U128 debits_pending = {};
  U128 debits_posted = {};
  U128 credits_pending = {};
  U128 credits_posted = {};
  bool operator==(const Balances&) const = default;
};

struct AccountRecord {
  U128 id;                            //   0
  Balances balances;                  //  16
  std::int64_t overdraft_minor = 0;   //  80  by how much a limit may be passed
  std::uint64_t created_time_us = 0;  //  88  microseconds since 1970
  std::uint64_t transfers = 0;        //  96  how many transfers its history holds
  std::uint32_t ledger = 0;           // 104  ledger_number()
  std::uint16_t code = 0;             // 108  the caller's own class number
  std::uint16_t flags = 0;            // 110  account_flag
  std::uint8_t account_class = 0;     // 112  v1::AccountClass
  std::uint8_t reserved[15] = {};     // 113  zero

  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  // What may still be debited (credited), pending amounts counted as spent, future ones not as there; nothing below
  // zero. Only for an account with that limit.
  Uint128 debit_headroom() const {
    return headroom(balances.credits_posted, balances.debits_posted, balances.debits_pending);
  }
  Uint128 credit_headroom() const {
    return headroom(balances.debits_posted, balances.credits_posted, balances.credits_pending);
  }
  bool within_limits() const;
  // Posted debits minus posted credits.
  Int128 net_debit() const {
    return static_cast<Int128>(balances.debits_posted.value()) - static_cast<Int128>(balances.credits_posted.value());
  }

  bool operator==(const AccountRecord&) const = default;

 private:
  Uint128 headroom(U128 have, U128 posted, U128 pending) const {
    const Uint128 allowed = have.value() + static_cast<Uint128>(overdraft_minor);
    const Uint128 used = posted.value() + pending.value();
    return used < allowed ? allowed - used : 0;
  }
};

static_assert(sizeof(AccountRecord) == 128 && std::is_trivially_copyable_v<AccountRecord>);
static_assert(std::has_unique_object_representations_v<AccountRecord>, "no padding");
static_assert(offsetof(AccountRecord, balances) == 16 && offsetof(AccountRecord, overdraft_minor) == 80);
static_assert(offsetof(AccountRecord, created_time_us) == 88 && offsetof(AccountRecord, transfers) == 96);
static_assert(offsetof(AccountRecord, ledger) == 104 && offsetof(AccountRecord, code) == 108);
static_assert(offsetof(AccountRecord, flags) == 110 && offsetof(AccountRecord, account_class) == 112);

inline bool AccountRecord::within_limits() const {
  const auto within = [this](U128 used, U128 reserved_amount, U128 have) {
    return used.value() + reserved_amount.value() <= have.value() + static_cast<Uint128>(overdraft_minor);
  };
  const Balances& b = balances;
  if (has(account_flag::debits_must_not_exceed_credits) &&
      !within(b.debits_posted, b.debits_pending, b.credits_posted)) {
    return false;
  }
  return !has(account_flag::credits_must_not_exceed_debits) ||
         within(b.credits_posted, b.credits_pending, b.debits_posted);
}

}  // namespace florin::ledger
