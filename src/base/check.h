// CHECK: an invariant that only a bug can break. On in every build. Prints the condition, the place and the message and
// ends the process: a wrong fact must never be written.
//
// VERIFY: the same for checks that cost O(N); on in tests and in the simulator (FLORIN_VERIFY defined), off otherwise.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace florin {

// Prints and aborts. Never returns.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view message) noexcept;

}  // namespace florin

#define CHECK(condition, ...)                                                                               \
  do {                                                                                                      \
    if (!(condition)) [[unlikely]] {                                                                        \
      ::florin::check_failed(__FILE__, __LINE__, #condition, ::florin::detail::check_message(__VA_ARGS__)); \
    }                                                                                                       \
  } while (false)

#ifdef FLORIN_VERIFY
#define VERIFY(condition, ...) CHECK(condition, __VA_ARGS__)
#else
#define VERIFY(condition, ...) \
  do {                         \
  } while (false)
#endif

namespace florin::detail {

inline std::string check_message() {
  return {};
}

template <class... Args>
std::string check_message(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}

}  // namespace florin::detail
