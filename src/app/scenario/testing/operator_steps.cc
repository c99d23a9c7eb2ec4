// Steps: the people of the console. `as <person> <step>` does a step in a person's name: only if their role lets them,
// and written down in the audit.
#include <fmt/format.h>

#include <algorithm>

#include "app/scenario/testing/steps.h"
#include "base/random.h"
#include "operators/actions.h"
#include "operators/operators.h"
#include "operators/roles.h"

namespace florin::app::scenario {
namespace {

namespace v1 = operators::v1;

constexpr std::string_view service = "florin.operators.v1.OperatorService/";
constexpr std::string_view good_password = "correct horse battery";
// Next to none: what hashing costs is not what scenarios are about.
constexpr crypto::ScryptCost cost{4, 1, 1};

std::string method(std::string_view name) {
  return std::string(service) + std::string(name);
}

Result<v1::OperatorRole> parse_role(const std::string& word) {
  std::string name = "OPERATOR_ROLE_" + word;
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  v1::OperatorRole role{};
  if (!v1::OperatorRole_Parse(name, &role)) return script_wrong(fmt::format("there is no role '{}'", word));
  return role;
}

// The platform for [platform], else the tenant of [tenant=].
Result<TenantId> take_place(World& world, Arguments& arguments) {
  if (arguments.flag("platform")) return TenantId{};
  return world.tenant(arguments.named("tenant"));
}

// first-owner <link>: the link that the first start prints.
Status first_owner(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link's name");
  RETURN_IF_ERROR(arguments.done());
  const std::string secret = world.make_secret("invitation_");
  const auto decide = [&](engine::Work& work) -> Result<v1::GetInvitationResponse> {
    ASSIGN_OR_RETURN(const bool made, operators::decide_invite_first_owner(work, operators::hash_secret(secret)));
    if (!made) return failed_precondition("owner_exists", "An owner can sign in already; no link is made.");
    return v1::GetInvitationResponse();
  };
  RETURN_IF_ERROR(world.run<v1::GetInvitationResponse>({{}, "first-owner", {}}, v1::GetInvitationRequest(), decide));
  world.name_invitation(name, secret);
  return ok();
}

// invite <link> <email> <role> [platform] [tenant=]: done by the person of `as`.
Status invite(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the link's name");
  v1::InviteOperatorRequest request;
  request.set_email(arguments.next("the address"));
  const std::string role = arguments.next("the role");
  ASSIGN_OR_RETURN(const TenantId place, take_place(world, arguments));
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const v1::OperatorRole parsed, parse_role(role));
  request.set_role(parsed);
  const std::string secret = world.make_secret("invitation_");
  RETURN_IF_ERROR(
      world.run<v1::InviteOperatorResponse>({place, method("InviteOperator"), {}}, request, [&](engine::Work& work) {
        return operators::decide_invite_operator(work, request, operators::hash_secret(secret));
      }));
  world.name_invitation(name, secret);
  return ok();
}

World::Person person_of(const v1::Operator& person, const v1::Session& session) {
  const auto id = operators::OperatorId::parse(person.id()).value();
  return {operators::SessionName{id, operators::SessionId::parse(session.id()).value()}};
}

// redeem <person> <link> [email=] [password=]: the person is signed in then.
Status redeem(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person's name");
  const std::string link = arguments.next("the link");
  const std::string password = arguments.named("password").value_or(std::string(good_password));
  operators::Redemption redemption;
  redemption.email = arguments.named("email").value_or("");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const std::string secret, world.invitation(link));
  RETURN_IF_ERROR(operators::check_password(password, "password"));
  redemption.invitation_sha256 = operators::hash_secret(secret);
  redemption.name = name;
  redemption.password = operators::hash_password(password, system_random(), cost);
  redemption.session = {operators::hash_secret(world.make_secret("session_")), "Scenario/1.0"};
  ASSIGN_OR_RETURN(const auto response,
                   world.run<v1::RedeemInvitationResponse>(
                       {{}, method("RedeemInvitation"), {}}, v1::RedeemInvitationRequest(),
                       [&](engine::Work& work) { return operators::decide_redeem_invitation(work, redemption); }));
  world.name_person(name, person_of(response.operator_(), response.session()));
  return ok();
}

// sign-in <person> <email> [password=]
Status sign_in(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person's name");
  const std::string email = operators::normalized_email(arguments.next("the address"));
  const std::string password = arguments.named("password").value_or(std::string(good_password));
  RETURN_IF_ERROR(arguments.done());
  operators::SignInAttempt attempt;
  attempt.email_sha256 = operators::hash_secret(email);
  attempt.session = {operators::hash_secret(world.make_secret("session_")), "Scenario/1.0"};
  if (const auto found = operators::find_operator_by_email(world.state(), email)) {
    attempt.operator_id = found->id;
    attempt.compared_with = found->row.password();
    attempt.matched = found->row.has_password() && operators::password_matches(password, found->row.password());
  }
  ASSIGN_OR_RETURN(const auto response, world.run<v1::SignInResponse>({{}, method("SignIn"), {}}, v1::SignInRequest(),
                                                                      [&](engine::Work& work) {
                                                                        return operators::decide_sign_in(work, attempt);
                                                                      }));
  // As the service says it: the failure itself is committed.
  if (!response.has_operator_()) return failed_precondition("sign_in_refused", "The address or the password is wrong.");
  world.name_person(name, person_of(response.operator_(), response.session()));
  return ok();
}

// sign-out <person>
Status sign_out(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Person person, world.person(name));
  RETURN_IF_ERROR(world.run<v1::SignOutResponse>(
      {{}, method("SignOut"), {}}, v1::SignOutRequest(),
      [&](engine::Work& work) { return operators::decide_sign_out(work, person.session); }));
  return ok();
}

Status update(World& world, Arguments& arguments, v1::UpdateOperatorRequest request) {
  ASSIGN_OR_RETURN(const TenantId place, take_place(world, arguments));
  RETURN_IF_ERROR(arguments.done());
  RETURN_IF_ERROR(world.run<v1::UpdateOperatorResponse>(
      {place, method("UpdateOperator"), {}}, request,
      [&](engine::Work& work) { return operators::decide_update_operator(work, request); }));
  return ok();
}

// role <person> <role> [platform] [tenant=]: done by the person of `as`.
Status role(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person");
  const std::string word = arguments.next("the role");
  ASSIGN_OR_RETURN(const World::Person person, world.person(name));
  ASSIGN_OR_RETURN(const v1::OperatorRole parsed, parse_role(word));
  v1::UpdateOperatorRequest request;
  request.set_operator_id(person.session.operator_id.to_string());
  request.set_role(parsed);
  return update(world, arguments, std::move(request));
}

// disable <person> [platform] [tenant=]: done by the person of `as`.
Status disable(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person");
  ASSIGN_OR_RETURN(const World::Person person, world.person(name));
  v1::UpdateOperatorRequest request;
  request.set_operator_id(person.session.operator_id.to_string());
  request.set_disabled(true);
  return update(world, arguments, std::move(request));
}

// as <person> <step>
Status as(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person");
  ASSIGN_OR_RETURN(const World::Person person, world.person(name));
  Line inner = arguments.line();
  const auto found = std::ranges::find(inner.words, name);
  CHECK(found != inner.words.end());
  inner.words.erase(inner.words.begin(), found + 1);
  if (inner.words.empty()) return script_wrong("write: as <person> <step>");
  world.act_as(person);
  Status outcome = run_step(world, inner);
  world.act_as(std::nullopt);
  return outcome;
}

// signed-in <person> yes|no
Status signed_in(World& world, Arguments& arguments) {
  const std::string name = arguments.next("the person");
  const std::string wanted = arguments.next("yes or no");
  RETURN_IF_ERROR(arguments.done());
  ASSIGN_OR_RETURN(const World::Person person, world.person(name));
  const bool is_open = operators::find_session(world.state(), person.session, world.partition().now()).has_value();
  const std::string actual = is_open ? "yes" : "no";
  if (wanted != actual) return differs("signed in", wanted, actual);
  return ok();
}

// audit [platform] [tenant=], with one row for each action, newest first: | person | method |
Status audit(World& world, Arguments& arguments) {
  ASSIGN_OR_RETURN(const TenantId place, take_place(world, arguments));
  RETURN_IF_ERROR(arguments.done());
  std::string wanted;
  for (const Row& row : arguments.line().rows) {
    if (row.size() != 2) return script_wrong("a row of the audit is | person | method |");
    wanted += fmt::format("\n    | {} | {} |", row[0], row[1]);
  }
  std::string actual;
  v1::ListOperatorActionsRequest request;
  do {
    ASSIGN_OR_RETURN(const auto page, operators::list_operator_actions(world.state(), place, request));
    for (const v1::OperatorAction& action : page.actions()) {
      const std::string short_method = action.method().substr(action.method().find('/') + 1);
      actual += fmt::format("\n    | {} | {} |", action.operator_name(), short_method);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (wanted != actual) return differs("the audit", wanted, actual);
  return ok();
}

constexpr NamedStep steps[] = {
    {"first-owner", &first_owner}, {"invite", &invite}, {"redeem", &redeem},   {"sign-in", &sign_in},
    {"sign-out", &sign_out},       {"role", &role},     {"disable", &disable}, {"as", &as},
    {"signed-in", &signed_in},     {"audit", &audit},
};

}  // namespace

Step find_operator_step(std::string_view name) {
  const auto found = std::ranges::find(steps, name, &NamedStep::name);
  return found == std::end(steps) ? nullptr : found->step;
}

}  // namespace florin::app::scenario
