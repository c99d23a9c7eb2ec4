#include "ledger/accounts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "florin/ledger/v1/events.pb.h"
#include "ledger/tables.h"

namespace florin::ledger {
namespace {

// Accounts are made in batches of at most a thousand, so that looking through those of the same batch is cheap enough.
class AccountBatch {
 public:
  AccountBatch(engine::Work& work, TenantId tenant) : work_(work), tenant_(tenant) {}

  AccountOutcome create(const AccountRequest& request) {
    if (const auto refusal = judge_form(request)) return {*refusal, {}};
    AccountRequest wanted = request;
    const auto at_path = by_path(request.path, request.ledger);
    if (wanted.id.is_zero() && at_path) wanted.id = at_path->id;
    if (const auto existing = wanted.id.is_zero() ? std::nullopt : by_id(wanted.id)) {
      if (same(*existing, wanted)) return {v1::CREATE_ACCOUNT_RESULT_EXISTS, wanted.id};
      const bool asked_by_id = !request.id.is_zero();
      return {
          asked_by_id ? v1::CREATE_ACCOUNT_RESULT_ID_EXISTS_WITH_OTHER_FIELDS : v1::CREATE_ACCOUNT_RESULT_PATH_EXISTS,
          {}};
    }
    if (at_path) return {v1::CREATE_ACCOUNT_RESULT_PATH_EXISTS, {}};
    if (wanted.id.is_zero()) wanted.id = fresh_id();
    created_.push_back(wanted);
    return {v1::CREATE_ACCOUNT_RESULT_CREATED, wanted.id};
  }

  void emit() {
    if (created_.empty()) return;
    v1::AccountsCreated event;
    for (const AccountRequest& account : created_) {
      v1::AccountRecord& record = *event.add_accounts();
      record.set_id(account.id.bytes());
      record.set_path(std::string(account.path));
      record.set_ledger(std::string(account.ledger));
      record.set_account_class(static_cast<std::uint32_t>(account.account_class));
      record.set_code(account.code);
      record.set_flags(account.flags);
      record.set_overdraft_minor(account.overdraft_minor);
    }
    work_.emit_for(tenant_, {}, event);
  }

 private:
  std::optional<v1::CreateAccountResult> judge_form(const AccountRequest& request) const {
    CHECK(!request.path.empty() && request.path.find('\0') == std::string_view::npos && request.overdraft_minor >= 0);
    if (request.id == U128::max()) return v1::CREATE_ACCOUNT_RESULT_ID_INVALID;
    if (!is_ledger_name(request.ledger) || number_is_taken(request.ledger)) {
      return v1::CREATE_ACCOUNT_RESULT_LEDGER_INVALID;
    }
    const auto limits = static_cast<std::uint16_t>(request.flags & account_flag::limits);
    if (limits == account_flag::limits) return v1::CREATE_ACCOUNT_RESULT_FLAGS_EXCLUDE_EACH_OTHER;
    if (limits == 0 && request.overdraft_minor != 0) return v1::CREATE_ACCOUNT_RESULT_OVERDRAFT_WITHOUT_LIMIT;
    return std::nullopt;
  }

  bool number_is_taken(std::string_view ledger) const {
    const std::uint32_t number = ledger_number(ledger);
    for (const AccountRequest& account : created_) {
      if (account.ledger != ledger && ledger_number(account.ledger) == number) return true;
    }
    const auto totals = find_totals(work_.state(), tenant_, number);
    return totals && totals->name_text() != ledger;
  }

  struct Existing {
    U128 id;
    AccountDetails details;
    v1::AccountClass account_class;
    std::uint16_t code;
    std::uint16_t flags;
    std::int64_t overdraft_minor;
  };

  static Existing existing_of(const AccountRequest& account) {
    return {account.id,
            {std::string(account.path), std::string(account.ledger)},
            account.account_class,
            account.code,
            account.flags,
            account.overdraft_minor};
  }

  std::optional<Existing> by_id(U128 id) const {
    const auto earlier = std::ranges::find(created_, id, &AccountRequest::id);
    if (earlier != created_.end()) return existing_of(*earlier);
    const auto account = find_account(work_.state(), tenant_, id);
    if (!account) return std::nullopt;
    return Existing{id,
                    account_details(work_.state(), tenant_, id),
                    static_cast<v1::AccountClass>(account->account_class),
                    account->code,
                    account->flags,
                    account->overdraft_minor};
  }

  std::optional<Existing> by_path(std::string_view path, std::string_view ledger) const {
    for (const AccountRequest& account : created_) {
      if (account.path == path && account.ledger == ledger) return existing_of(account);
    }
    const auto id = find_account_id(work_.state(), tenant_, path, ledger);
    return id ? by_id(*id) : std::nullopt;
  }

  // An account that a transfer has closed since is still the same.
  static bool same(const Existing& existing, const AccountRequest& request) {
    const auto but_closed = [](std::uint16_t flags) { return flags & ~account_flag::closed; };
    return existing.details.path == request.path && existing.details.ledger == request.ledger &&
           existing.account_class == request.account_class && existing.code == request.code &&
           but_closed(existing.flags) == but_closed(request.flags) &&
           existing.overdraft_minor == request.overdraft_minor;
  }

  U128 fresh_id() {
    U128 id;
    do {
      id = new_account_id(work_, tenant_);
    } while (std::ranges::find(created_, id, &AccountRequest::id) != created_.end());
    return id;
  }

  engine::Work& work_;
  TenantId tenant_;
  std::vector<AccountRequest> created_;
};

}  // namespace

std::vector<AccountOutcome> decide_create_accounts(engine::Work& work, TenantId tenant,
                                                   std::span<const AccountRequest> requests) {
  AccountBatch batch(work, tenant);
  std::vector<AccountOutcome> outcomes;
  outcomes.reserve(requests.size());
  for (const AccountRequest& request : requests) outcomes.push_back(batch.create(request));
  batch.emit();
  return outcomes;
}

bool is_valid_id(U128 id) {
  return !id.is_zero() && id != U128::max();
}

U128 new_account_id(engine::Work& work, TenantId tenant) {
  U128 id;
  do {
    id = U128::of(work.new_position());
  } while (work.state().get(RowKey(store::table_id::accounts, tenant).id(id).view()));
  return id;
}

U128 new_transfer_id(engine::Work& work, TenantId tenant) {
  U128 id;
  do {
    id = U128::of(work.new_position());
  } while (work.state().get(RowKey(store::table_id::transfers, tenant).id(id).view()));
  return id;
}

}  // namespace florin::ledger
