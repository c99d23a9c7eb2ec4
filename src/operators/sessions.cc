// Signing in and out.
#include "operators/sessions.h"

#include <fmt/format.h>

#include <algorithm>

#include "contracts/convert.h"
#include "operators/actions.h"
#include "operators/limits.h"
#include "operators/roles.h"

namespace florin::operators {
namespace {

constexpr TenantId platform;

std::string cut_to(std::string_view text, std::size_t bytes) {
  // What a browser calls itself is ASCII; anything else could be cut in the middle of a character.
  std::string kept(text.substr(0, bytes));
  std::erase_if(kept, [](char c) { return c < ' ' || c > '~'; });
  return kept;
}

std::optional<SignInFailuresRow> failures_of(const store::Reader& reader, std::string_view email_sha256,
                                             Timestamp now) {
  auto row = failures_table().get(reader, store::Key().raw(email_sha256));
  if (row && Timestamp{row->last_time_us()} + failures_life <= now) return std::nullopt;
  return row;
}

Duration wait_after(std::uint32_t failures) {
  if (failures < free_failures) return {};
  Duration wait = first_wait;
  for (std::uint32_t n = free_failures; n < failures && wait < wait_max; ++n) wait = wait * 2;
  return std::min(wait, wait_max);
}

void emit_session_ended(engine::Work& work, OperatorId id, SessionId session, v1::SessionEnd why) {
  v1::SessionEnded event;
  event.set_operator_id(id.to_string());
  event.set_session_id(session.to_string());
  event.set_why(why);
  work.emit_for(platform, id.to_string(), event);
}

bool same_password(const OperatorRow& row, const v1::Password& compared_with) {
  return row.has_password() && row.password().hash() == compared_with.hash() &&
         row.password().salt() == compared_with.salt();
}

// The operator who signs in; nothing for an attempt that is refused. The row may have changed since the comparison.
std::optional<OperatorRow> admitted(const engine::Work& work, const SignInAttempt& attempt) {
  if (!attempt.matched || !attempt.operator_id) return std::nullopt;
  auto row = find_operator(work.state(), *attempt.operator_id);
  if (!row || row->disabled() || !same_password(*row, attempt.compared_with)) return std::nullopt;
  return row;
}

void count_failure(engine::Work& work, const SignInAttempt& attempt, std::uint32_t failures) {
  v1::SignInFailed event;
  event.set_email_sha256(attempt.email_sha256);
  if (attempt.operator_id) event.set_operator_id(attempt.operator_id->to_string());
  event.set_failures(failures);
  work.emit_for(platform, event.operator_id(), event);
}

}  // namespace

KeyedSession start_session(engine::Work& work, OperatorId id, const NewSession& session) {
  const auto open = sessions_of(work.state(), id);
  if (open.size() >= sessions_max) emit_session_ended(work, id, open.front().id, v1::SESSION_END_SIGNED_OUT);
  const auto session_id = work.new_id<SessionTag>();
  v1::SessionStarted event;
  event.set_operator_id(id.to_string());
  event.set_session_id(session_id.to_string());
  event.set_secret_sha256(session.secret_sha256);
  event.set_user_agent(cut_to(session.user_agent, user_agent_max));
  *event.mutable_expire_time() = contracts::to_message(work.now() + session_life);
  work.emit_for(platform, id.to_string(), event);
  work.set_timer({.kind = std::string(session_timer),
                  .subject = id.to_string(),
                  .due = work.now() + session_life,
                  .payload = session_id.to_string()});
  return {session_id, session_table().get(work.state(), session_key(id, session_id)).value()};
}

std::uint32_t end_sessions(engine::Work& work, OperatorId id, std::optional<SessionId> except, v1::SessionEnd why) {
  std::uint32_t ended = 0;
  for (const auto& session : sessions_of(work.state(), id)) {
    if (session.id == except) continue;
    emit_session_ended(work, id, session.id, why);
    ++ended;
  }
  return ended;
}

void emit_credential_set(engine::Work& work, OperatorId id, const v1::Password& password) {
  v1::CredentialSet event;
  event.set_operator_id(id.to_string());
  *event.mutable_credential()->mutable_password() = password;
  work.emit_for(platform, id.to_string(), event);
}

void handle_session_timer(engine::Work& work, const engine::Timer& timer) {
  const auto id = OperatorId::parse(timer.subject);
  const auto session = SessionId::parse(timer.payload);
  CHECK(id && session, "a session's timer names {} and {}", timer.subject, timer.payload);
  if (!session_table().has(work.state(), session_key(*id, *session))) return;
  emit_session_ended(work, *id, *session, v1::SESSION_END_EXPIRED);
}

Status check_sign_in(const store::Reader& reader, std::string_view email_sha256, Timestamp now) {
  const auto failures = failures_of(reader, email_sha256, now);
  if (!failures) return ok();
  const Timestamp free_at = Timestamp{failures->last_time_us()} + wait_after(failures->failures());
  if (free_at <= now) return ok();
  return resource_exhausted("sign_in_too_often", "Signing in failed too often. Wait a little, then try again.",
                            free_at - now);
}

Result<v1::SignInResponse> decide_sign_in(engine::Work& work, const SignInAttempt& attempt) {
  RETURN_IF_ERROR(check_sign_in(work.state(), attempt.email_sha256, work.now()));
  const auto before = failures_of(work.state(), attempt.email_sha256, work.now());
  const std::uint32_t failures = before ? before->failures() : 0;
  v1::SignInResponse response;
  if (!admitted(work, attempt)) {
    count_failure(work, attempt, failures + 1);
    return response;
  }
  const OperatorId id = *attempt.operator_id;
  const auto session = start_session(work, id, attempt.session);
  record_action(work,
                {.operator_id = id.to_string(), .session_id = session.id.to_string(), .resource_id = id.to_string()});
  *response.mutable_operator_() = to_operator(id, find_operator(work.state(), id).value(), platform);
  *response.mutable_session() = to_session(session);
  response.mutable_session()->set_current(true);
  response.set_failures_before(failures);
  return response;
}

Result<v1::SignOutResponse> decide_sign_out(engine::Work& work, const SessionName& session) {
  if (session_table().has(work.state(), session_key(session.operator_id, session.session_id))) {
    emit_session_ended(work, session.operator_id, session.session_id, v1::SESSION_END_SIGNED_OUT);
  }
  return v1::SignOutResponse();
}

Result<v1::SignOutEverywhereResponse> decide_sign_out_everywhere(engine::Work& work, const SessionName& session,
                                                                 const v1::SignOutEverywhereRequest& request) {
  const auto kept = request.keep_current() ? std::optional(session.session_id) : std::nullopt;
  v1::SignOutEverywhereResponse response;
  response.set_sessions_ended(end_sessions(work, session.operator_id, kept, v1::SESSION_END_SIGNED_OUT));
  return response;
}

Status decide_use_session(engine::Work& work, const SessionName& session) {
  const auto open = find_session(work.state(), session, work.now());
  if (!open || !is_use_due(open->session_row, work.now())) return ok();
  v1::SessionUsed event;
  event.set_operator_id(session.operator_id.to_string());
  event.set_session_id(session.session_id.to_string());
  work.emit_for(platform, event.operator_id(), event);
  return ok();
}

Result<v1::ChangePasswordResponse> decide_change_password(engine::Work& work, const PasswordChange& change) {
  const OperatorId id = change.session.operator_id;
  const auto row = find_operator(work.state(), id);
  if (!row || !same_password(*row, change.compared_with)) {
    return Error(Code::aborted, ErrorDomain::request, "password_changed_meanwhile",
                 "The password was changed meanwhile. Try again with the one that is valid now.");
  }
  emit_credential_set(work, id, change.password);
  v1::ChangePasswordResponse response;
  response.set_sessions_ended(end_sessions(work, id, change.session.session_id, v1::SESSION_END_PASSWORD_CHANGED));
  return response;
}

}  // namespace florin::operators
