// Result<T>: a value or an Error. Our code does not throw; every operation that can fail returns one.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace florin {

// What a Result without a value carries.
struct Unit {
  bool operator==(const Unit&) const = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}      // NOLINT: implicit on purpose

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Asking for a value that is not there is a bug.
  T& value() & {
    CHECK(ok(), "{}", error().to_string());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok(), "{}", error().to_string());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok(), "{}", error().to_string());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

using Status = Result<Unit>;

inline Status ok() {
  return Unit{};
}

}  // namespace florin

// Leaves the function with the error of `expression`, a Result, if it has one.
#define RETURN_IF_ERROR(expression)                                            \
  do {                                                                         \
    if (auto florin_result = (expression); !florin_result.ok()) [[unlikely]] { \
      return std::move(florin_result).error();                                 \
    }                                                                          \
  } while (false)

#define FLORIN_CONCAT_INNER(a, b) a##b
#define FLORIN_CONCAT(a, b) FLORIN_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto x, f()): declares x as f's value, or leaves the function with f's error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(FLORIN_CONCAT(florin_result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) [[unlikely]]                                \
    return std::move(result).error();                           \
  declaration = std::move(result).value()
