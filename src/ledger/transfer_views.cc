#include "ledger/transfer_views.h"

#include "ledger/messages.h"

namespace florin::ledger {

v1::TransferView TransferViews::view(const TransferRecord& record) {
  v1::TransferView view;
  *view.mutable_transfer() = transfer(record);
  view.set_debit_path(details(record.debit_account_id).path);
  view.set_credit_path(details(record.credit_account_id).path);
  view.set_pending_state(pending_state(record));
  return view;
}

v1::Transfer TransferViews::transfer(const TransferRecord& record) {
  return message_of(record, details(record.debit_account_id).ledger);
}

v1::PendingState TransferViews::pending_state(const TransferRecord& record) const {
  if (!record.has(transfer_flag::pending)) return v1::PENDING_STATE_UNSPECIFIED;
  const auto row = find_pending(reader_, tenant_, record.id);
  CHECK(row, "pending transfer {} has no state", record.id.hex());
  return static_cast<v1::PendingState>(row->state);
}

const AccountDetails& TransferViews::details(U128 account) {
  const auto found = details_.find(account);
  if (found != details_.end()) return found->second;
  return details_[account] = account_details(reader_, tenant_, account);
}

}  // namespace florin::ledger
