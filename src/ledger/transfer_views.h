// TransferViews: completes transfers with what a reader wants beside them. Keeps names, so that a page looks each up
// once.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>

#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/tables.h"

namespace florin::ledger {

class TransferViews {
 public:
  TransferViews(const store::Reader& reader, TenantId tenant) : reader_(reader), tenant_(tenant) {}

  v1::TransferView view(const TransferRecord& record);
  v1::Transfer transfer(const TransferRecord& record);
  // Unspecified for transfers that were not made pending.
  v1::PendingState pending_state(const TransferRecord& record) const;

 private:
  const AccountDetails& details(U128 account);

  const store::Reader& reader_;
  TenantId tenant_;
  absl::flat_hash_map<U128, AccountDetails> details_;
};

}  // namespace florin::ledger
