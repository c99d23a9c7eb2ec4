#include "api/webhooks/http_errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "rpc/wire_error.h"

namespace florin::api {

void set_error(const Error& error, http::ResponseHead& head) {
  head.status = rpc::http_status(error.code());
  if (error.reason() == "method_not_allowed") head.status = 405;
  if (error.reason() == "body_too_large") head.status = 413;
  // To a provider, "too much at once" and "not now" are the same: send it again later.
  if (error.reason() == "overloaded") head.status = 503;
  if (const auto after = error.retry_after()) {
    const std::int64_t seconds = std::max<std::int64_t>(1, (after->micros + 999'999) / 1'000'000);
    head.headers.add("retry-after", fmt::format("{}", seconds));
  }
}

}  // namespace florin::api
