// The effects "payments.psp": payload is a serialized connectors.v1.PspRequest, the reply a serialized PspReply.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connectors/registry.h"
#include "effects/executor.h"

namespace florin::effects {

inline constexpr std::string_view psp_effect_kind = "payments.psp";

// The account a request goes to, with its secrets; nothing if it is not set up. Thread-safe.
using FindAccount =
    std::function<std::optional<connectors::Account>(const std::string& connector, const std::string& account)>;

// What came of sending one HTTP request.
struct SendResult {
  TryOutcome outcome = TryOutcome::unknown;  // answered: `reply` is whole
  connectors::PspHttpReply reply{};
  std::string detail{};
  bool permanent = false;          // not_sent, and sending the same again will not do better
  bool short_of_provider = false;  // not_sent for a fault on this side of the provider
};

// Sends one request and calls `done` once, from any thread. The HTTP client (http_sender.h), or a model in tests and
// the simulator.
using Send = std::function<void(connectors::PspHttpRequest request, Duration timeout,
                                std::move_only_function<void(SendResult)> done)>;

using Now = std::function<Timestamp()>;

// `registry` must outlive it. A request that moves money and is older than the provider keeps idempotency keys is not
// sent, for it could be done twice: its outcome is unknown, and the domain asks. Nothing of a request or an answer gets
// into a detail.
std::unique_ptr<Try> make_psp_effects(
    const connectors::Registry& registry, FindAccount find_account, Send send,
    Now now = [] { return system_clock().now(); });

}  // namespace florin::effects
