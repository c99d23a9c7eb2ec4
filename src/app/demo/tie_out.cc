#include "app/demo/tie_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "app/demo/address.h"
#include "base/money.h"
#include "florin/ledger/v1/ledger.connect.h"
#include "florin/tenants/v1/tenants.connect.h"
#include "http/blocking_client.h"

namespace florin::app {
namespace {

using nlohmann::json;

struct Amounts {
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t authorized = 0;
};
using ByCurrency = std::map<std::string, Amounts>;

Result<json> read_provider(const Endpoints& endpoints, std::string_view target) {
  ASSIGN_OR_RETURN(const auto address, parse_address(endpoints.sandbox_psp));
  ASSIGN_OR_RETURN(auto client, http::BlockingClient::connect(address.host, address.port));
  http::BlockingClient::Request request;
  request.target = target;
  request.headers.add("authorization", "Bearer " + endpoints.sandbox_psp_key);
  ASSIGN_OR_RETURN(const auto reply, client.send(request));
  json body = json::parse(reply.body, nullptr, false);
  if (reply.status != 200 || !body.is_object()) {
    return unavailable("provider_unreadable", fmt::format("The provider answered {} to {}.", reply.status, target));
  }
  return body;
}

std::int64_t sum_of(const json& currency, const char* what) {
  return currency.contains(what) ? currency[what].value("sum", std::int64_t{0}) : 0;
}

Result<ByCurrency> provider_books(const Endpoints& endpoints) {
  ASSIGN_OR_RETURN(const json report, read_provider(endpoints, "/v1/balance-report"));
  ByCurrency books;
  for (const json& currency : report.value("currencies", json::array())) {
    Amounts& amounts = books[currency.value("currency", std::string())];
    amounts.captured = sum_of(currency, "captured");
    amounts.refunded = sum_of(currency, "refunded");
    amounts.authorized = sum_of(currency, "authorized") - amounts.captured - sum_of(currency, "voided");
  }
  return books;
}

// Every payment whose reference the provider has charged more than once.
Result<std::vector<std::string>> charged_twice(const Endpoints& endpoints) {
  ASSIGN_OR_RETURN(const json report, read_provider(endpoints, "/v1/duplicate-charges"));
  std::vector<std::string> references;
  for (const json& duplicate : report.value("data", json::array())) {
    references.push_back(duplicate.value("reference", std::string()));
  }
  return references;
}

std::int64_t number(const std::string& decimal) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  CHECK(error == std::errc() && end == decimal.data() + decimal.size(), "{} is no amount", decimal);
  return value;
}

void add_tenant(const ledger::v1::GetTrialBalanceResponse& balance, ByCurrency& books) {
  for (const auto& ledger : balance.ledgers()) {
    const std::string currency = ledger.ledger().substr(0, ledger.ledger().find('/'));
    for (const auto& account : ledger.accounts()) {
      Amounts& amounts = books[currency];
      if (account.path() == "psp/sandbox/receivable") {
        amounts.captured += number(account.debits_posted());
        amounts.refunded += number(account.credits_posted());
      } else if (account.path() == "psp/sandbox/pending") {
        amounts.authorized += number(account.debits_pending());
      }
    }
  }
}

// The platform's key reads each tenant's trial balance.
Result<ByCurrency> ledger_books(const Endpoints& endpoints) {
  ASSIGN_OR_RETURN(const auto address, parse_address(endpoints.api));
  const auto channel = rpc::http_channel(address);
  rpc::CallOptions options;
  options.headers.add("authorization", "Bearer " + endpoints.platform_key);
  tenants::v1::TenantServiceClient tenants(*channel);
  ledger::v1::LedgerServiceClient ledgers(*channel);
  ByCurrency books;
  tenants::v1::ListTenantsRequest list;
  do {
    ASSIGN_OR_RETURN(const auto page, tenants.list_tenants(list, options));
    for (const auto& tenant : page.tenants()) {
      rpc::CallOptions for_tenant = options;
      for_tenant.headers.add("florin-tenant", tenant.id());
      ASSIGN_OR_RETURN(const auto balance, ledgers.get_trial_balance({}, for_tenant));
      add_tenant(balance, books);
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return books;
}

std::string money(const std::string& currency, std::int64_t minor) {
  const auto known = Currency::parse(currency);
  return known ? Money{*known, minor}.to_string() : fmt::format("{} {}", minor, currency);
}

}  // namespace

bool TieOut::is_zero() const {
  return charged_twice.empty() &&
         std::ranges::all_of(lines, [](const TieOutLine& line) { return line.difference() == 0; });
}

std::string TieOut::to_string() const {
  std::string text =
      fmt::format("{:<10}{:<20}{:>24}{:>24}{:>20}\n", "currency", "money", "provider's books", "ledger", "difference");
  for (const TieOutLine& line : lines) {
    text += fmt::format("{:<10}{:<20}{:>24}{:>24}{:>20}\n", line.currency, line.what,
                        money(line.currency, line.provider_minor), money(line.currency, line.ledger_minor),
                        money(line.currency, line.difference()));
  }
  text += fmt::format("charged twice: {}\n", charged_twice.size());
  for (const std::string& reference : charged_twice) text += fmt::format("  {}\n", reference);
  text += is_zero() ? "tie-out: difference 0\n" : "tie-out: THE BOOKS DIFFER\n";
  return text;
}

Result<TieOut> tie_out(const Endpoints& endpoints) {
  ASSIGN_OR_RETURN(ByCurrency provider, provider_books(endpoints));
  ASSIGN_OR_RETURN(ByCurrency ledger, ledger_books(endpoints));
  for (const auto& [currency, amounts] : ledger) provider.try_emplace(currency);
  TieOut result;
  for (const auto& [currency, theirs] : provider) {
    const Amounts& ours = ledger[currency];
    result.lines.push_back({currency, "captured", theirs.captured, ours.captured});
    result.lines.push_back({currency, "refunded", theirs.refunded, ours.refunded});
    result.lines.push_back({currency, "authorized, open", theirs.authorized, ours.authorized});
  }
  ASSIGN_OR_RETURN(result.charged_twice, charged_twice(endpoints));
  return result;
}

}  // namespace florin::app
