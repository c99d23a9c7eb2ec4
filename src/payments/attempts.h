// Attempts: one try at one provider to take a payment.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/registry.h"
#include "florin/connectors/v1/psp.pb.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/method.h"
#include "payments/rows.h"
#include "payments/settings.h"

namespace florin::payments {

struct AttemptStart {
  Method method;
  std::string return_url;  // empty keeps the payment's
};

// Chooses the provider, records the attempt and asks the provider. Refuses what the payment's status does not allow: at
// most one attempt is open at a time.
Status start_attempt(engine::Work& work, const Settings& settings, const PaymentRow& row, const AttemptStart& start);

// What the provider said of an attempt, from wherever it was learnt.
struct AttemptNews {
  std::string attempt_id;
  connectors::v1::PspReply reply;
  v1::Source source = v1::SOURCE_REPLY;
  Timestamp asked;  // when it was decided to ask
};

// Records the news with its postings and starts what follows from it. News about an attempt whose outcome is known
// changes nothing, unless the provider took money for one that had counted as not taken: then the truth wins, and a
// surplus is given back (surplus.h).
void record_attempt_news(engine::Work& work, const Settings& settings, const PaymentRow& row, const AttemptNews& news);

// The executor could not tell: the request was provably not sent, or its fate is unknown.
void record_attempt_not_sent(engine::Work& work, const PaymentRow& row, std::string_view attempt_id);
void record_attempt_unknown(engine::Work& work, const PaymentRow& row, std::string_view attempt_id);

inline constexpr std::string_view authorization_timer = "payments.authorization_expiry";
void on_authorization_timer(engine::Work& work, const engine::Timer& timer);

}  // namespace florin::payments
