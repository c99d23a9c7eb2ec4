#include "cards/card_number.h"

#include <algorithm>
#include <array>

namespace florin::cards {
namespace {

struct BrandRow {
  Brand brand;
  std::string_view name;
};

constexpr std::array brands = {
    BrandRow{Brand::amex, "amex"},   BrandRow{Brand::diners, "diners"},     BrandRow{Brand::discover, "discover"},
    BrandRow{Brand::jcb, "jcb"},     BrandRow{Brand::maestro, "maestro"},   BrandRow{Brand::mastercard, "mastercard"},
    BrandRow{Brand::rupay, "rupay"}, BrandRow{Brand::unionpay, "unionpay"}, BrandRow{Brand::visa, "visa"},
};

// Numbers that begin with `first` to `last`, both of so many digits.
struct Range {
  std::uint32_t first;
  std::uint32_t last;
  Brand brand;
  std::uint8_t digits_min;
  std::uint8_t digits_max;
};

// The narrower range stands before the wider one that holds it.
constexpr std::array ranges = {
    Range{34, 34, Brand::amex, 15, 15},           Range{37, 37, Brand::amex, 15, 15},
    Range{36, 36, Brand::diners, 14, 19},         Range{300, 305, Brand::diners, 14, 19},
    Range{3095, 3095, Brand::diners, 14, 19},     Range{38, 39, Brand::diners, 14, 19},
    Range{3528, 3589, Brand::jcb, 16, 19},        Range{508500, 508999, Brand::rupay, 16, 16},
    Range{606985, 607984, Brand::rupay, 16, 16},  Range{608001, 608500, Brand::rupay, 16, 16},
    Range{652150, 653149, Brand::rupay, 16, 16},  Range{817200, 820199, Brand::rupay, 16, 16},
    Range{6011, 6011, Brand::discover, 16, 19},   Range{644, 649, Brand::discover, 16, 19},
    Range{65, 65, Brand::discover, 16, 19},       Range{62, 62, Brand::unionpay, 16, 19},
    Range{2221, 2720, Brand::mastercard, 16, 16}, Range{51, 55, Brand::mastercard, 16, 16},
    Range{5018, 5018, Brand::maestro, 12, 19},    Range{5020, 5020, Brand::maestro, 12, 19},
    Range{5038, 5038, Brand::maestro, 12, 19},    Range{5893, 5893, Brand::maestro, 12, 19},
    Range{6304, 6304, Brand::maestro, 12, 19},    Range{6759, 6759, Brand::maestro, 12, 19},
    Range{6761, 6763, Brand::maestro, 12, 19},    Range{4, 4, Brand::visa, 13, 19},
};

constexpr std::size_t decimal_digits(std::uint32_t number) {
  std::size_t count = 1;
  while (number >= 10) {
    number /= 10;
    ++count;
  }
  return count;
}

const Range* range_of(std::string_view digits) {
  for (const Range& range : ranges) {
    const std::size_t length = decimal_digits(range.first);
    if (digits.size() < length) continue;
    std::uint32_t prefix = 0;
    for (const char c : digits.substr(0, length)) prefix = prefix * 10 + static_cast<std::uint32_t>(c - '0');
    if (prefix >= range.first && prefix <= range.last) return &range;
  }
  return nullptr;
}

// Visa issues 13, 16 and 19 digits and none between.
bool fits(const Range& range, std::size_t digits) {
  if (range.brand == Brand::visa) return digits == 13 || digits == 16 || digits == 19;
  return digits >= range.digits_min && digits <= range.digits_max;
}

}  // namespace

std::string_view brand_name(Brand brand) {
  const auto found = std::ranges::find(brands, brand, &BrandRow::brand);
  return found == brands.end() ? std::string_view() : found->name;
}

std::optional<Brand> brand_from_name(std::string_view name) {
  const auto found = std::ranges::find(brands, name, &BrandRow::name);
  if (found == brands.end()) return std::nullopt;
  return found->brand;
}

std::optional<Brand> brand_of(std::string_view digits) {
  const Range* range = range_of(digits);
  if (range == nullptr) return std::nullopt;
  return range->brand;
}

bool has_length(Brand brand, std::size_t digits) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return range.brand == brand && fits(range, digits); });
}

bool is_card_number(std::string_view digits) {
  const Range* range = range_of(digits);
  return range != nullptr && fits(*range, digits.size()) && passes_luhn(digits);
}

}  // namespace florin::cards
