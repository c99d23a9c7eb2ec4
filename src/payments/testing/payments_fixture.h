// PaymentsFixture: a partition in memory that knows the ledger and the payments domain, with two tenants whose account
// at the provider "sandbox/default" is connected. The test is the provider: requests wait until it answers them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/testing/synchronous_partition.h"
#include "florin/connectors/v1/psp.pb.h"
#include "florin/payments/v1/payments.pb.h"
#include "payments/method.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

struct NewPayment {
  std::int64_t amount_minor = 1'000;
  std::string currency = "USD";
  std::string token = "tok_success";
  bool manual = false;
  bool confirm = true;
  std::string reference{};
  std::string return_url{};
  TenantId tenant{};  // the fixture's tenant if empty
  VaultAnswer vault{};
};

// What a capture or refund takes: all there is for no amount.
struct Part {
  std::optional<std::int64_t> amount_minor{};
  std::string currency = "USD";
  bool final_capture = false;
};

class PaymentsFixture {
 public:
  // `declare_more` adds the domains above.
  explicit PaymentsFixture(Settings settings = {}, const std::function<void(engine::Registry&)>& declare_more = {});

  const TenantId tenant{Position::of(1, 1, 1)};
  const TenantId other{Position::of(1, 1, 2)};

  // The id of a new payment. CHECKs that it is accepted.
  std::string create(const NewPayment& payment);
  Result<v1::CreatePaymentResponse> try_create(const NewPayment& payment);
  Result<v1::ConfirmPaymentResponse> confirm(const std::string& payment_id, const std::string& token = {},
                                             const VaultAnswer& vault = {});
  Result<v1::CapturePaymentResponse> capture(const std::string& payment_id, const Part& part = {});
  Result<v1::RefundPaymentResponse> refund(const std::string& payment_id, const Part& part = {});
  Result<v1::CancelPaymentResponse> cancel(const std::string& payment_id);
  Result<v1::GetPaymentResponse> shopper_returned(const std::string& payment_id);
  Status leave_action(const std::string& payment_id);
  void connect(TenantId tenant, std::string_view connector, std::string_view psp_account);

  PaymentRow row(const std::string& payment_id) const;
  v1::Payment payment(const std::string& payment_id) const { return row(payment_id).payment(); }

  // The requests that wait for the provider, oldest first.
  struct Request {
    engine::EffectId effect;
    connectors::v1::PspRequest content;
  };
  std::vector<Request> requests() const;
  // Answers the oldest request. CHECKs that there is one.
  void answer(const connectors::v1::PspReply& reply);
  void end(engine::v1::EffectOutcome outcome);
  // Answers, or ends, this one.
  void answer(engine::EffectId effect, const connectors::v1::PspReply& reply);
  void end(engine::EffectId effect, engine::v1::EffectOutcome outcome);

  // A webhook of the provider about `content.reference()`; it has the event id "evt" if it has none.
  void receive(connectors::v1::PspWebhook content);

  // Debits, credits, pending debits and pending credits in minor units by path, of accounts that have any.
  using Books = std::map<std::string, std::array<std::int64_t, 4>>;
  Books books() const;

  // The digest of the state that the journal alone gives.
  std::string replayed_digest() const;
  engine::SynchronousPartition& partition() { return partition_; }
  const store::Reader& state() const { return partition_.state(); }
  const Settings& settings() const { return settings_; }
  // Runs `decide` as a command of a tenant, and gives what it gave.
  template <class Response, class Decide>
  Result<Response> run(TenantId caller, Decide decide);

 private:
  const Settings settings_;
  engine::Registry registry_;
  engine::SynchronousPartition partition_;
};

// Replies of a provider.
connectors::v1::PspReply captured(std::int64_t amount_minor);
connectors::v1::PspReply authorized(std::int64_t amount_minor);
connectors::v1::PspReply declined(bool soft = true);
connectors::v1::PspReply replied(connectors::v1::PspStatus status);
// The shopper is sent to a page.
connectors::v1::PspReply challenged();

template <class Response, class Decide>
Result<Response> PaymentsFixture::run(TenantId caller, Decide decide) {
  engine::CommandContext context;
  context.tenant = caller;
  context.name = "test";
  std::optional<Result<Response>> outcome;
  const auto reply = partition_.run(std::move(context), [&](engine::Work& work) -> Result<std::string> {
    outcome = decide(work);
    if (!outcome->ok()) return outcome->error();
    return std::string();
  });
  if (!reply.ok()) return reply.error();
  return *std::move(outcome);
}

}  // namespace florin::payments
