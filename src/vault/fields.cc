#include "vault/fields.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "crypto/seal.h"

namespace florin::vault {

struct Fields::Json {
  nlohmann::json value;

  const nlohmann::json* find(const char* name) const {
    if (!value.is_object()) return nullptr;
    const auto found = value.find(name);
    return found == value.end() || found->is_null() ? nullptr : &*found;
  }
};

Fields::Fields(std::string_view body) : json_(new Json{nlohmann::json::parse(body, nullptr, false)}) {
  if (!json_->value.is_object()) fail("", "must be a JSON object");
}

Fields::~Fields() {
  if (!json_->value.is_object()) return;
  for (auto& [name, value] : json_->value.items()) {
    if (value.is_string()) crypto::wipe(value.get_ref<std::string&>());
  }
}

void Fields::text(const char* name, std::string& out) {
  const nlohmann::json* value = json_->find(name);
  if (value == nullptr) return;
  if (!value->is_string()) return fail(name, "must be a text");
  out = value->get_ref<const std::string&>();
}

void Fields::number(const char* name, std::uint32_t& out) {
  const nlohmann::json* value = json_->find(name);
  if (value == nullptr) return;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() <= UINT32_MAX) {
    out = value->get<std::uint32_t>();
    return;
  }
  if (value->is_string()) {
    const auto& digits = value->get_ref<const std::string&>();
    const char* end = digits.data() + digits.size();
    const auto [last, error] = std::from_chars(digits.data(), end, out);
    if (!digits.empty() && digits.size() <= 9 && error == std::errc() && last == end) return;
  }
  fail(name, "must be a whole number");
}

void Fields::pairs(const char* name, std::vector<std::pair<std::string, std::string>>& out) {
  const nlohmann::json* value = json_->find(name);
  if (value == nullptr) return;
  const auto is_pair = [](const nlohmann::json& each) {
    return each.is_array() && each.size() == 2 && each[0].is_string() && each[1].is_string();
  };
  if (!value->is_array() || !std::ranges::all_of(*value, is_pair)) {
    return fail(name, R"(must be pairs of texts: [["name", "value"]])");
  }
  for (const auto& each : *value) out.emplace_back(each[0].get<std::string>(), each[1].get<std::string>());
}

void Fields::only(std::initializer_list<std::string_view> known) {
  if (!json_->value.is_object()) return;
  for (const auto& [name, value] : json_->value.items()) {
    if (std::ranges::find(known, name) == known.end()) return fail("", "must have no fields but the documented ones");
  }
}

void Fields::fail(std::string_view field, std::string_view rule) {
  const auto same = [&](const FieldViolation& each) { return each.field == field; };
  // The first thing wrong with a field explains the others.
  if (std::ranges::none_of(violations_, same)) violations_.push_back({std::string(field), std::string(rule)});
}

Status Fields::result(std::string_view reason, std::string message) const {
  if (violations_.empty()) return ok();
  Error error = invalid_argument(reason, std::move(message));
  for (const FieldViolation& each : violations_) {
    error = std::move(error).with_violation(each.field.empty() ? "body" : each.field, each.description);
  }
  return error;
}

}  // namespace florin::vault
