// Connector: what Florin must know of one payment service provider (PSP). It builds requests and reads answers and
// webhooks, and that is all: it opens no socket, holds no state, asks no clock. So it is tested with recorded bytes,
// and runs in the simulator.
//
// Adding one: a folder src/connectors/<name>, one line in connectors/all/all_connectors.cc, golden files under
// test/golden/connectors/<name>, and its ConformanceCase (connectors/testing/conformance.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/result.h"
#include "base/time.h"
#include "florin/connectors/v1/psp.pb.h"
#include "florin/payments/v1/payments.pb.h"
#include "http/exchange.h"

namespace florin::connectors {

// An account at a provider, with its secrets: never logged, never in an Error, never in the journal.
struct Account {
  std::string connector;  // "sandbox"
  std::string account;    // "default"
  std::string base_url;   // "https://api.psp.example", without a slash at its end
  std::string api_key;
  std::string webhook_secret;
  std::string return_base_url;  // what goes before a return_url that is only a path; may be empty
};

struct PspHttpRequest {
  std::string method;  // "POST"
  std::string url;     // absolute
  http::Headers headers;
  std::string body;
  // Set where the body holds placeholders for a card (vault/client/vault_client.h): the request goes out through the
  // vault, which fills them in.
  std::string vault_token{};
  std::string vault_claimant{};
};

struct PspHttpReply {
  int status = 0;
  http::Headers headers;
  std::string body;
};

// A webhook as it came in: `body` is the raw bytes that the signature covers.
struct WebhookRequest {
  http::Headers headers;
  std::string body;
};

// What the provider promises for one operation.
struct OperationRules {
  v1::PspOperation operation;
  // The provider takes an idempotency key, and does the same thing only once under it for at least this long. Zero
  // where it takes none: then a request whose fate is unknown must not be sent again.
  Duration idempotency_kept;
};

// When "the provider has nothing under this key" proves that the request was never processed and never will be.
struct AbsenceRule {
  // False: nothing proves it; only an operator or a settlement file can tell.
  bool provable = false;
  // A reply ABSENT is proof only if its read began at least this long after the last try of the request had ended, in
  // whatever way. Before that a copy of the request may still be on its way: treat ABSENT as UNCLEAR and ask again.
  Duration after;
};

enum class WebhookSignature : std::uint8_t {
  hmac_sha256_of_time_and_body,  // refused when too old
  hmac_sha256_of_body,           // no time: replays are caught by the event id alone
};

// One line of the decline map: a provider's own code in Florin's taxonomy (florin.common.v1.PaymentFailure).
struct DeclineRule {
  std::string_view psp_code;
  common::v1::FailureCode code;
  common::v1::FailureActor actor;
  // Another attempt with the same method may succeed: the decline is soft.
  bool retryable;
  std::string_view message;
};

// A kind of payment method that the provider takes, and for which currencies (sorted); for all of its own where none
// are named.
struct MethodRules {
  payments::v1::PaymentMethodKind kind;
  std::span<const std::string_view> currencies;
};

struct Capabilities {
  std::string_view name;
  // What is not listed is refused by build with `unimplemented`.
  std::span<const OperationRules> operations;
  AbsenceRule absence;
  WebhookSignature webhook_signature;
  // How far a webhook's time may be from ours; zero where it carries none.
  Duration webhook_tolerance;
  // In the order in which they are offered, each kind once.
  std::span<const MethodRules> methods;
  // Sorted by psp_code. Codes that are not here become FAILURE_CODE_OTHER, hard.
  std::span<const DeclineRule> declines;
};

// Stateless and thread-safe; lives for the whole program.
class Connector {
 public:
  virtual ~Connector() = default;

  virtual const Capabilities& capabilities() const = 0;

  // The decimal digits of the unit in which the provider counts this currency; nothing if it does not take the
  // currency.
  virtual std::optional<int> unit_exponent(const Currency& currency) const = 0;

  // The same request gives the same bytes. Errors: invalid_argument (psp_request_invalid), unimplemented
  // (psp_operation_unsupported).
  virtual Result<PspHttpRequest> build(const v1::PspRequest& request, const Account& account) const = 0;

  // What the answer to build(request) means. An answer that cannot be read, contradicts the request, or comes from a
  // failure (5xx, 401, 429) is UNCLEAR: never a decline, never an absence.
  virtual v1::PspReply read(const v1::PspRequest& request, const PspHttpReply& answer) const = 0;

  // Checks the signature over the raw bytes in constant time, then the age. Errors: unauthenticated
  // (webhook_signature_invalid, webhook_expired), invalid_argument (webhook_unreadable).
  virtual Result<v1::PspWebhook> read_webhook(const WebhookRequest& webhook, const Account& account,
                                              Timestamp now) const = 0;
};

// Nothing if the connector does not have the operation.
const OperationRules* find_operation(const Capabilities& capabilities, v1::PspOperation operation);

// Whether the same request may be sent again under its key while the fate of the first is unknown. Reads always may.
bool repeatable(const Capabilities& capabilities, v1::PspOperation operation);

// For a reply ABSENT to a read that began `since_last_try` after the last try of the request had ended.
bool proves_absence(const AbsenceRule& rule, Duration since_last_try);

// The failure of a provider's own code, by the decline map; OTHER for a code that is not in it.
common::v1::PaymentFailure failure_of(const Capabilities& capabilities, std::string_view psp_code);

// The provider could not say: status UNCLEAR with this sentence. `message` must not quote the answer: it may hold
// secrets.
v1::PspReply unclear(std::string_view psp_code, std::string_view message);

// The errors that every connector shares.
Error request_invalid(std::string_view field, std::string_view rule);
Error operation_unsupported(v1::PspOperation operation);
Error webhook_signature_invalid();
Error webhook_expired();
Error webhook_unreadable();

// What every connector demands of a request before it looks closer: an operation it has, a currency it takes, an amount
// in range where the operation moves money, and a key, reference and token of visible ASCII within 255 characters.
Status check_request(const Connector& connector, const v1::PspRequest& request);

// Where the provider shall send the shopper.
std::string absolute_return_url(const v1::PspRequest& request, const Account& account);

}  // namespace florin::connectors
