// Methods: the kinds of payment methods that the sandbox takes, and their rules. docs/sandbox.md describes them for
// users.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace florin::sandbox_psp {

enum class Method : std::uint8_t { card, wallet, upi, bank_transfer, buy_now_pay_later };

struct MethodRules {
  // Empty: every currency.
  std::span<const std::string_view> currencies;
  // The shopper is sent to a page and comes back. Otherwise they act elsewhere, and the page is for a tester.
  bool sends_shopper;
  // There is no authorization: what is approved is captured, whatever was asked.
  bool captures_at_once;
};

const MethodRules& rules_of(Method method);
bool takes(Method method, std::string_view currency);

// Where the shopper is to send money of this currency. Accounts at a bank that does not exist.
struct BankAccount {
  std::string_view currency;
  std::string_view number;  // IBAN, or the account number where there is none
  std::string_view code;    // BIC, sort code, routing number or IFSC
};

inline constexpr std::string_view account_holder = "Florin Sandbox";
inline constexpr std::string_view bank_name = "Sandbox Test Bank";

// Of a currency that bank transfers take.
const BankAccount& bank_account_of(std::string_view currency);

struct UpiRequest {
  std::string_view payee_name;
  std::int64_t amount_minor;
  std::string_view reference;
};

// NPCI, UPI Linking Specification 1.6: pa is the payee's address, pn the payee's name, am the amount in rupees with two
// decimals, cu the currency, tr the payee's reference of at most 35 letters and digits.
std::string upi_url(const UpiRequest& request);

}  // namespace florin::sandbox_psp
