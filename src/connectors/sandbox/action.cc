#include "connectors/sandbox/action.h"

#include <algorithm>

namespace florin::connectors::sandbox {
namespace {

constexpr std::size_t url_bytes_max = 2'000;
constexpr std::size_t transfer_text_bytes_max = 140;

// Shoppers are sent to it: no address of another kind, and nothing that a browser reads otherwise.
bool is_url_of(std::initializer_list<std::string_view> beginnings, std::string_view url) {
  const bool known = std::ranges::any_of(beginnings, [&](std::string_view each) { return url.starts_with(each); });
  return known && url.size() <= url_bytes_max && std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

// A line that a shopper copies into their bank's form.
bool is_transfer_text(std::string_view text) {
  return !text.empty() && text.size() <= transfer_text_bytes_max &&
         std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

std::optional<v1::PspBankTransfer> read_bank_transfer(Fields fields) {
  v1::PspBankTransfer transfer;
  transfer.set_account_holder(fields.text("account_holder"));
  transfer.set_account_number(fields.text("account_number"));
  transfer.set_bank_code(fields.text("bank_code"));
  transfer.set_bank_name(fields.text("bank_name"));
  transfer.set_reference(fields.text("reference"));
  const bool is_sane = is_transfer_text(transfer.account_holder()) && is_transfer_text(transfer.account_number()) &&
                       is_transfer_text(transfer.bank_code()) && is_transfer_text(transfer.bank_name()) &&
                       is_transfer_text(transfer.reference());
  return fields.ok() && is_sane ? std::optional(std::move(transfer)) : std::nullopt;
}

}  // namespace

bool is_page(std::string_view url) {
  return is_url_of({"https://", "http://"}, url);
}

std::optional<v1::PspAction> read_action(Fields fields) {
  v1::PspAction action;
  action.set_app_url(fields.optional_text("app_url"));
  action.set_test_url(fields.optional_text("test_url"));
  action.set_expire_time_micros(fields.optional_seconds("expires_at") * 1'000'000);
  if (!action.app_url().empty() && !is_url_of({"upi://pay?", "https://"}, action.app_url())) return std::nullopt;
  if (!action.test_url().empty() && !is_page(action.test_url())) return std::nullopt;
  if (fields.has("bank_transfer")) {
    auto transfer = read_bank_transfer(fields.object("bank_transfer"));
    if (!transfer) return std::nullopt;
    *action.mutable_bank_transfer() = *std::move(transfer);
  }
  const bool asks = !action.app_url().empty() || action.has_bank_transfer();
  return fields.ok() && asks ? std::optional(std::move(action)) : std::nullopt;
}

}  // namespace florin::connectors::sandbox
