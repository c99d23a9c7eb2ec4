// TransferRecord: a transfer as 128 packed little-endian bytes. One layout for the API's `packed` form, the journal
// (TransfersPosted.packed) and the state; docs/reference/packed-transfers.md describes it for clients. Never changes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "ledger/u128.h"

namespace florin::ledger {

namespace transfer_flag {
inline constexpr std::uint16_t linked = 1u << 0;            // succeeds or fails with the next transfer of the batch
inline constexpr std::uint16_t pending = 1u << 1;           // reserves
inline constexpr std::uint16_t post_pending = 1u << 2;      // moves what was reserved
inline constexpr std::uint16_t void_pending = 1u << 3;      // releases what was reserved
inline constexpr std::uint16_t balancing_debit = 1u << 4;   // at most what the debit account's limit leaves
inline constexpr std::uint16_t balancing_credit = 1u << 5;  // at most what the credit account's limit leaves
inline constexpr std::uint16_t closing_debit = 1u << 6;     // closes the debit account
inline constexpr std::uint16_t closing_credit = 1u << 7;    // closes the credit account
inline constexpr std::uint16_t resolving = post_pending | void_pending;
inline constexpr std::uint16_t balancing = balancing_debit | balancing_credit;
inline constexpr std::uint16_t closing = closing_debit | closing_credit;
inline constexpr std::uint16_t known = (1u << 8) - 1;
}  // namespace transfer_flag

// The most transfers of one batch.
inline constexpr std::size_t batch_transfers_max = 8'190;

struct TransferRecord {
  U128 id;                              //   0  the idempotency key; not zero, not all ones
  U128 debit_account_id;                //  16  of the pending transfer, for a post or void that gives zero
  U128 credit_account_id;               //  32  likewise
  U128 pending_id;                      //  48  what a post or void refers to, else zero
  U128 transaction_id;                  //  64  the transfers of one transaction share it; zero for none
  std::uint64_t amount_minor = 0;       //  80  minor units, at most 10^15. Recorded: what was taken, posted or released
  std::uint64_t user_data_64 = 0;       //  88  the caller's own
  std::uint64_t effective_time_us = 0;  //  96  microseconds since 1970. Request: 0 for the recorded time
  std::uint64_t recorded_time_us = 0;   // 104  microseconds since 1970, unique and increasing. Request: ignored
  std::uint32_t ledger = 0;             // 112  ledger_number(). Request: 0 for that of the accounts
  std::uint32_t timeout_s = 0;          // 116  after which a pending transfer releases by itself; 0 for never
  std::uint32_t user_data_32 = 0;       // 120  the caller's own
  std::uint16_t code = 0;               // 124  the caller's own kind of transfer
  std::uint16_t flags = 0;              // 126  transfer_flag

  bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  bool operator==(const TransferRecord&) const = default;
};

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(TransferRecord) == 128 && std::is_trivially_copyable_v<TransferRecord>);
static_assert(std::has_unique_object_representations_v<TransferRecord>, "no padding");
static_assert(offsetof(TransferRecord, debit_account_id) == 16 && offsetof(TransferRecord, credit_account_id) == 32);
static_assert(offsetof(TransferRecord, pending_id) == 48 && offsetof(TransferRecord, transaction_id) == 64);
static_assert(offsetof(TransferRecord, amount_minor) == 80 && offsetof(TransferRecord, user_data_64) == 88);
static_assert(offsetof(TransferRecord, effective_time_us) == 96 && offsetof(TransferRecord, recorded_time_us) == 104);
static_assert(offsetof(TransferRecord, ledger) == 112 && offsetof(TransferRecord, timeout_s) == 116);
static_assert(offsetof(TransferRecord, user_data_32) == 120 && offsetof(TransferRecord, code) == 124);
static_assert(offsetof(TransferRecord, flags) == 126);

// The number of a ledger in records: CRC-32C of its name ("USD/2"), and 1 where that is 0. A tenant's ledgers have
// different numbers: an account in a ledger whose number another name holds is refused.
std::uint32_t ledger_number(std::string_view ledger);

// "USD/2": an asset of 2 to 16 of A-Z, 0-9 and _, starting with a letter, and a scale of 0 to 18 without leading zeros.
bool is_ledger_name(std::string_view ledger);

// Copies records out of packed bytes. Errors: packed_transfers_invalid (not whole records, none, or too many).
Result<std::vector<TransferRecord>> unpack_transfers(std::string_view packed);
// The bytes of `records`, as they stand in memory.
std::string_view pack_transfers(std::span<const TransferRecord> records);

}  // namespace florin::ledger
