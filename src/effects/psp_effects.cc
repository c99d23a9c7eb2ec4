#include "effects/psp_effects.h"

namespace florin::effects {
namespace {

namespace v1 = connectors::v1;

TryResult impossible(std::string detail) {
  return {.outcome = TryOutcome::not_sent, .detail = std::move(detail), .permanent = true};
}

std::optional<v1::PspRequest> parse(const engine::Effect& effect) {
  v1::PspRequest request;
  if (!request.ParseFromString(effect.payload)) return std::nullopt;
  return request;
}

// The details of the transport name hosts and errors only; still nothing secret may pass.
std::string redact(std::string detail, const connectors::Account& account) {
  for (const std::string& secret : {account.api_key, account.webhook_secret}) {
    if (secret.empty()) continue;
    for (std::size_t at = detail.find(secret); at != std::string::npos; at = detail.find(secret, at)) {
      detail.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return detail;
}

TryResult result_of(const connectors::Connector& connector, const v1::PspRequest& request, SendResult sent,
                    const connectors::Account& account) {
  if (sent.outcome != TryOutcome::answered) {
    return {.outcome = sent.outcome,
            .detail = redact(std::move(sent.detail), account),
            .permanent = sent.permanent,
            .short_of_provider = sent.short_of_provider};
  }
  const v1::PspReply reply = connector.read(request, sent.reply);
  TryResult result{.outcome = TryOutcome::answered};
  result.inconclusive = reply.status() == v1::PSP_STATUS_UNCLEAR;
  if (result.inconclusive) result.detail = fmt::format("The provider answered with status {}.", sent.reply.status);
  reply.SerializeToString(&result.reply);
  return result;
}

class PspEffects final : public Try {
 public:
  PspEffects(const connectors::Registry& registry, FindAccount find_account, Send send, Now now)
      : registry_(registry), find_account_(std::move(find_account)), send_(std::move(send)), now_(std::move(now)) {}

  void start(const engine::Effect& effect, Duration timeout, TryDone done) override {
    auto request = parse(effect);
    if (!request) return done(impossible("The effect holds no request to a provider."));
    const connectors::Connector* connector = registry_.find(request->connector());
    if (connector == nullptr) return done(impossible("This program has no connector of this name."));
    if (is_too_old(*connector, *request)) {
      return done(
          {.outcome = TryOutcome::unknown, .detail = "The request is older than the provider keeps idempotency keys."});
    }
    auto account = find_account_(request->connector(), request->account());
    if (!account) return done(impossible("The account at the provider is not set up."));
    auto built = connector->build(*request, *account);
    if (!built.ok()) return done(impossible(built.error().message()));
    send_(std::move(*built), timeout,
          [connector, request = std::move(*request), account = std::move(*account), done = std::move(done)](
              SendResult sent) mutable { done(result_of(*connector, request, std::move(sent), account)); });
  }

  bool repeatable(const engine::Effect& effect) const override {
    const auto request = parse(effect);
    const connectors::Connector* connector = request ? registry_.find(request->connector()) : nullptr;
    return connector != nullptr && connectors::repeatable(connector->capabilities(), request->operation());
  }

 private:
  bool is_too_old(const connectors::Connector& connector, const v1::PspRequest& request) const {
    const auto* rules = connectors::find_operation(connector.capabilities(), request.operation());
    // Zero: reads, and providers without such keys, whose requests are never repeated at all.
    if (rules == nullptr || rules->idempotency_kept.micros == 0 || request.decided_time_micros() == 0) return false;
    return now_() - Timestamp{request.decided_time_micros()} >= rules->idempotency_kept;
  }

  const connectors::Registry& registry_;
  const FindAccount find_account_;
  const Send send_;
  const Now now_;
};

}  // namespace

std::unique_ptr<Try> make_psp_effects(const connectors::Registry& registry, FindAccount find_account, Send send,
                                      Now now) {
  return std::make_unique<PspEffects>(registry, std::move(find_account), std::move(send), std::move(now));
}

}  // namespace florin::effects
