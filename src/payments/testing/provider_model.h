// ProviderModel: a payment service provider as plainly as it can be said: charges and operations by their keys, done
// once, always able to tell the truth. It knows nothing of how the payments domain works.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "florin/connectors/v1/psp.pb.h"

namespace florin::payments {

class ProviderModel {
 public:
  // What becomes of the next new charge or operation. Operations are approved, declined, or pending.
  enum class Plan : std::uint8_t { approve, decline, pending, challenge };

  struct Charge {
    enum class State : std::uint8_t { pending, challenge, declined, approved, voided };
    std::string key;
    std::string id;
    std::string reference;
    State state = State::approved;
    bool capture = false;
    std::int64_t amount = 0;
    std::int64_t authorized = 0;
    std::int64_t captured = 0;
    std::int64_t refunded = 0;
    std::int64_t voided = 0;
    std::int64_t capturing = 0;
    std::int64_t refunding = 0;

    std::int64_t open() const { return authorized - captured - voided; }
    // Holds the shopper's money.
    bool is_live() const { return open() > 0 || captured > refunded; }
  };
  struct Operation {
    enum class State : std::uint8_t { pending, succeeded, failed };
    std::string key;
    connectors::v1::PspOperation kind{};
    std::size_t charge = 0;
    std::int64_t amount = 0;
    State state = State::succeeded;
  };

  // Does what the request asks, unless it did before, and answers.
  connectors::v1::PspReply handle(const connectors::v1::PspRequest& request, Plan plan);
  // Decides what is pending or waits for the shopper.
  void settle(std::size_t charge, bool approve);
  void settle_operation(std::size_t operation, bool approve);
  connectors::v1::PspWebhook webhook(std::size_t charge);
  connectors::v1::PspWebhook operation_webhook(std::size_t operation);

  const std::vector<Charge>& charges() const { return charges_; }
  const std::vector<Operation>& operations() const { return operations_; }

 private:
  void authorize(const connectors::v1::PspRequest& request, Plan plan);
  void operate(const connectors::v1::PspRequest& request, Plan plan);
  void approve(Charge& charge);
  void complete(Operation& operation);
  connectors::v1::PspReply charge_reply(const Charge& charge) const;
  connectors::v1::PspReply operation_reply(std::string_view key) const;
  // charges().size() if there is none.
  std::size_t find_charge(const connectors::v1::PspRequest& request) const;

  std::vector<Charge> charges_;
  std::vector<Operation> operations_;
  int webhooks_ = 0;
};

}  // namespace florin::payments
