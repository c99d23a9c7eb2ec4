#include "app/scenario/testing/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/domains/domains.h"
#include "app/scenario/testing/script.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "engine/recovery.h"
#include "engine/verify.h"
#include "florin/common/v1/options.pb.h"
#include "operators/actions.h"
#include "operators/roles.h"
#include "payments/commands.h"
#include "payments/queries.h"

namespace florin::app::scenario {
namespace {

constexpr std::array<std::string_view, 4> mode_names = {"plain", "restart-each", "replay-from-zero", "psp-faults"};

template <class Thing>
Result<Thing> find(const std::map<std::string, Thing>& things, const std::string& name, std::string_view kind) {
  const auto found = things.find(name);
  if (found == things.end()) return script_wrong(fmt::format("there is no {} '{}'", kind, name));
  return found->second;
}

// "payments.write" of "florin.payments.v1.PaymentService/CreatePayment", as its contract says.
std::optional<tenants::Permission> permission_for(std::string method) {
  std::ranges::replace(method, '/', '.');
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method);
  if (found == nullptr) return std::nullopt;
  return tenants::permission_from_name(found->options().GetExtension(common::v1::method).permission());
}

// Lets `decide` through as the person's role allows, and writes it into the audit, as the API does it.
engine::Decide as_person(const operators::SessionName& person, const std::string& method, engine::Decide decide) {
  return [person, method, decide = std::move(decide)](engine::Work& work) mutable -> Result<std::string> {
    const auto session = operators::find_session(work.state(), person, work.now());
    if (!session) return failed_precondition("session_ended", "The session has ended. Sign in again.");
    const auto permission = permission_for(method);
    const auto role = operators::role_at(session->operator_row, work.tenant());
    if (permission && !operators::permissions_of(role, work.tenant().empty()).has(*permission)) {
      return failed_precondition("permission_missing", fmt::format("The role may not do {} here.", method));
    }
    ASSIGN_OR_RETURN(std::string response, decide(work));
    operators::record_action(
        work, {.operator_id = person.operator_id.to_string(), .session_id = person.session_id.to_string()});
    return response;
  };
}

}  // namespace

std::string_view mode_name(Mode mode) {
  return mode_names[static_cast<std::size_t>(mode)];
}

std::optional<Mode> mode_from_name(std::string_view name) {
  const auto found = std::ranges::find(mode_names, name);
  if (found == mode_names.end()) return std::nullopt;
  return static_cast<Mode>(found - mode_names.begin());
}

World::World(Mode mode)
    : mode_(mode),
      settings_(app::payment_settings("https://pay.test")),
      psp_({.now = [this] { return partition_->now(); },
            .receive =
                [this](const connectors::Account& account, std::string body, connectors::v1::PspWebhook content) {
                  receive_webhook(account, std::move(body), std::move(content));
                },
            .faults = mode == Mode::psp_faults}) {
  register_domains(registry_, checkout_settings_);
  engine::SynchronousPartition::Options options;
  options.registry = &registry_;
  options.effects = &psp_;
  partition_.emplace(options);
}

Result<std::string> World::run_bytes(const Call& call, const google::protobuf::Message& request,
                                     engine::Decide decide) {
  engine::CommandContext context;
  context.tenant = call.tenant;
  context.actor = {journal::v1::ACTOR_KIND_API_KEY, "scenario"};
  context.name = call.method;
  if (acting_) {
    context.actor = {journal::v1::ACTOR_KIND_OPERATOR, acting_->session.operator_id.to_string()};
    decide = as_person(acting_->session, call.method, std::move(decide));
  }
  if (call.key) context.idempotency = engine::IdempotencyKey{call.method, *call.key, request.SerializeAsString()};
  auto reply = partition_->run(std::move(context), std::move(decide));
  psp_.catch_up();
  return reply;
}

void World::receive_webhook(const connectors::Account& account, std::string body, connectors::v1::PspWebhook content) {
  engine::CommandContext context;
  const auto id = payments::PaymentId::parse(content.reference());
  if (const auto row = id ? payments::find_payment_of_any_tenant(state(), *id) : std::nullopt) {
    context.tenant = payments::tenant_of(*row);
  }
  context.actor = {journal::v1::ACTOR_KIND_PSP, account.connector};
  context.name = "webhook";
  context.priority = engine::Priority::in_flight;
  const payments::Webhook webhook{account.connector, account.account, std::move(body), std::move(content)};
  const auto reply = partition_->run(std::move(context), [&](engine::Work& work) -> Result<std::string> {
    RETURN_IF_ERROR(payments::decide_webhook(work, settings_, webhook));
    return std::string();
  });
  CHECK(reply.ok(), "a webhook was refused: {}", reply.error().to_string());
}

std::optional<Timestamp> World::next_due() const {
  auto next = psp_.next_due();
  for (const engine::Timer& timer : partition_->timers()) next = next ? std::min(*next, timer.due) : timer.due;
  return next;
}

void World::advance(Duration by) {
  const Timestamp end = partition_->now() + by;
  for (;;) {
    psp_.catch_up();
    partition_->advance({});  // takes in the answers that came
    const auto due = next_due();
    if (!due || *due > end) break;
    partition_->advance(std::max(*due - partition_->now(), Duration{}));
  }
  partition_->advance(end - partition_->now());
}

void World::restart() {
  psp_.forget_callers();
  partition_->restart();
}

Status World::end_step() {
  // Answers and webhooks that are due now belong to the step.
  advance({});
  if (mode_ == Mode::restart_each) {
    restart();
    advance({});
  } else if (mode_ == Mode::replay_from_zero) {
    RETURN_IF_ERROR(check_replay());
    psp_.forget_callers();
    partition_->restart(engine::SynchronousPartition::State::replay_from_zero);
    advance({});
  }
  return ok();
}

Status World::check_replay() const {
  const auto scratch = engine::empty_state();
  RETURN_IF_ERROR(engine::recover({1, &partition_->journal(), &registry_, scratch.get()}));
  if (engine::state_digest(scratch->latest()) == partition_->digest()) return ok();
  return internal_error("scenario_state_differs", "The journal, replayed from zero, gives another state.");
}

Status World::verify() const {
  const auto scratch = engine::empty_state();
  const auto live = partition_->snapshot();
  ASSIGN_OR_RETURN(const auto report, engine::verify({.partition = 1,
                                                      .journal = &partition_->journal(),
                                                      .live = live.get(),
                                                      .registry = &registry_,
                                                      .scratch = scratch.get()}));
  if (report.clean()) return ok();
  return internal_error("scenario_not_clean", report.problems.front());
}

Status World::name_tenant(const std::string& name, TenantId id) {
  if (!tenants_.emplace(name, id).second) return script_wrong(fmt::format("there is a tenant '{}' already", name));
  latest_tenant_ = name;
  return ok();
}

Result<TenantId> World::tenant(const std::optional<std::string>& name) const {
  if (!name && latest_tenant_.empty()) return script_wrong("there is no tenant yet");
  return find(tenants_, name.value_or(latest_tenant_), "tenant");
}

Result<World::Payment> World::payment(const std::string& name) const {
  return find(payments_, name, "payment");
}

Result<World::Operation> World::operation(const std::string& name) const {
  return find(operations_, name, "operation");
}

Result<World::Account> World::account(const std::string& name) const {
  return find(accounts_, name, "account");
}

Result<World::Session> World::session(const std::string& name) const {
  return find(sessions_, name, "session");
}

Result<World::Link> World::link(const std::string& name) const {
  return find(links_, name, "link");
}

Result<World::Person> World::person(const std::string& name) const {
  return find(people_, name, "person");
}

Result<std::string> World::invitation(const std::string& name) const {
  return find(invitations_, name, "invitation");
}

std::string World::make_secret(std::string_view prefix) {
  return std::string(prefix) + hex(crypto::as_bytes(crypto::sha256(std::to_string(++secrets_)))).substr(0, 32);
}

payments::v1::Payment World::read(const Payment& payment) const {
  const auto row = payments::find_payment(state(), payment.tenant, payment.id);
  CHECK(row);
  return row->payment();
}

ledger::U128 World::transfer_id(std::string_view name) {
  return ledger::U128::load(reinterpret_cast<const char*>(crypto::sha256(name).data()));
}

}  // namespace florin::app::scenario
