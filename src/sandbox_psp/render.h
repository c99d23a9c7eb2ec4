// The sandbox's JSON, as its API and its webhooks show it.
#pragma once

#include <string>
#include <string_view>

#include "sandbox_psp/books.h"

namespace florin::sandbox_psp {

// "psp_17", "op_4", "evt_9". The number of an id with this prefix, or 0.
std::string payment_id(std::uint32_t number);
std::string operation_id(std::uint32_t number);
std::uint32_t parse_number(std::string_view prefix, std::string_view id);

std::string_view kind_name(OperationKind kind);

// What is asked of the shopper: a page to visit, or what follows it.
struct ShopperAction {
  std::string page_url{};
  std::string app_url{};
  // For a transfer from the shopper's bank: what to write into it.
  std::string bank_reference{};
  std::string test_url{};
};

// `action` only where the payment waits for the shopper.
std::string render_payment(const Books& books, std::uint32_t number, const ShopperAction& action);
// With the payment inside.
std::string render_operation(const Books& books, std::uint32_t number);
std::string render_payment_event(const Books& books, std::uint64_t event, std::uint32_t payment, Timestamp at);
std::string render_operation_event(const Books& books, std::uint64_t event, std::uint32_t operation, Timestamp at);
std::string render_balance_report(const Books& books);
std::string render_error(std::string_view code, std::string_view message);

// Appends `text` as a JSON string. Bytes above ASCII are taken for UTF-8.
void append_json_text(std::string& out, std::string_view text);

}  // namespace florin::sandbox_psp
