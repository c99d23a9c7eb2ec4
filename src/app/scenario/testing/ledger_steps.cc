// Steps: the ledger used directly.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/scenario/testing/steps.h"
#include "ledger/commands.h"

namespace florin::app::scenario {
namespace {

namespace v1 = ledger::v1;

constexpr std::string_view result_prefix = "TRANSFER_RESULT_";

Result<v1::AccountClass> parse_class(std::string_view word) {
  for (int i = v1::ACCOUNT_CLASS_ASSET; i <= v1::ACCOUNT_CLASS_EXPENSE; ++i) {
    const auto account_class = static_cast<v1::AccountClass>(i);
    if (word_of(v1::AccountClass_Name(account_class), "ACCOUNT_CLASS_") == word) return account_class;
  }
  return script_wrong(fmt::format("'{}' is no class of accounts", word));
}

// The decimals of "USD/2".
Result<int> decimals_of(std::string_view ledger) {
  const std::size_t slash = ledger.find('/');
  int decimals = 0;
  if (slash != std::string_view::npos) {
    const auto [end, error] = std::from_chars(ledger.data() + slash + 1, ledger.data() + ledger.size(), decimals);
    if (error == std::errc() && end == ledger.data() + ledger.size()) return decimals;
  }
  return script_wrong(fmt::format("'{}' is no ledger: USD/2", ledger));
}

// account <name> <class> <ledger> path= [debits_limited|credits_limited] [overdraft=] [tenant=] [result=]
Status account(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the account's name");
  const std::string class_word = arguments.next("its class");
  const std::string ledger = arguments.next("its ledger");
  const std::string wanted = arguments.named("result").value_or("created");
  ASSIGN_OR_RETURN(const v1::AccountClass account_class, parse_class(class_word));
  ASSIGN_OR_RETURN(const int decimals, decimals_of(ledger));
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  v1::CreateAccountsRequest request;
  v1::NewAccount& made = *request.add_accounts();
  made.set_path(arguments.named("path").value_or(name));
  made.set_ledger(ledger);
  made.set_account_class(account_class);
  made.mutable_flags()->set_debits_must_not_exceed_credits(arguments.flag("debits_limited"));
  made.mutable_flags()->set_credits_must_not_exceed_debits(arguments.flag("credits_limited"));
  if (const auto overdraft = arguments.named("overdraft")) {
    ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(*overdraft, decimals));
    made.set_overdraft_minor(minor);
  }
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const auto response,
                   world.run<v1::CreateAccountsResponse>(
                       {tenant, "florin.ledger.v1.LedgerService/CreateAccounts", {}}, request,
                       [&](engine::Work& work) { return ledger::create_accounts(work, request); }));
  const std::string result =
      word_of(v1::CreateAccountResult_Name(response.accounts(0).result()), "CREATE_ACCOUNT_RESULT_");
  if (result != wanted) return differs("the account", wanted, result);
  if (const auto id = ledger::U128::parse_hex(response.accounts(0).account().id())) {
    world.name_account(name, {tenant, *id, decimals});
  }
  return ok();
}

// The options of a transfer: "linked", "pending", "post=t1", "void=t1", "timeout=60s", "balancing_debit",
// "balancing_credit".
Status set_option(std::string_view option, v1::Transfer& transfer) {
  const std::size_t equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view() : option.substr(equals + 1);
  v1::TransferFlags& flags = *transfer.mutable_flags();
  if (name == "linked") {
    flags.set_linked(true);
  } else if (name == "pending") {
    flags.set_pending(true);
  } else if (name == "balancing_debit") {
    flags.set_balancing_debit(true);
  } else if (name == "balancing_credit") {
    flags.set_balancing_credit(true);
  } else if (name == "timeout") {
    ASSIGN_OR_RETURN(const Duration timeout, parse_duration(value));
    transfer.set_timeout_s(static_cast<std::uint32_t>(timeout.to_seconds()));
  } else if (name == "post" || name == "void") {
    transfer.set_pending_id(World::transfer_id(value).hex());
    flags.set_post_pending(name == "post");
    flags.set_void_pending(name == "void");
  } else {
    return script_wrong(fmt::format("a transfer has no option '{}'", option));
  }
  return ok();
}

std::string cell(const Row& row, std::size_t column) {
  return column < row.size() ? row[column] : std::string();
}

// A row of `post`: | name | debit | credit | amount | options | result |. The decimals of an amount are those of the
// transfer's accounts, or else of the transfer before it.
Status add_transfer(const World& world, const Row& row, int& decimals, v1::PostTransfersRequest& request) {
  v1::Transfer& transfer = *request.add_transfers();
  transfer.set_id(World::transfer_id(cell(row, 0)).hex());
  if (const std::string debit = cell(row, 1); !debit.empty()) {
    ASSIGN_OR_RETURN(const World::Account account, world.account(debit));
    transfer.set_debit_account_id(account.id.hex());
    decimals = account.decimals;
  }
  if (const std::string credit = cell(row, 2); !credit.empty()) {
    ASSIGN_OR_RETURN(const World::Account account, world.account(credit));
    transfer.set_credit_account_id(account.id.hex());
  }
  if (const std::string amount = cell(row, 3); !amount.empty()) {
    ASSIGN_OR_RETURN(const std::int64_t minor, parse_amount(amount, decimals));
    transfer.set_amount_minor(minor);
  }
  std::string options = cell(row, 4);
  while (!options.empty()) {
    const std::size_t blank = std::min(options.find(' '), options.size());
    if (blank > 0) RETURN_IF_ERROR(set_option(options.substr(0, blank), transfer));
    options.erase(0, blank + 1);
  }
  return ok();
}

// post [tenant=], with one row for each transfer of the batch.
Status post(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const TenantId tenant, world.tenant(arguments.named("tenant")));
  RETURN_IF_ERROR(arguments.done());
  const std::vector<Row>& rows = arguments.line().rows;
  v1::PostTransfersRequest request;
  int decimals = 2;
  for (const Row& row : rows) RETURN_IF_ERROR(add_transfer(world, row, decimals, request));
  ASSIGN_OR_RETURN(const auto response, world.run<v1::PostTransfersResponse>(
                                            {tenant, "florin.ledger.v1.LedgerService/PostTransfers", {}}, request,
                                            [&](engine::Work& work) { return ledger::post_transfers(work, request); }));
  std::vector<std::string> results(rows.size(), "created");
  for (const v1::PostedTransfer& posted : response.results()) {
    results[posted.index()] = word_of(v1::TransferResult_Name(posted.result()), result_prefix);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string wanted = cell(rows[i], 5).empty() ? "created" : cell(rows[i], 5);
    if (results[i] != wanted) return differs(fmt::format("transfer {}", cell(rows[i], 0)), wanted, results[i]);
  }
  return ok();
}

constexpr NamedStep steps[] = {{"account", &account}, {"post", &post}};

}  // namespace

Step find_ledger_step(std::string_view name) {
  const auto found = std::ranges::find(steps, name, &NamedStep::name);
  return found == std::end(steps) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
