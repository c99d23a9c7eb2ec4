#include "ledger/same_transfer.h"

namespace florin::ledger {
namespace {

// A post or void may leave out what its pending transfer says.
bool same_account(U128 request, U128 original, bool resolving) {
  return request == original || (resolving && request.is_zero());
}

bool same_amount(const TransferRecord& request, const TransferRecord& original, std::uint64_t reserved) {
  if (original.has(transfer_flag::resolving) && request.amount_minor == 0) return original.amount_minor == reserved;
  if (original.has(transfer_flag::balancing)) return request.amount_minor >= original.amount_minor;
  return request.amount_minor == original.amount_minor;
}

bool same_effective_time(const TransferRecord& request, const TransferRecord& original) {
  const std::uint64_t asked = request.effective_time_us == 0 ? original.recorded_time_us : request.effective_time_us;
  return asked == original.effective_time_us;
}

}  // namespace

std::string_view different_field(const TransferRecord& request, const TransferRecord& original,
                                 std::uint64_t reserved) {
  const bool resolving = original.has(transfer_flag::resolving);
  if (!same_account(request.debit_account_id, original.debit_account_id, resolving)) return "debit_account_id";
  if (!same_account(request.credit_account_id, original.credit_account_id, resolving)) return "credit_account_id";
  if (request.pending_id != original.pending_id) return "pending_id";
  if (request.transaction_id != original.transaction_id) return "transaction_id";
  if (!same_amount(request, original, reserved)) return "amount_minor";
  if (request.user_data_64 != original.user_data_64) return "user_data_64";
  if (!same_effective_time(request, original)) return "effective_time";
  if (request.ledger != 0 && request.ledger != original.ledger) return "ledger";
  if (request.timeout_s != original.timeout_s) return "timeout_s";
  if (request.user_data_32 != original.user_data_32) return "user_data_32";
  if (request.code != original.code) return "code";
  if (request.flags != original.flags) return "flags";
  return {};
}

}  // namespace florin::ledger
