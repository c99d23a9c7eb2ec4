// PublicDoor: what a shopper's browser reaches of a vault: the card form, and the one call it makes.
//
// | path                                  | what                                            |
// |---------------------------------------|-------------------------------------------------|
// | GET /card-form/v1/                    | the form, for an iframe of an allowed page      |
// | GET /card-form/v1/card_form.js, .css  | its script and style                            |
// | POST /v1/tokens                       | a card in, a token out; for the form itself only |
// | GET /livez                            | 200 as long as the process answers              |
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "vault/peer_rates.h"
#include "vault/token_store.h"

namespace florin::vault {

class PublicDoor final : public http::Handler {
 public:
  // All of it must outlive the door.
  struct Parts {
    TokenStore& store;
    const Clock& clock;
    // The origins whose pages may hold the form in a frame.
    std::vector<std::string> frame_ancestors;
    PeerRate rate;
  };
  explicit PublicDoor(Parts parts);

  // Lets requests in. `origin` is what browsers see, which may be known only when the server listens; only a page of it
  // may post a card. Once.
  void open(std::string origin);

  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  Task<Unit> answer_asset(http::Exchange& exchange, std::string_view content_type, std::string_view body) const;
  Task<Result<NewToken>> tokenize(http::Exchange& exchange);
  Status check_origin(const http::RequestHead& request) const;

  const Parts parts_;
  std::string origin_;
  std::atomic<bool> is_open_ = false;
  PeerRates rates_;
  std::string page_;
  std::string content_security_policy_;
};

}  // namespace florin::vault
