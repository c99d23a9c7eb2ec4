#include "ledger/messages.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

#include "base/money.h"

namespace florin::ledger {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t last_second = 253'402'300'799;  // 9999-12-31T23:59:59Z

struct TransferFlagField {
  std::uint16_t flag;
  bool (v1::TransferFlags::*get)() const;
  void (v1::TransferFlags::*set)(bool);
};

constexpr std::array<TransferFlagField, 8> transfer_flag_fields{{
    {transfer_flag::linked, &v1::TransferFlags::linked, &v1::TransferFlags::set_linked},
    {transfer_flag::pending, &v1::TransferFlags::pending, &v1::TransferFlags::set_pending},
    {transfer_flag::post_pending, &v1::TransferFlags::post_pending, &v1::TransferFlags::set_post_pending},
    {transfer_flag::void_pending, &v1::TransferFlags::void_pending, &v1::TransferFlags::set_void_pending},
    {transfer_flag::balancing_debit, &v1::TransferFlags::balancing_debit, &v1::TransferFlags::set_balancing_debit},
    {transfer_flag::balancing_credit, &v1::TransferFlags::balancing_credit, &v1::TransferFlags::set_balancing_credit},
    {transfer_flag::closing_debit, &v1::TransferFlags::closing_debit, &v1::TransferFlags::set_closing_debit},
    {transfer_flag::closing_credit, &v1::TransferFlags::closing_credit, &v1::TransferFlags::set_closing_credit},
}};

std::uint16_t flags_from_message(const v1::TransferFlags& message) {
  std::uint16_t flags = 0;
  for (const auto& field : transfer_flag_fields) {
    if ((message.*field.get)()) flags |= field.flag;
  }
  return flags;
}

std::uint16_t flags_from_message(const v1::AccountFlags& message) {
  std::uint16_t flags = 0;
  if (message.debits_must_not_exceed_credits()) flags |= account_flag::debits_must_not_exceed_credits;
  if (message.credits_must_not_exceed_debits()) flags |= account_flag::credits_must_not_exceed_debits;
  if (message.frozen()) flags |= account_flag::frozen;
  if (message.closed()) flags |= account_flag::closed;
  return flags;
}

Error broken_rule(std::string_view reason, std::string field, std::string rule) {
  return invalid_argument(reason, fmt::format("Correct {}: it {}.", field, rule)).with_violation(field, rule);
}

Result<TransferRecord> transfer_from_message(const v1::Transfer& message, const std::string& at) {
  TransferRecord record;
  ASSIGN_OR_RETURN(record.id, id_from_message(message.id(), at + ".id"));
  ASSIGN_OR_RETURN(record.debit_account_id, id_from_message(message.debit_account_id(), at + ".debit_account_id"));
  ASSIGN_OR_RETURN(record.credit_account_id, id_from_message(message.credit_account_id(), at + ".credit_account_id"));
  ASSIGN_OR_RETURN(record.pending_id, id_from_message(message.pending_id(), at + ".pending_id"));
  ASSIGN_OR_RETURN(record.transaction_id, id_from_message(message.transaction_id(), at + ".transaction_id"));
  ASSIGN_OR_RETURN(record.effective_time_us, time_from_message(message.effective_time(), at + ".effective_time"));
  if (message.amount_minor() < 0) return broken_rule("amount_negative", at + ".amount_minor", "must not be negative");
  if (message.code() > std::numeric_limits<std::uint16_t>::max()) {
    return broken_rule("code_out_of_range", at + ".code", "must be at most 65535");
  }
  record.amount_minor = static_cast<std::uint64_t>(message.amount_minor());
  record.user_data_64 = message.user_data_64();
  record.user_data_32 = message.user_data_32();
  record.ledger = message.ledger().empty() ? 0 : ledger_number(message.ledger());
  record.timeout_s = message.timeout_s();
  record.code = static_cast<std::uint16_t>(message.code());
  record.flags = flags_from_message(message.flags());
  return record;
}

Result<AccountRequest> account_from_message(const v1::NewAccount& message, const std::string& at) {
  constexpr std::string_view reason = "account_request_invalid";
  AccountRequest request;
  ASSIGN_OR_RETURN(request.id, id_from_message(message.id(), at + ".id"));
  if (!message.id().empty() && request.id.is_zero()) request.id = U128::max();  // given, and not valid either
  if (message.path().empty() || message.path().find('\0') != std::string::npos) {
    return broken_rule(reason, at + ".path", "must be a path like merchant/payable");
  }
  if (message.code() > std::numeric_limits<std::uint16_t>::max()) {
    return broken_rule(reason, at + ".code", "must be at most 65535");
  }
  if (message.overdraft_minor() < 0 || message.overdraft_minor() > amount_minor_max) {
    return broken_rule(reason, at + ".overdraft_minor", "must be from 0 to 10^15");
  }
  if (message.account_class() == v1::ACCOUNT_CLASS_UNSPECIFIED || !v1::AccountClass_IsValid(message.account_class())) {
    return broken_rule(reason, at + ".account_class", "must be one of the account classes");
  }
  request.path = message.path();
  request.ledger = message.ledger();
  request.account_class = message.account_class();
  request.code = static_cast<std::uint16_t>(message.code());
  request.flags = flags_from_message(message.flags());
  request.overdraft_minor = message.overdraft_minor();
  return request;
}

// Fields that name nothing stay empty in messages.
std::string optional_hex(U128 id) {
  return id.is_zero() ? std::string() : id.hex();
}

}  // namespace

Result<U128> id_from_message(std::string_view text, std::string_view field) {
  if (text.empty()) return U128{};
  if (const auto id = U128::parse_hex(text)) return *id;
  return broken_rule("id_malformed", std::string(field), "must be 32 lower-case hexadecimal digits");
}

Result<std::uint64_t> time_from_message(const google::protobuf::Timestamp& time, std::string_view field) {
  if (time.seconds() < 0 || time.seconds() > last_second || time.nanos() < 0 || time.nanos() > 999'999'999) {
    return broken_rule("time_out_of_range", std::string(field), "must be a time from 1970 to 9999");
  }
  return static_cast<std::uint64_t>(time.seconds() * micros_per_second + time.nanos() / 1'000);
}

void set_time(google::protobuf::Timestamp& message, std::uint64_t time_us) {
  message.set_seconds(static_cast<std::int64_t>(time_us) / micros_per_second);
  message.set_nanos(static_cast<std::int32_t>(static_cast<std::int64_t>(time_us) % micros_per_second * 1'000));
}

Result<std::vector<TransferRecord>> transfers_from_message(const v1::PostTransfersRequest& request) {
  const auto count = static_cast<std::size_t>(request.transfers_size());
  if ((count > 0) == !request.packed().empty() || count > batch_transfers_max) {
    return invalid_argument("transfers_missing",
                            fmt::format("Send 1 to {} transfers, either as messages or packed.", batch_transfers_max));
  }
  if (count == 0) return unpack_transfers(request.packed());
  std::vector<TransferRecord> records;
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const TransferRecord record,
                     transfer_from_message(request.transfers(static_cast<int>(i)), fmt::format("transfers[{}]", i)));
    records.push_back(record);
  }
  return records;
}

v1::PostTransfersResponse message_of(const TransferOutcomes& outcomes) {
  v1::PostTransfersResponse response;
  response.set_created(outcomes.created);
  for (const TransferOutcome& outcome : outcomes.not_created) {
    v1::PostedTransfer& result = *response.add_results();
    result.set_index(outcome.index);
    result.set_result(outcome.result);
    result.set_field(std::string(outcome.field));
  }
  return response;
}

Result<std::vector<AccountRequest>> accounts_from_message(const v1::CreateAccountsRequest& request) {
  std::vector<AccountRequest> accounts;
  accounts.reserve(static_cast<std::size_t>(request.accounts_size()));
  for (int i = 0; i < request.accounts_size(); ++i) {
    ASSIGN_OR_RETURN(const AccountRequest account,
                     account_from_message(request.accounts(i), fmt::format("accounts[{}]", i)));
    accounts.push_back(account);
  }
  return accounts;
}

v1::Account message_of(const AccountRecord& account, const AccountDetails& details) {
  v1::Account message;
  message.set_id(account.id.hex());
  message.set_path(details.path);
  message.set_ledger(details.ledger);
  message.set_account_class(static_cast<v1::AccountClass>(account.account_class));
  message.set_code(account.code);
  v1::AccountFlags& flags = *message.mutable_flags();
  flags.set_debits_must_not_exceed_credits(account.has(account_flag::debits_must_not_exceed_credits));
  flags.set_credits_must_not_exceed_debits(account.has(account_flag::credits_must_not_exceed_debits));
  flags.set_frozen(account.has(account_flag::frozen));
  flags.set_closed(account.has(account_flag::closed));
  message.set_debits_pending(decimal(account.balances.debits_pending.value()));
  message.set_debits_posted(decimal(account.balances.debits_posted.value()));
  message.set_credits_pending(decimal(account.balances.credits_pending.value()));
  message.set_credits_posted(decimal(account.balances.credits_posted.value()));
  message.set_balance(balance_text(account.net_debit(), account.account_class));
  set_time(*message.mutable_create_time(), account.created_time_us);
  message.set_overdraft_minor(account.overdraft_minor);
  return message;
}

v1::Transfer message_of(const TransferRecord& record, std::string_view ledger) {
  v1::Transfer message;
  message.set_id(record.id.hex());
  message.set_debit_account_id(record.debit_account_id.hex());
  message.set_credit_account_id(record.credit_account_id.hex());
  message.set_amount_minor(static_cast<std::int64_t>(record.amount_minor));
  message.set_pending_id(optional_hex(record.pending_id));
  message.set_timeout_s(record.timeout_s);
  message.set_ledger(std::string(ledger));
  message.set_code(record.code);
  for (const auto& field : transfer_flag_fields) {
    if (record.has(field.flag)) (message.mutable_flags()->*field.set)(true);
  }
  message.set_transaction_id(optional_hex(record.transaction_id));
  message.set_user_data_64(record.user_data_64);
  message.set_user_data_32(record.user_data_32);
  set_time(*message.mutable_time(), record.recorded_time_us);
  set_time(*message.mutable_effective_time(), record.effective_time_us);
  return message;
}

std::string balance_text(Int128 net_debit, std::uint8_t account_class) {
  const bool debit_side = account_class == v1::ACCOUNT_CLASS_ASSET || account_class == v1::ACCOUNT_CLASS_EXPENSE;
  return decimal(debit_side ? net_debit : -net_debit);
}

}  // namespace florin::ledger
