#include "effects/http_sender.h"

namespace florin::effects {
namespace {

// More than any PSP answers.
constexpr std::size_t reply_bytes_max = 1 << 20;

SendResult result_of(http::Delivery delivery, http::Reply reply, std::string detail) {
  switch (delivery) {
    case http::Delivery::replied:
      return {.outcome = TryOutcome::answered,
              .reply = {.status = reply.status, .headers = std::move(reply.headers), .body = std::move(reply.body)}};
    case http::Delivery::not_sent:
      return {.outcome = TryOutcome::not_sent, .detail = std::move(detail)};
    case http::Delivery::unknown:
      break;
  }
  return {.outcome = TryOutcome::unknown, .detail = std::move(detail)};
}

using Done = std::move_only_function<void(SendResult)>;

void send_through(vault::VaultClient* vault, connectors::PspHttpRequest request, Duration timeout, Done done) {
  if (vault == nullptr) {
    return done({.outcome = TryOutcome::not_sent, .detail = "No vault is configured.", .permanent = true});
  }
  vault->send({.token = std::move(request.vault_token),
               .claimant = std::move(request.vault_claimant),
               .method = std::move(request.method),
               .url = std::move(request.url),
               .headers = std::move(request.headers),
               .body = std::move(request.body)},
              timeout, [done = std::move(done)](vault::SendOutcome outcome) mutable {
                SendResult result = result_of(outcome.delivery, std::move(outcome.reply), std::move(outcome.detail));
                result.permanent = outcome.permanent;
                result.short_of_provider = outcome.vault_failed;
                done(std::move(result));
              });
}

}  // namespace

Send http_sender(http::Client& client, vault::VaultClient* vault) {
  return [&client, vault](connectors::PspHttpRequest request, Duration timeout, Done done) {
    if (!request.vault_token.empty()) return send_through(vault, std::move(request), timeout, std::move(done));
    http::ClientRequest sent{.method = std::move(request.method),
                             .url = std::move(request.url),
                             .headers = std::move(request.headers),
                             .body = std::move(request.body)};
    sent.connect_timeout = std::min(sent.connect_timeout, timeout);
    sent.total_timeout = timeout;
    sent.reply_bytes_max = reply_bytes_max;
    client.send(std::move(sent), [done = std::move(done)](http::ClientOutcome outcome) mutable {
      std::string detail = outcome.error ? outcome.error->message() : std::string();
      done(result_of(outcome.delivery, std::move(outcome.reply), std::move(detail)));
    });
  };
}

}  // namespace florin::effects
