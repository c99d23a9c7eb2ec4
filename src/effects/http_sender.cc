#include "effects/http_sender.h"

namespace florin::effects {
namespace {

// More than any PSP answers.
constexpr std::size_t reply_bytes_max = 1 << 20;

SendResult result_of(http::ClientOutcome outcome) {
  switch (outcome.delivery) {
    case http::Delivery::replied:
      return {.outcome = TryOutcome::answered,
              .reply = {.status = outcome.reply.status,
                        .headers = std::move(outcome.reply.headers),
                        .body = std::move(outcome.reply.body)}};
    case http::Delivery::not_sent:
      return {.outcome = TryOutcome::not_sent, .detail = outcome.error ? outcome.error->message() : std::string()};
    case http::Delivery::unknown:
      break;
  }
  return {.outcome = TryOutcome::unknown, .detail = outcome.error ? outcome.error->message() : std::string()};
}

}  // namespace

Send http_sender(http::Client& client) {
  return [&client](connectors::PspHttpRequest request, Duration timeout,
                   std::move_only_function<void(SendResult)> done) {
    http::ClientRequest sent{.method = std::move(request.method),
                             .url = std::move(request.url),
                             .headers = std::move(request.headers),
                             .body = std::move(request.body)};
    sent.connect_timeout = std::min(sent.connect_timeout, timeout);
    sent.total_timeout = timeout;
    sent.reply_bytes_max = reply_bytes_max;
    client.send(std::move(sent),
                [done = std::move(done)](http::ClientOutcome outcome) mutable { done(result_of(std::move(outcome))); });
  };
}

}  // namespace florin::effects
