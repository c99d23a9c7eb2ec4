// Psp: the sandbox PSP and the way to it, in process and on the scenario's clock. Runs effects through the real
// connector, answers late, loses requests or answers, and brings webhooks. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "effects/psp_effects.h"
#include "engine/effect_runner.h"
#include "sandbox_psp/service.h"

namespace florin::app::scenario {

class Psp final : public engine::EffectRunner {
 public:
  enum class Way : std::uint8_t {
    answers,
    holds,           // requests wait until it answers again
    refuses,         // no connection: provably not sent
    loses_requests,  // they never arrive, and nobody knows
    loses_answers,   // they are done, and nobody knows
    lies,            // they are done, and the sender believes that they were never sent
  };
  struct Options {
    std::function<Timestamp()> now;
    // Takes in one verified webhook.
    std::function<void(const connectors::Account&, std::string body, connectors::v1::PspWebhook)> receive;
    // Each request meets a fault on its first try, and its second try succeeds; each webhook comes twice, later ones
    // first.
    bool faults = false;
  };
  explicit Psp(Options options);

  // EffectRunner. Like the executor of effects, tries a request of unknown fate a second time.
  void run(engine::Effect effect, engine::EffectDone done) override;

  void set_way(Way way);
  // Holds webhooks back, or no longer.
  void hold_webhooks(bool hold) { holds_webhooks_ = hold; }
  // Brings the webhooks that were held back: all, or only the newest. False if there was none.
  bool deliver_held();
  bool deliver_newest_held();
  // Brings the last one that was delivered again.
  bool deliver_again();

  // What is due now: answers on their way, webhooks.
  void catch_up();
  // When there is something to catch up with, if ever.
  std::optional<Timestamp> next_due() const;
  // The process that asked has ended: what is under way to it is lost.
  void forget_callers();

  // A request that does not come from Florin: the shopper's browser, the merchant at the PSP's own pages.
  connectors::PspHttpReply call(std::string method, std::string url, std::string body,
                                std::string idempotency_key = {});

  const sandbox_psp::Books& books() const { return service_.books(); }

 private:
  struct Running {
    engine::Effect effect;
    engine::EffectDone done;
    int tries = 0;
  };
  enum class Fault : std::uint8_t { none, request_lost, answer_lost, server_error };

  void start_try(std::shared_ptr<Running> running);
  void end_try(const std::shared_ptr<Running>& running, effects::TryResult result);
  effects::SendResult travel(const connectors::PspHttpRequest& request, Duration timeout, Duration& delay);
  Fault fault_of_try();
  void take_due_webhooks();
  void deliver(const std::string& body);

  const Options options_;
  const connectors::Account account_;
  sandbox_psp::Service service_;
  std::unique_ptr<effects::Try> handler_;
  Way way_ = Way::answers;
  std::deque<std::shared_ptr<Running>> held_;
  std::multimap<Timestamp, std::function<void()>> later_;
  bool holds_webhooks_ = false;
  std::deque<std::string> held_webhooks_;
  std::string last_webhook_;
  int requests_ = 0;
  bool is_first_try_ = true;
};

}  // namespace florin::app::scenario
