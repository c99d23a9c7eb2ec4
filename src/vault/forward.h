// Forwarding: a request to a provider whose body has placeholders in the places of a card. This is the pure part: what
// may be sent, how the placeholders are filled, and what must not come back.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/exchange.h"
#include "http/reply.h"
#include "vault/card.h"
#include "vault/origin.h"

namespace florin::vault {

struct ForwardRequest {
  std::string token{};
  std::string claimant{};
  std::string method{};
  Url url{};
  http::Headers headers{};
  std::string body{};
  Duration timeout{};
};

// Reads and checks what the platform posts. Only POST, PUT and PATCH; only to an origin of `allowed`; placeholders and
// card numbers in the body only; no header that says how the message is carried. Errors: invalid_argument
// (forward_invalid), permission_denied (host_not_allowed).
Result<ForwardRequest> read_forward(std::string_view body, std::span<const Origin> allowed);

// The body with {{card.number}}, {{card.exp_month}}, {{card.exp_year}}, {{card.cvc}} and {{card.name}} filled in; the
// code and name may be empty. Errors: invalid_argument (placeholder_unknown).
Result<std::string> fill_placeholders(std::string_view body, const Card& card);

// Whether the number comes back in an answer: as it is, spaced, in the escapes of URLs and JSON, in base64 or in
// hexadecimal; in the body or in a header.
bool shows_number(const http::Reply& reply, std::string_view number);

}  // namespace florin::vault
