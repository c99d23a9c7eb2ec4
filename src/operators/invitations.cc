// Links, roles, and who may give them.
#include <fmt/format.h>

#include <algorithm>

#include "contracts/convert.h"
#include "operators/actions.h"
#include "operators/limits.h"
#include "operators/operators.h"
#include "operators/roles.h"
#include "operators/sessions.h"
#include "store/table_ids.h"

namespace florin::operators {
namespace {

constexpr TenantId platform;

Error invitation_invalid() {
  return not_found("invitation_invalid",
                   "This link was used before, has run out, or is none of ours. Ask whoever invited you for another.");
}

Error role_not_manageable() {
  return {Code::permission_denied, ErrorDomain::permission, "role_not_manageable",
          "Only an owner may make an owner, or change one."};
}

// The strongest role that the operator has anywhere.
v1::OperatorRole strongest(const OperatorRow& row) {
  auto role = v1::OPERATOR_ROLE_VIEWER;
  for (const auto& grant : row.grants()) role = std::min(role, grant.role());
  return role;
}

// Whether all that the operator may do lies within `scope`.
bool lies_within(const OperatorRow& row, TenantId scope) {
  return scope.empty() || std::ranges::all_of(row.grants(), [&](const v1::OperatorGrant& grant) {
           return grant.tenant_id() == scope.to_string();
         });
}

bool is_owner(const OperatorRow& row) {
  return status_of(row) == v1::OPERATOR_STATUS_ACTIVE && grant_at(row, platform) == v1::OPERATOR_ROLE_OWNER;
}

// Whether the platform has an owner who can sign in, other than `except`.
bool has_owner(const store::Reader& reader, std::optional<OperatorId> except = std::nullopt) {
  bool found = false;
  operator_table().walk_by(reader, store::table_id::operators_by_tenant, store::Key().id(platform), {},
                           [&](std::string_view key, const OperatorRow& row) {
                             found = is_owner(row) && id_at_end<OperatorTag>(key) != except;
                             return !found;
                           });
  return found;
}

// The role with which a command is given. A key that may manage operators is the platform's own.
v1::OperatorRole role_of_caller(const engine::Work& work) {
  const engine::Actor& actor = work.context().actor;
  if (actor.kind != journal::v1::ACTOR_KIND_OPERATOR) return v1::OPERATOR_ROLE_OWNER;
  const auto id = OperatorId::parse(actor.id);
  const auto row = id ? find_operator(work.state(), *id) : std::nullopt;
  return row ? role_at(*row, work.tenant()) : v1::OPERATOR_ROLE_UNSPECIFIED;
}

void emit_invited(engine::Work& work, OperatorId id, std::string_view email, std::string_view sha256, Duration life) {
  v1::OperatorInvited event;
  event.set_operator_id(id.to_string());
  event.set_email(std::string(email));
  event.set_secret_sha256(std::string(sha256));
  *event.mutable_expire_time() = contracts::to_message(work.now() + life);
  work.emit_for(platform, id.to_string(), event);
}

void emit_role_set(engine::Work& work, OperatorId id, v1::OperatorRole role, TenantId tenant) {
  v1::OperatorRoleSet event;
  event.set_operator_id(id.to_string());
  if (!tenant.empty()) event.set_tenant_id(tenant.to_string());
  event.set_role(role);
  work.emit_for(platform, id.to_string(), event);
}

// Gives, changes or takes away (unspecified) a role at the command's tenant.
Status set_role(engine::Work& work, const FoundOperator& found, v1::OperatorRole role) {
  const auto before = grant_at(found.row, work.tenant());
  if (before == role) return ok();
  const auto mine = role_of_caller(work);
  if (!may_manage(mine, before) || !may_manage(mine, role)) return role_not_manageable();
  if (before == v1::OPERATOR_ROLE_UNSPECIFIED && found.row.grants_size() >= grants_max) {
    return resource_exhausted("grants_full", fmt::format("One person has a role at {} tenants at most.", grants_max),
                              std::nullopt);
  }
  if (work.tenant().empty() && is_owner(found.row) && !has_owner(work.state(), found.id)) {
    return failed_precondition("last_owner", "This is the platform's last owner. Make another one first.");
  }
  emit_role_set(work, found.id, role, work.tenant());
  return ok();
}

Error role_missing() {
  return invalid_argument("role_missing", "Say which role the person is to have.")
      .with_violation("role", "must be owner, admin, finance, support or viewer");
}

Result<OperatorId> invite_new(engine::Work& work, const std::string& email, v1::OperatorRole role,
                              std::string_view sha256) {
  if (role == v1::OPERATOR_ROLE_UNSPECIFIED) return role_missing();
  if (!may_manage(role_of_caller(work), role)) return role_not_manageable();
  if (operator_table().list(work.state(), {}, operators_max).size() >= operators_max) {
    return resource_exhausted("operators_full", fmt::format("There are {} operators already.", operators_max),
                              std::nullopt);
  }
  const auto id = work.new_id<OperatorTag>();
  emit_invited(work, id, email, sha256, invitation_life);
  emit_role_set(work, id, role, work.tenant());
  return id;
}

// A role for one who is known and, where that is needed and allowed, another link.
Status invite_known(engine::Work& work, const FoundOperator& found, v1::OperatorRole role, std::string_view sha256) {
  if (found.row.disabled()) {
    return failed_precondition("operator_disabled", "This operator is disabled. The platform can enable them again.");
  }
  if (role == v1::OPERATOR_ROLE_UNSPECIFIED && grant_at(found.row, work.tenant()) == v1::OPERATOR_ROLE_UNSPECIFIED) {
    return role_missing();
  }
  // A link is the power to become that person: it needs power over all that the person may do.
  const bool needs_link = work.tenant().empty() || status_of(found.row) == v1::OPERATOR_STATUS_INVITED;
  const bool gets_link = needs_link && lies_within(found.row, work.tenant());
  if (gets_link && !may_manage(role_of_caller(work), strongest(found.row))) return role_not_manageable();
  if (role != v1::OPERATOR_ROLE_UNSPECIFIED) RETURN_IF_ERROR(set_role(work, found, role));
  if (gets_link) emit_invited(work, found.id, found.row.email(), sha256, invitation_life);
  return ok();
}

Status set_disabled(engine::Work& work, const FoundOperator& found, bool disabled) {
  if (found.row.disabled() == disabled) return ok();
  if (!work.tenant().empty()) {
    return Error(Code::permission_denied, ErrorDomain::permission, "platform_required",
                 "Only the platform may disable an operator. Take away the role instead.");
  }
  if (!may_manage(role_of_caller(work), strongest(found.row))) return role_not_manageable();
  if (disabled && is_owner(found.row) && !has_owner(work.state(), found.id)) {
    return failed_precondition("last_owner", "This is the platform's last owner. Make another one first.");
  }
  v1::OperatorDisabledSet event;
  event.set_operator_id(found.id.to_string());
  event.set_disabled(disabled);
  work.emit_for(platform, found.id.to_string(), event);
  if (disabled) end_sessions(work, found.id, std::nullopt, v1::SESSION_END_OPERATOR_DISABLED);
  return ok();
}

struct Person {
  std::string email;
  std::string name;
};

// Who redeems: what the invitation says, completed by what was typed.
Result<Person> person_of(const engine::Work& work, const FoundOperator& found, const Redemption& redemption) {
  const std::string typed = normalized_email(redemption.email);
  Person person{found.row.email().empty() ? typed : found.row.email(),
                found.row.name().empty() ? redemption.name : found.row.name()};
  if (person.email.empty()) {
    return invalid_argument("email_missing", "Enter the address with which you will sign in.")
        .with_violation("email", "is required");
  }
  if (!typed.empty() && typed != person.email) {
    return invalid_argument("email_not_invited", "This link is for another address. Leave the address out.")
        .with_violation("email", "must be the invited address");
  }
  if (person.name.empty()) {
    return invalid_argument("name_missing", "Enter your name.").with_violation("name", "is required");
  }
  const auto other = find_operator_by_email(work.state(), person.email);
  if (other && other->id != found.id) {
    return already_exists("email_taken", "There is an operator with this address already. Sign in, or take another.");
  }
  return person;
}

}  // namespace

Result<bool> decide_invite_first_owner(engine::Work& work, std::string_view secret_sha256) {
  if (has_owner(work.state())) return false;
  std::optional<OperatorId> nameless;
  operator_table().walk_by(work.state(), store::table_id::operators_by_tenant, store::Key().id(platform), {},
                           [&](std::string_view key, const OperatorRow& row) {
                             if (row.email().empty() && !row.disabled()) nameless = id_at_end<OperatorTag>(key);
                             return !nameless;
                           });
  const auto id = nameless ? *nameless : work.new_id<OperatorTag>();
  emit_invited(work, id, {}, secret_sha256, first_invitation_life);
  if (!nameless) emit_role_set(work, id, v1::OPERATOR_ROLE_OWNER, platform);
  return true;
}

Result<v1::InviteOperatorResponse> decide_invite_operator(engine::Work& work, const v1::InviteOperatorRequest& request,
                                                          std::string_view secret_sha256) {
  if (!v1::OperatorRole_IsValid(request.role())) return role_missing();
  const std::string email = normalized_email(request.email());
  const auto known = find_operator_by_email(work.state(), email);
  OperatorId id;
  if (known) {
    id = known->id;
    RETURN_IF_ERROR(invite_known(work, *known, request.role(), secret_sha256));
  } else {
    ASSIGN_OR_RETURN(id, invite_new(work, email, request.role(), secret_sha256));
  }
  const auto row = find_operator(work.state(), id).value();
  v1::InviteOperatorResponse response;
  *response.mutable_operator_() = to_operator(id, row, work.tenant());
  if (row.invitation_sha256() == secret_sha256) {
    *response.mutable_expire_time() = response.operator_().invitation_expire_time();
  }
  return response;
}

Result<v1::UpdateOperatorResponse> decide_update_operator(engine::Work& work,
                                                          const v1::UpdateOperatorRequest& request) {
  const auto id = OperatorId::parse(request.operator_id());
  auto row = id ? find_operator(work.state(), *id) : std::nullopt;
  const bool visible = row && (work.tenant().empty() || grant_at(*row, work.tenant()) != v1::OPERATOR_ROLE_UNSPECIFIED);
  if (!visible)
    return not_found("operator_not_found", "There is no such operator. ListOperators shows those there are.");
  if (request.has_role()) {
    if (!v1::OperatorRole_IsValid(request.role())) return role_missing();
    RETURN_IF_ERROR(set_role(work, {*id, *row}, request.role()));
    row = find_operator(work.state(), *id);
  }
  if (request.has_disabled()) RETURN_IF_ERROR(set_disabled(work, {*id, *row}, request.disabled()));
  v1::UpdateOperatorResponse response;
  *response.mutable_operator_() = to_operator(*id, find_operator(work.state(), *id).value(), work.tenant());
  return response;
}

Result<v1::RedeemInvitationResponse> decide_redeem_invitation(engine::Work& work, const Redemption& redemption) {
  const auto found = find_operator_by_invitation(work.state(), redemption.invitation_sha256);
  if (!found || found->row.invitation_expire_time_us() <= work.now().micros) return invitation_invalid();
  ASSIGN_OR_RETURN(const Person person, person_of(work, *found, redemption));
  const std::string id = found->id.to_string();
  v1::InvitationRedeemed redeemed;
  redeemed.set_operator_id(id);
  redeemed.set_email(person.email);
  redeemed.set_name(person.name);
  work.emit_for(platform, id, redeemed);
  emit_credential_set(work, found->id, redemption.password);
  end_sessions(work, found->id, std::nullopt, v1::SESSION_END_PASSWORD_CHANGED);
  const auto session = start_session(work, found->id, redemption.session);
  record_action(work, {.operator_id = id, .session_id = session.id.to_string(), .resource_id = id});
  v1::RedeemInvitationResponse response;
  *response.mutable_operator_() = to_operator(found->id, find_operator(work.state(), found->id).value(), platform);
  *response.mutable_session() = to_session(session);
  response.mutable_session()->set_current(true);
  return response;
}

Result<v1::GetInvitationResponse> get_invitation(const store::Reader& reader, std::string_view secret_sha256,
                                                 Timestamp now) {
  const auto found = find_operator_by_invitation(reader, secret_sha256);
  if (!found || found->row.invitation_expire_time_us() <= now.micros) return invitation_invalid();
  v1::GetInvitationResponse response;
  response.set_email(found->row.email());
  response.set_name(found->row.name());
  if (found->row.grants_size() > 0) {
    const auto& grant = found->row.grants(0);
    response.set_role(grant.role());
    response.set_tenant_name(place_name(reader, grant.tenant_id()));
  }
  *response.mutable_expire_time() = contracts::to_message(Timestamp{found->row.invitation_expire_time_us()});
  response.set_resets_password(found->row.has_password());
  return response;
}

}  // namespace florin::operators
