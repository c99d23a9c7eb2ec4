// The fields of the sandbox's JSON answers, each with what it must be.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/money.h"

namespace florin::connectors::sandbox {

using Json = nlohmann::json;

// The end of the year 9999; microseconds of it fit 64 bits.
inline constexpr std::int64_t seconds_max = 253'402'300'799;

// The fields of one JSON object. A field that is missing or of another kind makes the whole answer unreadable: ok()
// turns false.
class Fields {
 public:
  explicit Fields(const Json* object) : object_(object), ok_(object != nullptr && object->is_object()) {}

  bool ok() const { return ok_; }

  std::string text(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_string()) return fail(std::string());
    return value->get_ref<const std::string&>();
  }
  // Empty if there is none.
  std::string optional_text(const char* name) { return find(name) == nullptr ? std::string() : text(name); }

  std::int64_t amount(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || !value->is_number_integer()) return fail<std::int64_t>(0);
    // As unsigned: a number above 2^63 would come back negative.
    if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(amount_minor_max)) {
      return fail<std::int64_t>(0);
    }
    const auto number = value->get<std::int64_t>();
    return number < 0 || number > amount_minor_max ? fail<std::int64_t>(0) : number;
  }

  // Seconds since 1970 UTC; 0 if there are none.
  std::int64_t optional_seconds(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) return fail<std::int64_t>(0);
    const auto seconds = value->get<std::uint64_t>();
    const bool is_sane = seconds > 0 && seconds <= static_cast<std::uint64_t>(seconds_max);
    return is_sane ? static_cast<std::int64_t>(seconds) : fail<std::int64_t>(0);
  }

  Fields object(const char* name) { return Fields(find(name)); }
  bool has(const char* name) const { return find(name) != nullptr; }

 private:
  const Json* find(const char* name) const {
    if (object_ == nullptr || !object_->is_object()) return nullptr;
    const auto found = object_->find(name);
    return found == object_->end() ? nullptr : &*found;
  }
  template <class T>
  T fail(T value) {
    ok_ = false;
    return value;
  }

  const Json* object_;
  bool ok_;
};

}  // namespace florin::connectors::sandbox
