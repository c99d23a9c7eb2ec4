// Between the messages of florin.ledger.v1 and the ledger's own records.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "florin/ledger/v1/ledger.pb.h"
#include "ledger/account_record.h"
#include "ledger/accounts.h"
#include "ledger/post.h"
#include "ledger/tables.h"
#include "ledger/transfer_record.h"

namespace florin::ledger {

// Of 32 lower-case hexadecimal digits; empty for zero. Errors: id_malformed, with a violation of `field`.
Result<U128> id_from_message(std::string_view text, std::string_view field);

// Microseconds since 1970, what is finer cut off; 0 for a time that is not given. Errors: time_out_of_range (before
// 1970 or after 9999), with a violation of `field`.
Result<std::uint64_t> time_from_message(const google::protobuf::Timestamp& time, std::string_view field);
void set_time(google::protobuf::Timestamp& message, std::uint64_t time_us);

// The records that a request asks for, either from its messages or packed. Errors: those above, amount_negative,
// transfers_missing (neither or both), packed_transfers_invalid.
Result<std::vector<TransferRecord>> transfers_from_message(const v1::PostTransfersRequest& request);
v1::PostTransfersResponse message_of(const TransferOutcomes& outcomes);

// Views into `request`. Errors: id_malformed; account_request_invalid where a field rule of the
// proto is broken.
Result<std::vector<AccountRequest>> accounts_from_message(const v1::CreateAccountsRequest& request);

v1::Account message_of(const AccountRecord& account, const AccountDetails& details);
v1::Transfer message_of(const TransferRecord& record, std::string_view ledger);

// Posted debits minus credits, or the other way round for liabilities, equity and income.
std::string balance_text(Int128 net_debit, std::uint8_t account_class);

}  // namespace florin::ledger
