#include "ledger/queries.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ledger/messages.h"
#include "ledger/page_token.h"
#include "ledger/tables.h"
#include "ledger/transfer_views.h"
#include "store/key.h"

namespace florin::ledger {
namespace {

namespace table_id = store::table_id;

std::size_t page_size(std::int32_t asked) {
  return static_cast<std::size_t>(asked <= 0 ? page_size_default : std::min(asked, page_size_max));
}

Error account_not_found() {
  return not_found("account_not_found", "No such account. Check the id, or the path together with its ledger.");
}

std::optional<v1::Account> account_message(const store::Reader& reader, TenantId tenant, U128 id) {
  const auto account = find_account(reader, tenant, id);
  if (!account) return std::nullopt;
  return message_of(*account, account_details(reader, tenant, id));
}

// The account whose row of accounts_by_path a scan stands on.
v1::Account account_at(const store::Reader& reader, TenantId tenant, const store::Scan& scan) {
  CHECK(scan.value().size() == sizeof(U128));
  auto account = account_message(reader, tenant, U128::load(scan.value().data()));
  CHECK(account, "a path names an account that is not there");
  return *std::move(account);
}

// The ledger's name, which a key of accounts_by_path ends with.
std::string_view ledger_of(std::string_view path_key) {
  path_key.remove_suffix(1);
  return path_key.substr(path_key.rfind('\0') + 1);
}

// Lines of one account between two recorded times, to be turned into messages.
struct StatementQuery {
  U128 account;
  std::uint64_t from_us = 0;
  std::uint64_t to_us = ~std::uint64_t{0};  // exclusive
  bool newest_first = false;
};

struct Line {
  std::uint64_t batch_time_us = 0;
  HistoryLine history;
  std::uint64_t time_us() const { return batch_time_us + history.offset; }
};

RowKey history_key(TenantId tenant, U128 account) {
  return RowKey(table_id::transfers_by_account, tenant).id(account);
}

// The rows that may hold lines of the query. The first may start before it, because a row holds several lines.
store::Range history_rows(const store::Reader& reader, TenantId tenant, const StatementQuery& query) {
  const std::string first = history_key(tenant, query.account).u64(query.from_us).string();
  store::Range range{first, history_key(tenant, query.account).u64(query.to_us).string(), query.newest_first};
  const auto before = reader.scan({history_key(tenant, query.account).string(), first, true});
  if (before->valid()) range.from = std::string(before->key());
  return range;
}

std::vector<Line> read_lines(const store::Reader& reader, TenantId tenant, const StatementQuery& query,
                             std::size_t count) {
  std::vector<Line> lines;
  const auto scan = reader.scan(history_rows(reader, tenant, query));
  for (; scan->valid() && lines.size() < count; scan->next()) {
    HistoryRow row = decode_history(scan->value());
    if (query.newest_first) std::ranges::reverse(row.lines);
    for (const HistoryLine& history : row.lines) {
      const Line line{row.batch_time_us, history};
      if (line.time_us() < query.from_us || line.time_us() >= query.to_us) continue;
      if (lines.size() == count) break;
      lines.push_back(line);
    }
  }
  return lines;
}

std::string time_bytes(std::uint64_t time_us) {
  std::string bytes;
  put_u64_be(bytes, time_us);
  return bytes;
}

// The recorded time that a token of statements and transactions carries.
Result<std::uint64_t> token_time(std::string_view query, std::string_view token) {
  ASSIGN_OR_RETURN(const std::string next, read_page_token(query, token));
  if (next.size() != sizeof(std::uint64_t)) return page_token_invalid();
  return load_u64_be(next.data());
}

std::string query_text(std::string_view name, TenantId tenant, std::string_view rest) {
  return std::string(name) + '\0' + tenant.to_string() + std::string(rest);
}

// What `request` asks for, narrowed by its page token.
Result<StatementQuery> statement_query(const v1::GetStatementRequest& request, const std::string& query_name) {
  StatementQuery query{.account = {}, .newest_first = request.newest_first()};
  ASSIGN_OR_RETURN(query.account, id_from_message(request.account_id(), "account_id"));
  if (request.has_from()) {
    ASSIGN_OR_RETURN(query.from_us, time_from_message(request.from(), "from"));
  }
  if (request.has_to()) {
    ASSIGN_OR_RETURN(query.to_us, time_from_message(request.to(), "to"));
  }
  if (request.page_token().empty()) return query;
  ASSIGN_OR_RETURN(const std::uint64_t bound_us, token_time(query_name, request.page_token()));
  if (query.newest_first) {
    query.to_us = std::min(query.to_us, bound_us);
  } else {
    query.from_us = std::max(query.from_us, bound_us);
  }
  return query;
}

std::string statement_name(TenantId tenant, const v1::GetStatementRequest& request) {
  v1::GetStatementRequest rest = request;
  rest.clear_page_size();
  rest.clear_page_token();
  return query_text("statement", tenant, rest.SerializeAsString());
}

}  // namespace

Result<v1::GetAccountResponse> get_account(const store::Reader& reader, TenantId tenant,
                                           const v1::GetAccountRequest& request) {
  ASSIGN_OR_RETURN(U128 id, id_from_message(request.id(), "id"));
  if (request.id().empty()) {
    if (request.path().empty() || request.ledger().empty()) {
      return invalid_argument("account_reference_missing", "Give either the account's id, or its path and ledger.");
    }
    const auto found = find_account_id(reader, tenant, request.path(), request.ledger());
    if (!found) return account_not_found();
    id = *found;
  }
  auto account = account_message(reader, tenant, id);
  if (!account) return account_not_found();
  v1::GetAccountResponse response;
  *response.mutable_account() = *std::move(account);
  return response;
}

Result<v1::ListAccountsResponse> list_accounts(const store::Reader& reader, TenantId tenant,
                                               const v1::ListAccountsRequest& request) {
  const std::string query = query_text("accounts", tenant, request.path_prefix());
  const std::string prefix = path_prefix_key(tenant, request.path_prefix());
  store::Range range{prefix, store::prefix_end(prefix)};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string next, read_page_token(query, request.page_token()));
    range.from += next;
  }
  v1::ListAccountsResponse response;
  const std::size_t count = page_size(request.page_size());
  for (const auto scan = reader.scan(range); scan->valid(); scan->next()) {
    if (static_cast<std::size_t>(response.accounts_size()) == count) {
      response.set_next_page_token(make_page_token(query, scan->key().substr(prefix.size())));
      break;
    }
    *response.add_accounts() = account_at(reader, tenant, *scan);
  }
  return response;
}

Result<v1::GetTransferResponse> get_transfer(const store::Reader& reader, TenantId tenant,
                                             const v1::GetTransferRequest& request) {
  ASSIGN_OR_RETURN(const U128 id, id_from_message(request.id(), "id"));
  const auto record = find_transfer(reader, tenant, id);
  if (!record) return not_found("transfer_not_found", "No such transfer. Check the id.");
  TransferViews views(reader, tenant);
  v1::GetTransferResponse response;
  *response.mutable_transfer() = views.transfer(*record);
  response.set_pending_state(views.pending_state(*record));
  return response;
}

Result<v1::ListTransfersResponse> list_transfers(const store::Reader& reader, TenantId tenant,
                                                 const v1::ListTransfersRequest& request) {
  ASSIGN_OR_RETURN(const U128 transaction, id_from_message(request.transaction_id(), "transaction_id"));
  const std::string query = query_text("transfers", tenant, request.transaction_id());
  std::uint64_t from_us = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(from_us, token_time(query, request.page_token()));
  }
  const std::size_t count = page_size(request.page_size());
  const std::string prefix = RowKey(table_id::transfers_by_transaction, tenant).id(transaction).string();
  store::Range range{prefix + time_bytes(from_us), store::prefix_end(prefix)};
  // A run may start before the page and reach into it.
  const auto before = reader.scan({prefix, range.from, true});
  if (before->valid()) range.from = std::string(before->key());

  v1::ListTransfersResponse response;
  TransferViews views(reader, tenant);
  ChunkReader chunks(reader, tenant);
  for (const auto scan = reader.scan(range); scan->valid(); scan->next()) {
    const auto run = decode_row<TransferRun>(scan->value());
    for (std::uint32_t offset = run.offset; offset < run.offset + run.count; ++offset) {
      const std::uint64_t time_us = run.batch_time_us + offset;
      if (time_us < from_us) continue;
      if (static_cast<std::size_t>(response.transfers_size()) == count) {
        response.set_next_page_token(make_page_token(query, time_bytes(time_us)));
        return response;
      }
      *response.add_transfers() = views.view(chunks.at(run.batch_time_us, offset));
    }
  }
  return response;
}

Result<v1::GetStatementResponse> get_statement(const store::Reader& reader, TenantId tenant,
                                               const v1::GetStatementRequest& request) {
  const std::string name = statement_name(tenant, request);
  ASSIGN_OR_RETURN(const StatementQuery query, statement_query(request, name));
  const auto account = find_account(reader, tenant, query.account);
  if (!account) return account_not_found();

  v1::GetStatementResponse response;
  if (query.from_us >= query.to_us) return response;
  const std::size_t count = page_size(request.page_size());
  const auto lines = read_lines(reader, tenant, query, count + 1);
  TransferViews views(reader, tenant);
  ChunkReader chunks(reader, tenant);
  for (const Line& line : lines) {
    if (static_cast<std::size_t>(response.lines_size()) == count) {
      const std::uint64_t bound_us = query.newest_first ? line.time_us() + 1 : line.time_us();
      response.set_next_page_token(make_page_token(name, time_bytes(bound_us)));
      break;
    }
    v1::StatementLine& message = *response.add_lines();
    *message.mutable_transfer() = views.view(chunks.at(line.batch_time_us, line.history.offset));
    message.set_balance(balance_text(static_cast<Int128>(line.history.net_debit.value()), account->account_class));
  }
  return response;
}

Result<v1::GetTrialBalanceResponse> get_trial_balance(const store::Reader& reader, TenantId tenant,
                                                      const v1::GetTrialBalanceRequest& request) {
  std::map<std::string, v1::LedgerTotals, std::less<>> ledgers;
  std::uint64_t accounts = 0;
  const std::string prefix = RowKey(table_id::ledger_totals, tenant).string();
  for (const auto scan = reader.scan({prefix, store::prefix_end(prefix)}); scan->valid(); scan->next()) {
    const auto row = decode_row<LedgerTotalsRow>(scan->value());
    const std::string name(row.name_text());
    if (!request.ledger().empty() && request.ledger() != name) continue;
    v1::LedgerTotals& totals = ledgers[name];
    totals.set_ledger(name);
    totals.set_debits_posted(decimal(row.balances.debits_posted.value()));
    totals.set_credits_posted(decimal(row.balances.credits_posted.value()));
    totals.set_debits_pending(decimal(row.balances.debits_pending.value()));
    totals.set_credits_pending(decimal(row.balances.credits_pending.value()));
    accounts += row.accounts;
  }
  v1::GetTrialBalanceResponse response;
  if (accounts <= trial_balance_accounts_max) {
    const std::string paths = path_prefix_key(tenant, {});
    for (const auto scan = reader.scan({paths, store::prefix_end(paths)}); scan->valid(); scan->next()) {
      const auto ledger = ledgers.find(ledger_of(scan->key()));
      if (ledger != ledgers.end()) *ledger->second.add_accounts() = account_at(reader, tenant, *scan);
    }
  }
  for (auto& [name, totals] : ledgers) *response.add_ledgers() = std::move(totals);
  return response;
}

}  // namespace florin::ledger
