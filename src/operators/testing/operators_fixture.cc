#include "operators/testing/operators_fixture.h"

#include "base/check.h"
#include "tenants/secrets.h"

namespace florin::operators {

engine::CommandContext OperatorsFixture::Person::at(TenantId tenant) const {
  engine::CommandContext context;
  context.tenant = tenant;
  context.actor = {journal::v1::ACTOR_KIND_OPERATOR, id.to_string()};
  context.name = "florin.test.v1.TestService/Test";
  return context;
}

OperatorsFixture::OperatorsFixture() {
  tenants::register_events(registry_);
  register_operators(registry_);
  engine::SynchronousPartition::Options options;
  options.registry = &registry_;
  partition_.emplace(options);
}

TenantId OperatorsFixture::create_tenant(const std::string& name) {
  tenants::v1::CreateTenantRequest request;
  request.set_name(name);
  const auto secret =
      tenants::make_secret(system_random(), tenants::SecretKind::secret, tenants::v1::ENVIRONMENT_SANDBOX);
  const auto publishable =
      tenants::make_secret(system_random(), tenants::SecretKind::publishable, tenants::v1::ENVIRONMENT_SANDBOX);
  const auto made = run(engine::CommandContext(), [&](engine::Work& work) {
    return tenants::decide_create_tenant(work, request, {secret.record, publishable.record});
  });
  return TenantId::parse(made.value().tenant().id()).value();
}

std::optional<Secret> OperatorsFixture::invite_first_owner() {
  Secret link = make_secret(system_random());
  const auto made =
      run(engine::CommandContext(), [&](engine::Work& work) { return decide_invite_first_owner(work, link.sha256); });
  if (!made.value()) return std::nullopt;
  return link;
}

OperatorsFixture::Person OperatorsFixture::person_of(const v1::Operator& person, const v1::Session& session) const {
  const auto id = OperatorId::parse(person.id()).value();
  return {id, {id, SessionId::parse(session.id()).value()}, last_session_.sha256};
}

OperatorsFixture::Person OperatorsFixture::first_owner() {
  const auto redeemed = redeem(invite_first_owner().value(), "owner@example.com", "Olive Owner").value();
  return person_of(redeemed.operator_(), redeemed.session());
}

Result<v1::InviteOperatorResponse> OperatorsFixture::invite(const engine::CommandContext& caller,
                                                            const std::string& email, v1::OperatorRole role) {
  last_link_ = make_secret(system_random());
  v1::InviteOperatorRequest request;
  request.set_email(email);
  request.set_role(role);
  return run(caller, [&](engine::Work& work) { return decide_invite_operator(work, request, last_link_.sha256); });
}

Result<v1::RedeemInvitationResponse> OperatorsFixture::redeem(const Secret& link, const std::string& email,
                                                              const std::string& name, std::string_view password) {
  last_session_ = make_secret(system_random());
  const Redemption redemption{.invitation_sha256 = link.sha256,
                              .email = email,
                              .name = name,
                              .password = hash_password(password, system_random(), test_cost),
                              .session = {last_session_.sha256, "Test/1.0"}};
  return run(engine::CommandContext(), [&](engine::Work& work) { return decide_redeem_invitation(work, redemption); });
}

OperatorsFixture::Person OperatorsFixture::add_operator(const engine::CommandContext& caller, const std::string& email,
                                                        v1::OperatorRole role) {
  CHECK(invite(caller, email, role).ok());
  const auto redeemed = redeem(last_link_).value();
  return person_of(redeemed.operator_(), redeemed.session());
}

Result<v1::SignInResponse> OperatorsFixture::sign_in(const std::string& email, std::string_view password) {
  last_session_ = make_secret(system_random());
  SignInAttempt attempt;
  attempt.email_sha256 = hash_secret(normalized_email(email));
  attempt.session = {last_session_.sha256, "Test/1.0"};
  const auto found = find_operator_by_email(state(), normalized_email(email));
  if (found) {
    attempt.operator_id = found->id;
    attempt.compared_with = found->row.password();
    attempt.matched = found->row.has_password() && password_matches(password, found->row.password());
  }
  return run(engine::CommandContext(), [&](engine::Work& work) { return decide_sign_in(work, attempt); });
}

Result<v1::UpdateOperatorResponse> OperatorsFixture::update(const engine::CommandContext& caller, const Person& person,
                                                            std::optional<v1::OperatorRole> role,
                                                            std::optional<bool> disabled) {
  v1::UpdateOperatorRequest request;
  request.set_operator_id(person.id.to_string());
  if (role) request.set_role(*role);
  if (disabled) request.set_disabled(*disabled);
  return run(caller, [&](engine::Work& work) { return decide_update_operator(work, request); });
}

}  // namespace florin::operators
