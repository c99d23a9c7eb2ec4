#include "http/exchange.h"

#include <fmt/format.h>

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

Task<Result<std::string>> read_whole_body(Exchange& exchange, std::size_t limit_bytes) {
  std::string body;
  for (;;) {
    auto piece = co_await exchange.read_body();
    if (!piece.ok()) co_return std::move(piece).error();
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
