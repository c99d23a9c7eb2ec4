#include "checkout/apply.h"

#include "checkout/rows.h"
#include "contracts/convert.h"
#include "florin/checkout/v1/events.pb.h"

namespace florin::checkout {
namespace {

using engine::EventContext;

// Events hold ids that this room wrote itself.
template <class Tag>
Id<Tag> parse_own(std::string_view text) {
  const auto id = Id<Tag>::parse(text);
  CHECK(id, "an event names {}", text);
  return *id;
}

SessionRow load_session(const EventContext& context, std::string_view id, store::Writer& writer) {
  auto row = find_session(writer, context.tenant, parse_own<SessionTag>(id));
  CHECK(row, "an event is about {}, which is not there", id);
  return std::move(*row);
}

void save(const EventContext& context, SessionRow& row, store::Writer& writer) {
  *row.mutable_session()->mutable_update_time() = contracts::to_message(context.time);
  session_table().put(writer, session_key(context.tenant, parse_own<SessionTag>(row.session().id())), row);
}

PaymentLinkRow load_link(const EventContext& context, std::string_view id, store::Writer& writer) {
  auto row = find_link(writer, context.tenant, parse_own<PaymentLinkTag>(id));
  CHECK(row, "an event is about {}, which is not there", id);
  return std::move(*row);
}

void save(const EventContext& context, PaymentLinkRow& row, store::Writer& writer) {
  *row.mutable_payment_link()->mutable_update_time() = contracts::to_message(context.time);
  link_table().put(writer, link_key(context.tenant, parse_own<PaymentLinkTag>(row.payment_link().id())), row);
}

void apply_session_created(const EventContext& context, const v1::SessionCreated& event,
                           store::Writer& writer) noexcept {
  SessionRow row;
  row.set_secret(event.secret());
  v1::CheckoutSession& session = *row.mutable_session();
  session.set_id(event.session_id());
  session.set_status(v1::CHECKOUT_SESSION_STATUS_OPEN);
  session.mutable_amount()->set_currency(event.terms().currency());
  session.mutable_amount()->set_minor(event.amount_minor());
  *session.mutable_terms() = event.terms();
  session.set_payment_link_id(event.payment_link_id());
  *session.mutable_create_time() = contracts::to_message(context.time);
  *session.mutable_expire_time() = event.expire_time();
  save(context, row, writer);
  if (event.payment_link_id().empty()) return;
  PaymentLinkRow link = load_link(context, event.payment_link_id(), writer);
  link.mutable_payment_link()->set_opened_count(link.payment_link().opened_count() + 1);
  link.set_session_id(event.session_id());
  save(context, link, writer);
}

void apply_payment_made(const EventContext& context, const v1::SessionPaymentMade& event,
                        store::Writer& writer) noexcept {
  SessionRow row = load_session(context, event.session_id(), writer);
  row.mutable_session()->set_payment_id(event.payment_id());
  save(context, row, writer);
}

void apply_session_ended(const EventContext& context, const v1::SessionEnded& event, store::Writer& writer) noexcept {
  SessionRow row = load_session(context, event.session_id(), writer);
  row.mutable_session()->set_status(event.status());
  save(context, row, writer);
  if (event.status() != v1::CHECKOUT_SESSION_STATUS_COMPLETED || row.session().payment_link_id().empty()) return;
  PaymentLinkRow link = load_link(context, row.session().payment_link_id(), writer);
  link.mutable_payment_link()->set_completed_count(link.payment_link().completed_count() + 1);
  save(context, link, writer);
}

void apply_link_created(const EventContext& context, const v1::PaymentLinkCreated& event,
                        store::Writer& writer) noexcept {
  PaymentLinkRow row;
  row.set_secret(event.secret());
  v1::PaymentLink& link = *row.mutable_payment_link();
  link.set_id(event.payment_link_id());
  link.set_use(event.use());
  link.mutable_amount()->set_currency(event.terms().currency());
  link.mutable_amount()->set_minor(event.amount_minor());
  *link.mutable_terms() = event.terms();
  *link.mutable_create_time() = contracts::to_message(context.time);
  if (event.has_expire_time()) *link.mutable_expire_time() = event.expire_time();
  save(context, row, writer);
}

void apply_link_updated(const EventContext& context, const v1::PaymentLinkUpdated& event,
                        store::Writer& writer) noexcept {
  PaymentLinkRow row = load_link(context, event.payment_link_id(), writer);
  row.set_inactive(!event.active());
  save(context, row, writer);
}

}  // namespace

void register_events(engine::Registry& registry) {
  registry.on_event<v1::SessionCreated>(&apply_session_created);
  registry.on_event<v1::SessionPaymentMade>(&apply_payment_made);
  registry.on_event<v1::SessionEnded>(&apply_session_ended);
  registry.on_event<v1::PaymentLinkCreated>(&apply_link_created);
  registry.on_event<v1::PaymentLinkUpdated>(&apply_link_updated);
}

}  // namespace florin::checkout
