// VaultClient: the platform's side of a vault: claims tokens and sends requests to providers through it. Sees no card.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/task.h"
#include "cards/summary.h"
#include "http/client.h"

namespace florin::vault {

struct ClaimRequest {
  std::string token;
  std::string tenant_id;
  std::string claimant;
};

// A request to a provider whose body has the placeholders {{card.number}}, {{card.exp_month}}, {{card.exp_year}},
// {{card.cvc}} and {{card.name}}; the code and name may turn out empty.
struct SendRequest {
  std::string token;
  std::string claimant;
  std::string method;
  std::string url;
  http::Headers headers;
  std::string body;
};

struct SendOutcome {
  // replied: the provider's answer is there. not_sent: the provider provably never got the request.
  http::Delivery delivery = http::Delivery::unknown;
  http::Reply reply{};
  std::string detail{};
  // not_sent, and the same request never will be: its token is gone, or its host may not receive cards.
  bool permanent = false;
  // not_sent because the vault could not be reached or had too much to do; the provider has no part in it.
  bool vault_failed = false;
};

// Thread-safe.
class VaultClient {
 public:
  // `base_url` is the vault's private listener: "http://127.0.0.1:8071". `client` must outlive it.
  VaultClient(http::Client& client, std::string base_url, std::string secret);

  // What may be known of the card, which from now on belongs to this claimant. Errors: invalid_argument
  // (payment_method_expired) for a token that is not there any more; failed_precondition (payment_method_used) for one
  // that belongs to another; unavailable (vault_unavailable).
  Task<Result<cards::Summary>> claim(ClaimRequest request, Executor& executor);

  using SendDone = std::move_only_function<void(SendOutcome)>;
  // `done` is called once, from any thread.
  void send(SendRequest request, Duration timeout, SendDone done);

 private:
  http::ClientRequest post(std::string_view path, std::string body) const;

  http::Client& client_;
  const std::string base_url_;
  const std::string secret_;
};

}  // namespace florin::vault
