// Operators: the people who work with Florin in the console.
//
// Decide functions run on the lane, queries on any thread over a snapshot. A request has passed the field rules of its
// .proto before it comes here. Operators belong to the platform: their events stand under the empty tenant, whichever
// tenant the command is for; the command's tenant says at which tenant a role is given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/registry.h"
#include "engine/work.h"
#include "florin/operators/v1/events.pb.h"
#include "florin/operators/v1/operators.pb.h"
#include "operators/ids.h"
#include "operators/secrets.h"
#include "operators/state.h"
#include "store/reader.h"

namespace florin::operators {

// Declares this domain's events and its timer.
void register_operators(engine::Registry& registry);

// Ends a session whose time is over.
inline constexpr std::string_view session_timer = "operators.session";
void handle_session_timer(engine::Work& work, const engine::Timer& timer);

// ---- invitations and roles ----

// Gives the first owner a link with this hash; false, and nothing happens, once an owner of the platform can sign in.
// A link that was not redeemed is replaced.
Result<bool> decide_invite_first_owner(engine::Work& work, std::string_view secret_sha256);

// The answer leaves the link out; it has an expire_time where there is one. Errors: invalid_argument (role_missing),
// permission_denied (role_not_manageable), failed_precondition (operator_disabled), resource_exhausted (operators_full,
// grants_full).
Result<v1::InviteOperatorResponse> decide_invite_operator(engine::Work& work, const v1::InviteOperatorRequest& request,
                                                          std::string_view secret_sha256);

// Errors: not_found (operator_not_found), permission_denied (role_not_manageable, platform_required),
// failed_precondition (last_owner), resource_exhausted (grants_full).
Result<v1::UpdateOperatorResponse> decide_update_operator(engine::Work& work, const v1::UpdateOperatorRequest& request);

// A session about to be opened.
struct NewSession {
  std::string secret_sha256;
  std::string user_agent;  // cut where it is too long
};

struct Redemption {
  std::string invitation_sha256;
  std::string email;  // as it was typed; empty for that of the invitation
  std::string name;
  v1::Password password;
  NewSession session;
};
// Errors: not_found (invitation_invalid: unknown, used or run out), invalid_argument (email_missing, email_not_invited,
// name_missing), already_exists (email_taken).
Result<v1::RedeemInvitationResponse> decide_redeem_invitation(engine::Work& work, const Redemption& redemption);

// ---- signing in and out ----

// Whether the address may be tried now. Errors: resource_exhausted (sign_in_too_often) with the time to wait.
Status check_sign_in(const store::Reader& reader, std::string_view email_sha256, Timestamp now);

// A password that was compared with what was stored.
struct SignInAttempt {
  std::string email_sha256;
  std::optional<OperatorId> operator_id;  // nothing for an unknown address
  bool matched = false;
  v1::Password compared_with;  // where there was any
  NewSession session;
};
// An answer without an operator: refused, and counted. Errors: those of check_sign_in.
Result<v1::SignInResponse> decide_sign_in(engine::Work& work, const SignInAttempt& attempt);

// A session that a caller has proved to hold.
struct SessionName {
  OperatorId operator_id;
  SessionId session_id;
};
// Ends the session, if it has not ended.
Result<v1::SignOutResponse> decide_sign_out(engine::Work& work, const SessionName& session);
Result<v1::SignOutEverywhereResponse> decide_sign_out_everywhere(engine::Work& work, const SessionName& session,
                                                                 const v1::SignOutEverywhereRequest& request);
// Writes down that the session is in use, unless that was done just now.
Status decide_use_session(engine::Work& work, const SessionName& session);

struct PasswordChange {
  SessionName session;
  v1::Password compared_with;  // what the current password was found right against
  v1::Password password;
};
// Errors: aborted (password_changed_meanwhile).
Result<v1::ChangePasswordResponse> decide_change_password(engine::Work& work, const PasswordChange& change);

// ---- queries ----

struct SignedIn {
  SessionName name;
  OperatorRow operator_row;
  SessionRow session_row;
};
// The open session with this secret. Nothing for one that is unknown, over, idle for too long, or of a disabled
// operator.
std::optional<SignedIn> find_session(const store::Reader& reader, std::string_view secret_sha256, Timestamp now);
// The same by its name.
std::optional<SignedIn> find_session(const store::Reader& reader, const SessionName& name, Timestamp now);
// Whether decide_use_session would write.
bool is_use_due(const SessionRow& session, Timestamp now);

// Errors: not_found (invitation_invalid).
Result<v1::GetInvitationResponse> get_invitation(const store::Reader& reader, std::string_view secret_sha256,
                                                 Timestamp now);
v1::GetCurrentOperatorResponse get_current_operator(const store::Reader& reader, const SignedIn& caller);
v1::ListSessionsResponse list_sessions(const store::Reader& reader, const SessionName& caller, Timestamp now);
// Of the tenant, or all for the platform (empty). Errors: invalid_argument (page_token_invalid).
Result<v1::ListOperatorsResponse> list_operators(const store::Reader& reader, TenantId tenant,
                                                 const v1::ListOperatorsRequest& request);
// As a caller at `tenant` sees it; nothing where it has no role there.
std::optional<v1::Operator> find_visible_operator(const store::Reader& reader, TenantId tenant,
                                                  std::string_view operator_id);

}  // namespace florin::operators
