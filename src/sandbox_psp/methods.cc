#include "sandbox_psp/methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace florin::sandbox_psp {
namespace {

// The check digits of the IBAN are right (ISO 7064, mod 97-10); the bank code 00000000 is nobody's.
constexpr std::array accounts = {
    BankAccount{"EUR", "DE52000000000012345678", "FLRNDEXX"},
    BankAccount{"GBP", "12345678", "00-00-00"},
    BankAccount{"INR", "00000012345678", "FLRN0000001"},
    BankAccount{"USD", "0012345678", "000000000"},
};

constexpr std::string_view upi_currencies[] = {"INR"};
constexpr std::string_view bank_currencies[] = {"EUR", "GBP", "INR", "USD"};
constexpr std::string_view instalment_currencies[] = {"EUR", "GBP", "USD"};
static_assert(std::ranges::equal(accounts, bank_currencies, {}, &BankAccount::currency));

constexpr MethodRules card{.currencies = {}, .sends_shopper = true, .captures_at_once = false};
constexpr MethodRules wallet{.currencies = {}, .sends_shopper = true, .captures_at_once = false};
constexpr MethodRules upi{.currencies = upi_currencies, .sends_shopper = false, .captures_at_once = true};
constexpr MethodRules bank_transfer{.currencies = bank_currencies, .sends_shopper = false, .captures_at_once = true};
constexpr MethodRules instalments{
    .currencies = instalment_currencies, .sends_shopper = true, .captures_at_once = false};

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

const MethodRules& rules_of(Method method) {
  switch (method) {
    case Method::card:
      return card;
    case Method::wallet:
      return wallet;
    case Method::upi:
      return upi;
    case Method::bank_transfer:
      return bank_transfer;
    case Method::buy_now_pay_later:
      break;
  }
  return instalments;
}

bool takes(Method method, std::string_view currency) {
  const auto currencies = rules_of(method).currencies;
  return currencies.empty() || std::ranges::find(currencies, currency) != currencies.end();
}

const BankAccount& bank_account_of(std::string_view currency) {
  const auto found = std::ranges::find(accounts, currency, &BankAccount::currency);
  CHECK(found != accounts.end(), "no bank account takes {}", currency);
  return *found;
}

std::string upi_url(const UpiRequest& request) {
  return fmt::format("upi://pay?pa=shop@sandbox&pn={}&am={}.{:02}&cu=INR&tr={}", percent_encode(request.payee_name),
                     request.amount_minor / 100, request.amount_minor % 100, request.reference);
}

}  // namespace florin::sandbox_psp
