#include "checkout/opening.h"

#include "checkout/ending.h"
#include "contracts/convert.h"
#include "florin/checkout/v1/events.pb.h"

namespace florin::checkout {

SessionId open_session(engine::Work& work, const NewSession& session) {
  const auto id = work.new_id<SessionTag>();
  const Timestamp due = work.now() + session.lifetime;
  v1::SessionCreated event;
  event.set_session_id(id.to_string());
  event.set_secret(std::string(session.secret));
  *event.mutable_terms() = session.terms;
  event.set_amount_minor(session.amount_minor);
  *event.mutable_expire_time() = contracts::to_message(due);
  event.set_payment_link_id(session.payment_link_id);
  work.emit(event.session_id(), event);
  set_session_timer(work, event.session_id(), due);
  return id;
}

}  // namespace florin::checkout
