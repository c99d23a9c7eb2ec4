// Service: the sandbox PSP without sockets, files or a clock. A request and the time go in; the answer, the webhooks to
// send and the bytes to make durable come out. Scenario tests and the simulator use it like this; Server puts it on the
// network.
//
//   Service service({.api_key = "sk_sandbox", .webhook_secret = "whsec"});
//   PspAnswer answer = service.handle(request, now);
//
// Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "sandbox_psp/books.h"
#include "sandbox_psp/faults.h"
#include "sandbox_psp/render.h"
#include "sandbox_psp/request.h"

namespace florin::sandbox_psp {

struct Timing {
  Duration slow = Duration::milliseconds(300);     // tok_slow
  Duration pending = Duration::milliseconds(500);  // until what is pending settles
  Duration late_webhook = Duration::seconds(5);    // tok_late_webhook
  Duration upi = Duration::minutes(5);             // how long the shopper has
  Duration bank_transfer = Duration::days(7);
  Duration webhook_backoff_min = Duration::seconds(1);  // doubles with every failed try
  Duration webhook_backoff_max = Duration::seconds(60);
  std::uint32_t webhook_tries_max = 20;  // in a row; then the webhook is given up
};

struct ServiceOptions {
  std::string api_key;
  std::string webhook_secret;
  // Where shoppers reach their pages: "https://psp.example". Empty: where the request came to.
  std::string public_url;
  // False: nobody listens, so no webhook is made.
  bool webhooks = true;
  Timing timing{};
};

// `drop`: the caller gets no answer, the connection just ends.
enum class Fate : std::uint8_t { answer, drop };

struct PspAnswer {
  Fate fate = Fate::answer;
  Duration delay;  // before the answer, or the end of the connection
  connectors::PspHttpReply reply;
};

// A webhook to POST now. Its outcome goes to webhook_tried.
struct WebhookTry {
  std::uint64_t number = 0;
  http::Headers headers;  // signed
  std::string body;
};

class Service {
 public:
  explicit Service(ServiceOptions options);

  // Takes a record of the log, before the first request. Errors: those of Books::check.
  Status restore(const Record& record);

  // Does what the request asks. An answer must not leave before take_log's bytes are durable. Requests of any path: the
  // API, the challenge pages, the control API.
  PspAnswer handle(const connectors::PspHttpRequest& request, Timestamp now);

  // Settles what is due and gives the webhooks to send now; each is in flight until webhook_tried. At most `count`.
  std::vector<WebhookTry> take_webhooks(Timestamp now, std::size_t count);
  void webhook_tried(std::uint64_t number, bool delivered, Timestamp now);
  // When take_webhooks has something to do again, if ever. Webhooks in flight do not count.
  std::optional<Timestamp> next_due() const;

  // The frames of all records since the last call.
  std::string take_log() { return std::exchange(log_, {}); }
  bool has_log() const { return !log_.empty(); }

  const Books& books() const { return books_; }

 private:
  struct Context {
    const connectors::PspHttpRequest& request;
    Target target;
    Timestamp now;
  };
  enum class Replay : std::uint8_t { first, again };

  void commit(const Record& record);
  void settle(Timestamp now);
  void settle_payment(std::uint32_t number, Timestamp now);
  // How long the shopper has; zero for as long as they like.
  Duration lifetime_of(Method method) const;

  PspAnswer serve_api(const Context& context);
  PspAnswer route_api(const Context& context);
  PspAnswer route_payment(const Context& context, std::string_view rest);
  PspAnswer create_payment(const Context& context);
  void commit_payment(const CreateRequest& request, int scenario, std::string_view key, const Context& context);
  PspAnswer operate(const Context& context, std::uint32_t payment, OperationKind kind);
  OperationCreated decide_operation(const OperationRequest& request, std::uint32_t payment, OperationKind kind,
                                    Timestamp now) const;
  PspAnswer read_payments(const Context& context);
  PspAnswer list_payments(const Context& context);
  PspAnswer read_operation(const Context& context);
  PspAnswer duplicate_charges() const;
  PspAnswer control(const Context& context);
  PspAnswer challenge(const Context& context, std::string_view rest);
  PspAnswer decide_challenge(const Context& context, std::uint32_t payment);

  PspAnswer answer_payment(const Context& context, std::uint32_t number, Replay replay) const;
  PspAnswer answer_operation(std::uint32_t number, Replay replay) const;
  std::string payment_json(const Context& context, std::uint32_t number) const;
  ShopperAction action_of(const Context& context, std::uint32_t number) const;
  std::string page_url(const Context& context, std::uint32_t number) const;
  // Hex digits that nobody can guess without the secrets.
  std::string code_of(std::string_view purpose, std::uint32_t number, std::size_t bytes) const;
  std::string challenge_code(std::uint32_t number) const;
  std::string transfer_reference(std::uint32_t number) const;
  bool is_authorized(const connectors::PspHttpRequest& request) const;

  void notify_payment(std::uint32_t number, Timestamp now);
  void notify_operation(std::uint32_t number, Timestamp now);
  void queue_webhook(std::string body, Notice notice, Timestamp now);

  const ServiceOptions options_;
  Books books_;
  Faults faults_;
  std::string log_;
};

}  // namespace florin::sandbox_psp
