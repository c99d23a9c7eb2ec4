#include "http/exchange.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace florin::http {

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return field.value;
  }
  return std::nullopt;
}

Error body_too_large(std::size_t limit_bytes) {
  return resource_exhausted("body_too_large",
                            fmt::format("The request body is larger than the {} bytes allowed here.", limit_bytes),
                            std::nullopt);
}

namespace {

// What the request says of its body's length; 0 where it says nothing.
std::uint64_t announced_bytes(const Exchange& exchange) {
  const std::string_view text = exchange.request().headers.get("content-length").value_or("");
  std::uint64_t bytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes;
}

}  // namespace

Task<Result<std::string>> read_whole_body(Exchange& exchange, std::size_t limit_bytes) {
  std::string body;
  for (;;) {
    auto piece = co_await exchange.read_body();
    if (!piece.ok()) {
      // The transport refuses what is announced beyond its own limit, which is the higher one.
      const bool is_above_both = piece.error().reason() == "body_too_large" && announced_bytes(exchange) > limit_bytes;
      co_return is_above_both ? body_too_large(limit_bytes) : std::move(piece).error();
    }
    if (!piece->has_value()) co_return body;
    if (piece->value().size() > limit_bytes - body.size()) co_return body_too_large(limit_bytes);
    if (body.empty()) {
      body = std::move(**piece);
    } else {
      body += **piece;
    }
  }
}

}  // namespace florin::http
