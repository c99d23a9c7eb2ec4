#include "ledger/postings.h"

#include <array>
#include <string>

#include "ledger/account_record.h"
#include "ledger/accounts.h"
#include "ledger/post.h"
#include "ledger/tables.h"

namespace florin::ledger {
namespace {

std::uint16_t flags_of(PostingKind kind) {
  switch (kind) {
    case PostingKind::plain:
      return 0;
    case PostingKind::pending:
      return transfer_flag::pending;
    case PostingKind::post_pending:
      return transfer_flag::post_pending;
    case PostingKind::void_pending:
      return transfer_flag::void_pending;
  }
  CHECK(false, "not a kind of posting: {}", static_cast<int>(kind));
}

TransferRecord record_of(const Posting& posting, U128 id, U128 transaction_id) {
  CHECK(posting.amount_minor >= 0);
  TransferRecord record;
  record.id = id;
  record.debit_account_id = posting.debit;
  record.credit_account_id = posting.credit;
  record.pending_id = posting.pending_id;
  record.transaction_id = transaction_id;
  record.amount_minor = static_cast<std::uint64_t>(posting.amount_minor);
  record.code = posting.code;
  record.flags = flags_of(posting.kind);
  return record;
}

// The managed account at `path`, made if nothing is there; nothing if a caller's account is.
std::optional<U128> managed_account(engine::Work& work, const AccountSpec& spec, std::string_view path) {
  const TenantId tenant = work.tenant();
  if (const auto id = find_account_id(work.state(), tenant, path, spec.ledger)) {
    const auto account = find_account(work.state(), tenant, *id);
    CHECK(account);
    return account->has(account_flag::managed) ? id : std::nullopt;
  }
  const AccountRequest request{.path = path,
                               .ledger = spec.ledger,
                               .account_class = spec.account_class,
                               .code = spec.code,
                               .flags = static_cast<std::uint16_t>(spec.flags | account_flag::managed),
                               .overdraft_minor = spec.overdraft_minor};
  const AccountOutcome outcome = decide_create_accounts(work, tenant, std::array{request}).front();
  CHECK(outcome.result == v1::CREATE_ACCOUNT_RESULT_CREATED, "account {} in {}: {}", path, spec.ledger,
        v1::CreateAccountResult_Name(outcome.result));
  return outcome.id;
}

}  // namespace

U128 ensure_account(engine::Work& work, const AccountSpec& spec) {
  if (const auto id = managed_account(work, spec, spec.path)) return *id;
  // The API's field rules allow no "~" in a path, so this one can only be ours.
  const auto id = managed_account(work, spec, std::string(spec.path) + '~');
  CHECK(id);
  return *id;
}

std::vector<U128> post_transaction(engine::Work& work, U128 transaction_id, std::span<const Posting> postings) {
  std::vector<TransferRecord> records;
  std::vector<U128> ids;
  for (const Posting& posting : postings) {
    const U128 id = new_transfer_id(work, work.tenant());
    ids.push_back(id);
    records.push_back(record_of(posting, id, transaction_id));
    if (records.size() < postings.size()) records.back().flags |= transfer_flag::linked;
  }
  const TransferOutcomes outcomes = decide_post_transfers(work, work.tenant(), records, Poster::florin);
  for (const TransferOutcome& outcome : outcomes.not_created) {
    CHECK(outcome.result == v1::TRANSFER_RESULT_LINKED_FAILED, "posting {} of transaction {}: {}", outcome.index,
          transaction_id.hex(), v1::TransferResult_Name(outcome.result));
  }
  CHECK(outcomes.created == records.size());
  return ids;
}

}  // namespace florin::ledger
