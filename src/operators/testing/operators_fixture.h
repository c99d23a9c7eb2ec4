// A partition that knows tenants and operators, and the calls that tests of operators make. Passwords are hashed with
// next to no cost.
#pragma once

#include <optional>
#include <string>

#include "engine/testing/synchronous_partition.h"
#include "operators/operators.h"
#include "tenants/tenants.h"

namespace florin::operators {

// Cheap, for tests only.
inline constexpr crypto::ScryptCost test_cost{4, 1, 1};
inline constexpr std::string_view test_password = "correct horse battery";

class OperatorsFixture {
 public:
  OperatorsFixture();

  engine::SynchronousPartition& partition() { return *partition_; }
  const store::Reader& state() const { return partition_->state(); }

  // A person who is signed in.
  struct Person {
    OperatorId id;
    SessionName session;
    std::string secret_sha256;  // of the session

    // Calls for `tenant` (empty for the platform).
    engine::CommandContext at(TenantId tenant) const;
    engine::CommandContext at_platform() const { return at({}); }
  };

  TenantId create_tenant(const std::string& name);

  // The secret of the first owner's link; nothing if none was made.
  std::optional<Secret> invite_first_owner();
  // Owner of the platform: "owner@example.com".
  Person first_owner();
  Result<v1::InviteOperatorResponse> invite(const engine::CommandContext& caller, const std::string& email,
                                            v1::OperatorRole role);
  Result<v1::RedeemInvitationResponse> redeem(const Secret& link, const std::string& email = {},
                                              const std::string& name = "A Person",
                                              std::string_view password = test_password);
  // Invites and redeems.
  Person add_operator(const engine::CommandContext& caller, const std::string& email, v1::OperatorRole role);
  Result<v1::SignInResponse> sign_in(const std::string& email, std::string_view password = test_password);
  Result<v1::UpdateOperatorResponse> update(const engine::CommandContext& caller, const Person& person,
                                            std::optional<v1::OperatorRole> role, std::optional<bool> disabled = {});

  // The link that `invite` made last, and the session that was opened last.
  const Secret& last_link() const { return last_link_; }
  const Secret& last_session() const { return last_session_; }

  // Runs `decide` as a command, and gives what it gave.
  template <class Decide>
  auto run(const engine::CommandContext& context, Decide decide) {
    using Outcome = decltype(decide(std::declval<engine::Work&>()));
    std::optional<Outcome> outcome;
    const auto reply = partition_->run(context, [&](engine::Work& work) -> Result<std::string> {
      outcome = decide(work);
      if (!outcome->ok()) return outcome->error();
      return std::string();
    });
    if (!reply.ok()) return Outcome(reply.error());
    return *std::move(outcome);
  }

 private:
  Person person_of(const v1::Operator& person, const v1::Session& session) const;

  engine::Registry registry_;
  std::optional<engine::SynchronousPartition> partition_;
  Secret last_link_;
  Secret last_session_;
};

}  // namespace florin::operators
