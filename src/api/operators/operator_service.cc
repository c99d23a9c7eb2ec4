#include "api/operators/operator_service.h"

#include <fmt/format.h>

#include "api/common/submit.h"
#include "operators/actions.h"
#include "operators/limits.h"

namespace florin::api {
namespace {

using operators::Secret;

bool was_replayed(rpc::Context& context) {
  return context.response_headers().has(replayed_header);
}

// Of one who has proved to be this operator; nameless for one who has not.
engine::Actor actor_of(std::optional<operators::OperatorId> id) {
  return {journal::v1::ACTOR_KIND_OPERATOR, id ? id->to_string() : std::string()};
}

operators::NewSession new_session(const Secret& secret, const rpc::Context& context) {
  return {secret.sha256, std::string(context.request_headers().get("user-agent").value_or(""))};
}

// One answer for an unknown address, a wrong password, a disabled operator, and one who was only invited.
Error sign_in_refused() {
  return {Code::unauthenticated, ErrorDomain::permission, "sign_in_refused",
          "No operator has this address and password. Check both, or ask for a new link."};
}

std::optional<operators::v1::Password> password_of(const operators::OperatorRow& row) {
  if (!row.has_password()) return std::nullopt;
  return row.password();
}

}  // namespace

std::string invitation_url(std::string_view public_base_url, std::string_view secret) {
  while (public_base_url.ends_with('/')) public_base_url.remove_suffix(1);
  return fmt::format("{}/console/#/welcome/{}", public_base_url, secret);
}

void OperatorService::set_cookie(rpc::Context& context, const Secret& secret) const {
  context.response_headers().add("set-cookie",
                                 parts_.browser.session_cookie(context, secret.text, operators::session_life));
}

Task<Result<operators::v1::GetInvitationResponse>> OperatorService::get_invitation(
    const operators::v1::GetInvitationRequest& request, rpc::Context& context) {
  co_return co_await run_query<operators::v1::GetInvitationResponse>(
      parts_.platform, context, [&](const store::Reader& reader) {
        return operators::get_invitation(reader, operators::hash_secret(request.secret()), parts_.platform.clock.now());
      });
}

Task<Result<operators::v1::RedeemInvitationResponse>> OperatorService::redeem_invitation(
    const operators::v1::RedeemInvitationRequest& request, rpc::Context& context) {
  if (auto good = operators::check_password(request.password(), "password"); !good.ok()) {
    co_return std::move(good).error();
  }
  operators::Redemption redemption;
  redemption.invitation_sha256 = operators::hash_secret(request.secret());
  // Before the hash is made, so that nobody without a link costs a tenth of a second.
  const auto state = parts_.platform.partition.snapshot();
  auto invited = operators::get_invitation(*state, redemption.invitation_sha256, parts_.platform.clock.now());
  if (!invited.ok()) co_return std::move(invited).error();
  const auto found = operators::find_operator_by_invitation(*state, redemption.invitation_sha256);
  auto password = co_await parts_.hashes.hash(context.executor(), request.password());
  if (!password.ok()) co_return std::move(password).error();
  const Secret secret = operators::make_secret(parts_.platform.random);
  redemption.email = request.email();
  redemption.name = request.name();
  redemption.password = std::move(*password);
  redemption.session = new_session(secret, context);
  auto response = co_await submit_for<operators::v1::RedeemInvitationResponse>(
      parts_.platform, context, public_command_context(context, actor_of(found->id), request),
      [&](engine::Work& work) { return operators::decide_redeem_invitation(work, redemption); });
  if (response.ok()) {
    set_cookie(context, secret);
    if (parts_.on_redeemed) parts_.on_redeemed(request.secret());
  }
  co_return response;
}

Task<Result<operators::v1::SignInResponse>> OperatorService::sign_in(const operators::v1::SignInRequest& request,
                                                                     rpc::Context& context) {
  const std::string email = operators::normalized_email(request.email());
  operators::SignInAttempt attempt;
  attempt.email_sha256 = operators::hash_secret(email);
  const auto state = parts_.platform.partition.snapshot();
  // Before the comparison, so that guessing in vain costs nothing. The lane looks again.
  if (auto free = operators::check_sign_in(*state, attempt.email_sha256, parts_.platform.clock.now()); !free.ok()) {
    co_return std::move(free).error();
  }
  const auto found = operators::find_operator_by_email(*state, email);
  const auto stored = found ? password_of(found->row) : std::nullopt;
  const auto matched = co_await parts_.hashes.matches(context.executor(), request.password(), stored);
  if (!matched.ok()) co_return matched.error();
  const Secret secret = operators::make_secret(parts_.platform.random);
  if (found) attempt.operator_id = found->id;
  attempt.matched = *matched;
  attempt.compared_with = stored.value_or(operators::v1::Password());
  attempt.session = new_session(secret, context);
  auto response = co_await submit_for<operators::v1::SignInResponse>(
      parts_.platform, context,
      public_command_context(context, actor_of(attempt.matched ? attempt.operator_id : std::nullopt), request),
      [&](engine::Work& work) { return operators::decide_sign_in(work, attempt); });
  if (response.ok() && !response->has_operator_()) co_return sign_in_refused();
  if (response.ok()) set_cookie(context, secret);
  co_return response;
}

Task<Result<operators::v1::SignOutResponse>> OperatorService::sign_out(const operators::v1::SignOutRequest& request,
                                                                       rpc::Context& context) {
  auto response = co_await run_command<operators::v1::SignOutResponse>(
      parts_.platform, context, TenantId{}, request,
      [&](engine::Work& work) { return operators::decide_sign_out(work, session_of(context).name); });
  if (response.ok()) context.response_headers().add("set-cookie", parts_.browser.cleared_cookie(context));
  co_return response;
}

Task<Result<operators::v1::SignOutEverywhereResponse>> OperatorService::sign_out_everywhere(
    const operators::v1::SignOutEverywhereRequest& request, rpc::Context& context) {
  auto response = co_await run_command<operators::v1::SignOutEverywhereResponse>(
      parts_.platform, context, TenantId{}, request, [&](engine::Work& work) {
        return operators::decide_sign_out_everywhere(work, session_of(context).name, request);
      });
  if (response.ok() && !request.keep_current()) {
    context.response_headers().add("set-cookie", parts_.browser.cleared_cookie(context));
  }
  co_return response;
}

Task<Result<operators::v1::GetCurrentOperatorResponse>> OperatorService::get_current_operator(
    const operators::v1::GetCurrentOperatorRequest&, rpc::Context& context) {
  using Response = operators::v1::GetCurrentOperatorResponse;
  co_return co_await run_query<Response>(parts_.platform, context,
                                         [&](const store::Reader& reader) -> Result<Response> {
                                           return operators::get_current_operator(reader, session_of(context));
                                         });
}

Task<Result<operators::v1::ListSessionsResponse>> OperatorService::list_sessions(
    const operators::v1::ListSessionsRequest&, rpc::Context& context) {
  using Response = operators::v1::ListSessionsResponse;
  co_return co_await run_query<Response>(
      parts_.platform, context, [&](const store::Reader& reader) -> Result<Response> {
        return operators::list_sessions(reader, session_of(context).name, parts_.platform.clock.now());
      });
}

Task<Result<operators::v1::ChangePasswordResponse>> OperatorService::change_password(
    const operators::v1::ChangePasswordRequest& request, rpc::Context& context) {
  if (auto good = operators::check_password(request.new_password(), "new_password"); !good.ok()) {
    co_return std::move(good).error();
  }
  const operators::SignedIn& session = session_of(context);
  // Whoever has the session could guess the password here: the guesses count like those of signing in.
  operators::SignInAttempt attempt;
  attempt.email_sha256 = operators::hash_secret(session.operator_row.email());
  const auto free = operators::check_sign_in(*parts_.platform.partition.snapshot(), attempt.email_sha256,
                                             parts_.platform.clock.now());
  if (!free.ok()) co_return free.error();
  const auto stored = password_of(session.operator_row);
  const auto matched = co_await parts_.hashes.matches(context.executor(), request.current_password(), stored);
  if (!matched.ok()) co_return matched.error();
  if (!*matched || !stored) {
    attempt.operator_id = session.name.operator_id;
    const auto counted = co_await submit_for<operators::v1::SignInResponse>(
        parts_.platform, context, public_command_context(context, actor_of(attempt.operator_id), request),
        [&](engine::Work& work) { return operators::decide_sign_in(work, attempt); });
    if (!counted.ok()) co_return counted.error();
    co_return invalid_argument("password_wrong", "The current password is another one.")
        .with_violation("current_password", "must be the password you signed in with");
  }
  auto password = co_await parts_.hashes.hash(context.executor(), request.new_password());
  if (!password.ok()) co_return std::move(password).error();
  const operators::PasswordChange change{session.name, *stored, std::move(*password)};
  co_return co_await run_command<operators::v1::ChangePasswordResponse>(
      parts_.platform, context, TenantId{}, request,
      [&](engine::Work& work) { return operators::decide_change_password(work, change); });
}

Task<Result<operators::v1::InviteOperatorResponse>> OperatorService::invite_operator(
    const operators::v1::InviteOperatorRequest& request, rpc::Context& context) {
  const Secret secret = operators::make_secret(parts_.platform.random);
  auto response = co_await run_command<operators::v1::InviteOperatorResponse>(
      parts_.platform, context, caller_of(context).tenant(), request,
      [&](engine::Work& work) { return operators::decide_invite_operator(work, request, secret.sha256); });
  // A replayed answer is about the link of the first one, which was shown then.
  if (response.ok() && response->has_expire_time() && !was_replayed(context)) {
    response->set_invitation_url(invitation_url(parts_.public_base_url, secret.text));
  }
  co_return response;
}

Task<Result<operators::v1::ListOperatorsResponse>> OperatorService::list_operators(
    const operators::v1::ListOperatorsRequest& request, rpc::Context& context) {
  co_return co_await run_query<operators::v1::ListOperatorsResponse>(
      parts_.platform, context, [&](const store::Reader& reader) {
        return operators::list_operators(reader, caller_of(context).tenant(), request);
      });
}

Task<Result<operators::v1::UpdateOperatorResponse>> OperatorService::update_operator(
    const operators::v1::UpdateOperatorRequest& request, rpc::Context& context) {
  co_return co_await run_command<operators::v1::UpdateOperatorResponse>(
      parts_.platform, context, caller_of(context).tenant(), request,
      [&](engine::Work& work) { return operators::decide_update_operator(work, request); });
}

Task<Result<operators::v1::ListOperatorActionsResponse>> OperatorService::list_operator_actions(
    const operators::v1::ListOperatorActionsRequest& request, rpc::Context& context) {
  co_return co_await run_query<operators::v1::ListOperatorActionsResponse>(
      parts_.platform, context, [&](const store::Reader& reader) {
        return operators::list_operator_actions(reader, caller_of(context).tenant(), request);
      });
}

}  // namespace florin::api
