#include "base/money.h"

#include <fmt/format.h>

#include <algorithm>

namespace florin {
namespace {

// ISO 4217 list one (active codes of funds and precious metals left out), in alphabetical order, by minor-unit digits.
constexpr std::array no_digits = std::to_array<std::string_view>(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"});
constexpr std::array three_digits = std::to_array<std::string_view>({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"});
constexpr std::array two_digits = std::to_array<std::string_view>(
    {"AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
     "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP",
     "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
     "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR",
     "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
     "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN",
     "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
     "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD",
     "TZS", "UAH", "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "YER", "ZAR", "ZMW", "ZWG"});

static_assert(std::ranges::is_sorted(no_digits) && std::ranges::is_sorted(two_digits) &&
              std::ranges::is_sorted(three_digits));

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  const bool known = std::ranges::binary_search(two_digits, code) || std::ranges::binary_search(no_digits, code) ||
                     std::ranges::binary_search(three_digits, code);
  if (!known) return std::nullopt;
  return Currency(code);
}

int Currency::exponent() const {
  if (std::ranges::binary_search(no_digits, code())) return 0;
  if (std::ranges::binary_search(three_digits, code())) return 3;
  return 2;
}

std::string Money::to_string() const {
  const int digits = currency.exponent();
  if (digits == 0) return fmt::format("{} {}", minor, currency.code());
  const std::uint64_t unit = digits == 2 ? 100 : 1000;
  const std::uint64_t magnitude = minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  return fmt::format("{}{}.{:0{}} {}", minor < 0 ? "-" : "", magnitude / unit, magnitude % unit, digits,
                     currency.code());
}

}  // namespace florin
