// PrivateDoor: what the platform reaches of a vault, with a bearer secret.
//
// | path              | what                                                                                  |
// |-------------------|---------------------------------------------------------------------------------------|
// | POST /v1/claims   | {token, tenant_id, claimant} -> {card}: who claims first owns the token               |
// | POST /v1/forward  | {token, claimant, method, url, headers, body, timeout_ms} -> {status, headers, body}  |
// | GET /livez        | 200 as long as the process answers                                                    |
//
// `headers` are pairs, `body` is base64. An error of /v1/forward says by "delivery" whether the request provably never
// left ("not_sent"); anything else is "unknown".
#pragma once

#include <string>
#include <vector>

#include "http/client.h"
#include "http/exchange.h"
#include "vault/forward.h"
#include "vault/origin.h"
#include "vault/token_store.h"

namespace florin::vault {

class PrivateDoor final : public http::Handler {
 public:
  // All of it must outlive the door.
  struct Parts {
    TokenStore& store;
    http::Client& client;
    std::string secret;
    std::vector<Origin> allowed;
  };
  explicit PrivateDoor(Parts parts) : parts_(std::move(parts)) {}

  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  Status check_secret(const http::RequestHead& request) const;
  Task<Unit> serve_claim(http::Exchange& exchange);
  Task<Unit> serve_forward(http::Exchange& exchange);
  Result<http::ClientRequest> prepare(const ForwardRequest& request, Card& card) const;

  const Parts parts_;
};

}  // namespace florin::vault
