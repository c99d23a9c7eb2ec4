#include "sandbox_psp/service.h"

#include <algorithm>

#include "base/encoding.h"
#include "connectors/sandbox/sandbox.h"
#include "crypto/hash.h"
#include "sandbox_psp/answers.h"
#include "sandbox_psp/render.h"

namespace florin::sandbox_psp {
namespace {

constexpr std::size_t body_bytes_max = 8 * 1024;
constexpr std::uint32_t page_size_default = 100;
constexpr std::uint32_t page_size_max = 1'000;
constexpr std::size_t duplicates_max = 1'000;

std::uint64_t fingerprint_of(std::string_view path, std::string_view body) {
  return load_be<std::uint64_t>(crypto::as_bytes(crypto::sha256({path, "\n", body})).data());
}

PaymentStatus approved(bool capture) {
  return capture ? PaymentStatus::captured : PaymentStatus::authorized;
}

PaymentStatus first_status(const Scenario& scenario, bool capture) {
  switch (scenario.way) {
    case Way::approve:
      return approved(capture);
    case Way::decline:
      return PaymentStatus::declined;
    case Way::challenge:
    case Way::challenge_fails:
    case Way::challenge_declines:
      return PaymentStatus::requires_action;
    case Way::pending:
    case Way::pending_fails:
      return PaymentStatus::pending;
  }
  return PaymentStatus::declined;
}

const OperationScenario& scenario_of(const Payment& payment, OperationKind kind) {
  const Scenario& scenario = scenarios()[payment.scenario];
  switch (kind) {
    case OperationKind::capture:
      return scenario.capture;
    case OperationKind::cancel:
      return scenario.cancel;
    case OperationKind::refund:
      break;
  }
  return scenario.refund;
}

}  // namespace

Service::Service(ServiceOptions options) : options_(std::move(options)) {}

Status Service::restore(const Record& record) {
  RETURN_IF_ERROR(books_.check(record));
  books_.apply(record);
  return ok();
}

void Service::commit(const Record& record) {
  books_.apply(record);
  append_frame(record, log_);
}

void Service::settle(Timestamp now) {
  while (!books_.settlements().empty() && books_.settlements().begin()->at <= now) {
    const Settlement due = *books_.settlements().begin();
    if (due.is_operation) {
      const Operation& operation = books_.operation(due.number);
      const bool fails =
          scenario_of(books_.payment(operation.payment), operation.kind).way == OperationWay::pending_fails;
      commit(OperationChanged{.operation = due.number,
                              .status = fails ? OperationStatus::failed : OperationStatus::succeeded,
                              .failure = fails ? Failure::processing_failed : Failure::none});
      notify_operation(due.number, now);
    } else {
      settle_payment(due.number, now);
    }
  }
}

void Service::settle_payment(std::uint32_t number, Timestamp now) {
  const Payment& payment = books_.payment(number);
  Failure failure = Failure::none;
  if (scenarios()[payment.scenario].way == Way::pending_fails) failure = Failure::processing_failed;
  if (payment.status == PaymentStatus::requires_action) failure = Failure::payment_expired;
  commit(PaymentChanged{.payment = number,
                        .status = failure == Failure::none ? approved(payment.capture) : PaymentStatus::declined,
                        .failure = failure});
  notify_payment(number, now);
}

PspAnswer Service::handle(const connectors::PspHttpRequest& request, Timestamp now) {
  settle(now);
  const Context context{.request = request, .target = parse_target(request.url), .now = now};
  const std::string_view path = context.target.path;
  if (request.body.size() > body_bytes_max) return error_answer(413, "body_too_large", "The body is too large.");
  constexpr std::string_view challenge_prefix = "/challenge/";
  if (path.starts_with(challenge_prefix)) return challenge(context, path.substr(challenge_prefix.size()));
  if (path == "/health") return json_answer(200, R"({"status":"ok"})");
  if (!path.starts_with("/v1/") && !path.starts_with("/control/")) {
    return error_answer(404, "no_such_path", "The sandbox has no such path. docs/sandbox.md lists them.");
  }
  if (path.starts_with("/v1/")) return serve_api(context);
  if (!is_authorized(request)) return error_answer(401, "unauthorized", "Send the API key as a Bearer token.");
  return control(context);
}

PspAnswer Service::serve_api(const Context& context) {
  if (faults_.settings().down || faults_.strikes(faults_.settings().drop_before_permille)) return dropped();
  PspAnswer answer = is_authorized(context.request)
                         ? route_api(context)
                         : error_answer(401, "unauthorized", "Send the API key as a Bearer token.");
  if (faults_.strikes(faults_.settings().drop_after_permille)) answer = dropped();
  answer.delay = answer.delay + Duration::milliseconds(faults_.settings().delay_ms);
  return answer;
}

PspAnswer Service::route_api(const Context& context) {
  const std::string_view path = context.target.path;
  const bool get = context.request.method == "GET";
  if (path == "/v1/payments") {
    if (get) return read_payments(context);
    if (context.request.method == "POST") return create_payment(context);
    return error_answer(405, "method_not_allowed", "Use GET or POST.");
  }
  constexpr std::string_view payment_prefix = "/v1/payments/";
  if (path.starts_with(payment_prefix)) return route_payment(context, path.substr(payment_prefix.size()));
  if (get && path == "/v1/operations") return read_operation(context);
  if (get && path == "/v1/balance-report") return json_answer(200, render_balance_report(books_));
  if (get && path == "/v1/duplicate-charges") return duplicate_charges();
  return error_answer(404, "no_such_path", "The sandbox has no such path. docs/sandbox.md lists them.");
}

PspAnswer Service::route_payment(const Context& context, std::string_view rest) {
  const std::size_t slash = rest.find('/');
  const std::uint32_t number = parse_number("psp_", rest.substr(0, slash));
  if (number == 0 || number > books_.payment_count()) {
    return error_answer(404, "payment_not_found", "There is no such payment.");
  }
  const std::string_view action = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  if (action.empty() && context.request.method == "GET") return answer_payment(context, number, Replay::first);
  if (context.request.method == "POST") {
    for (const OperationKind kind : {OperationKind::capture, OperationKind::cancel, OperationKind::refund}) {
      if (action == kind_name(kind)) return operate(context, number, kind);
    }
  }
  return error_answer(404, "no_such_path", "The sandbox has no such path. docs/sandbox.md lists them.");
}

PspAnswer Service::create_payment(const Context& context) {
  const std::string_view key = context.request.headers.get("idempotency-key").value_or("");
  if (!is_key(key)) {
    return error_answer(400, "invalid_request",
                        "The header Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  if (const std::uint32_t number = books_.payment_by_key(key); number != 0) {
    const Payment& payment = books_.payment(number);
    if (payment.fingerprint != fingerprint_of(context.target.path, context.request.body)) {
      return error_answer(409, "idempotency_conflict", "Another request was made under this key.");
    }
    return with_loss_after(scenarios()[payment.scenario].loss, false, answer_payment(context, number, Replay::again));
  }
  const auto request = parse_create(context.request.body);
  if (!request.ok()) return error_answer(400, "invalid_request", request.error().message());
  if (!books_.created_with(request->currency, request->amount)) {
    return error_answer(400, "invalid_request", "The sum of all payments in this currency is too large.");
  }
  const int place =
      request->card ? find_card_scenario(*request->card, context.now) : find_scenario(request->payment_method);
  if (place < 0) return error_answer(400, "unknown_payment_method", "docs/sandbox.md lists the test methods.");
  const Scenario& scenario = scenarios()[static_cast<std::size_t>(place)];
  if (!takes(scenario.method, request->currency)) {
    return error_answer(400, "currency_not_supported", "docs/sandbox.md lists the currencies of this payment method.");
  }
  if (is_before(scenario.loss)) return lost_before(scenario.loss);
  commit_payment(*request, place, key, context);
  PspAnswer answer = answer_payment(context, books_.payment_count(), Replay::first);
  if (scenario.slow) answer.delay = options_.timing.slow;
  return with_loss_after(scenario.loss, true, std::move(answer));
}

void Service::commit_payment(const CreateRequest& request, int place, std::string_view key, const Context& context) {
  const Scenario& scenario = scenarios()[static_cast<std::size_t>(place)];
  const PaymentStatus status = first_status(scenario, request.capture);
  const MethodRules& rules = rules_of(scenario.method);
  const bool challenged = status == PaymentStatus::requires_action;
  const Duration settles_after = challenged ? lifetime_of(scenario.method) : options_.timing.pending;
  const bool settles = status == PaymentStatus::pending || (challenged && settles_after > Duration{});
  commit(PaymentCreated{
      .at = context.now,
      .key = std::string(key),
      .reference = request.reference,
      .currency = request.currency,
      .amount = request.amount,
      .capture = request.capture || rules.captures_at_once,
      .scenario = static_cast<std::uint8_t>(place),
      .fingerprint = fingerprint_of(context.target.path, context.request.body),
      .status = status,
      .failure = status == PaymentStatus::declined ? scenario.failure : Failure::none,
      .settle_at = settles ? context.now + settles_after : Timestamp{},
      .return_url = challenged && rules.sends_shopper ? request.return_url : std::string(),
      .descriptor = challenged ? request.descriptor : std::string(),
  });
  if (scenario.notice != Notice::if_asynchronous) notify_payment(books_.payment_count(), context.now);
}

Duration Service::lifetime_of(Method method) const {
  if (method == Method::upi) return options_.timing.upi;
  return method == Method::bank_transfer ? options_.timing.bank_transfer : Duration{};
}

PspAnswer Service::operate(const Context& context, std::uint32_t number, OperationKind kind) {
  const std::string_view key = context.request.headers.get("idempotency-key").value_or("");
  if (!is_key(key)) {
    return error_answer(400, "invalid_request",
                        "The header Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  const std::uint64_t fingerprint = fingerprint_of(context.target.path, context.request.body);
  if (const std::uint32_t existing = books_.operation_by_key(key); existing != 0) {
    if (books_.operation(existing).fingerprint != fingerprint) {
      return error_answer(409, "idempotency_conflict", "Another request was made under this key.");
    }
    const Loss loss = scenario_of(books_.payment(number), kind).loss;
    return with_loss_after(loss, false, answer_operation(existing, Replay::again));
  }
  const auto request = parse_operation(context.request.body);
  if (!request.ok()) return error_answer(400, "invalid_request", request.error().message());
  const Payment& payment = books_.payment(number);
  if (!request->currency.empty() && request->currency != payment.currency_code()) {
    return error_answer(400, "invalid_request", "currency must be the payment's.");
  }
  if (kind != OperationKind::cancel && !request->amount) {
    return error_answer(400, "invalid_request", "amount must be a positive number of minor units");
  }
  const Loss loss = scenario_of(payment, kind).loss;
  if (is_before(loss)) return lost_before(loss);
  OperationCreated created = decide_operation(*request, number, kind, context.now);
  created.key = key;
  created.fingerprint = fingerprint;
  commit(created);
  if (scenarios()[payment.scenario].notice != Notice::if_asynchronous) {
    notify_operation(books_.operation_count(), context.now);
  }
  return with_loss_after(loss, true, answer_operation(books_.operation_count(), Replay::first));
}

OperationCreated Service::decide_operation(const OperationRequest& request, std::uint32_t number, OperationKind kind,
                                           Timestamp now) const {
  const Payment& payment = books_.payment(number);
  OperationCreated created{.at = now, .payment = number, .kind = kind};
  created.amount = request.amount.value_or(payment.capturable());
  const auto refuse = [&created](Failure failure) {
    created.status = OperationStatus::failed;
    created.failure = failure;
    return created;
  };
  const std::int64_t room = kind == OperationKind::refund ? payment.refundable() : payment.capturable();
  const bool cancels_challenge = kind == OperationKind::cancel && payment.status == PaymentStatus::requires_action;
  if (room == 0 && !cancels_challenge) {
    // Nothing is left of what there was, or there never was anything.
    const bool used_up =
        kind == OperationKind::refund ? payment.captured > 0 : payment.captured + payment.capturing > 0;
    return refuse(used_up && kind != OperationKind::cancel ? Failure::refused_amount : Failure::refused_state);
  }
  if (kind == OperationKind::cancel && payment.capturing > 0) return refuse(Failure::refused_state);
  if (created.amount > room) return refuse(Failure::refused_amount);
  // A void releases all that is left.
  if (kind == OperationKind::cancel) created.amount = room;
  const OperationWay way = scenario_of(payment, kind).way;
  if (way == OperationWay::fail) return refuse(Failure::refused_by_issuer);
  if (way != OperationWay::succeed) {
    created.status = OperationStatus::pending;
    created.settle_at = now + options_.timing.pending;
  }
  return created;
}

PspAnswer Service::read_payments(const Context& context) {
  const std::string_view key = context.target.get("idempotency_key");
  if (key.empty()) return list_payments(context);
  const std::uint32_t number = books_.payment_by_key(key);
  if (number == 0) return error_answer(404, "payment_not_found", "No payment was made under this key.");
  return answer_payment(context, number, Replay::first);
}

PspAnswer Service::list_payments(const Context& context) {
  const Target& target = context.target;
  const std::uint32_t asked = parse_number("", target.get("limit"));
  const std::uint32_t limit = asked == 0 ? page_size_default : std::min(asked, page_size_max);
  std::vector<std::uint32_t> numbers;
  bool more = false;
  if (const std::string_view reference = target.get("reference"); !reference.empty()) {
    for (std::uint32_t n = books_.payment_by_reference(reference); n != 0; n = books_.payment(n).next_of_reference) {
      more = numbers.size() == limit;
      if (more) break;
      numbers.push_back(n);
    }
  } else {
    const std::uint32_t after = parse_number("psp_", target.get("after"));
    const std::uint32_t count = books_.payment_count();
    for (std::uint32_t n = after; n < count && numbers.size() < limit; ++n) numbers.push_back(n + 1);
    more = !numbers.empty() && numbers.back() < count;
  }
  std::string body = R"({"data":[)";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) body += ',';
    body += payment_json(context, numbers[i]);
  }
  body += more ? R"(],"has_more":true})" : R"(],"has_more":false})";
  return json_answer(200, std::move(body));
}

PspAnswer Service::read_operation(const Context& context) {
  const std::uint32_t number = books_.operation_by_key(context.target.get("idempotency_key"));
  if (number == 0) return error_answer(404, "operation_not_found", "No operation was made under this key.");
  PspAnswer answer = answer_operation(number, Replay::first);
  answer.reply.status = 200;
  return answer;
}

PspAnswer Service::duplicate_charges() const {
  std::string body = R"({"data":[)";
  std::size_t found = 0;
  for (std::uint32_t n = 1; n <= books_.payment_count() && found < duplicates_max; ++n) {
    // Each reference once: at its newest payment.
    const Payment& payment = books_.payment(n);
    if (payment.next_of_reference == 0 || books_.payment_by_reference(payment.reference) != n) continue;
    std::uint32_t charges = 0;
    for (std::uint32_t each = n; each != 0; each = books_.payment(each).next_of_reference) {
      if (books_.payment(each).is_charge()) ++charges;
    }
    if (charges < 2) continue;
    if (found++ > 0) body += ',';
    body += R"({"reference":)";
    append_json_text(body, payment.reference);
    body += fmt::format(R"(,"charges":{}}})", charges);
  }
  return json_answer(200, body + "]}");
}

PspAnswer Service::answer_payment(const Context& context, std::uint32_t number, Replay replay) const {
  const bool declined_now =
      context.request.method == "POST" && books_.payment(number).status == PaymentStatus::declined;
  PspAnswer answer = json_answer(declined_now ? 402 : 200, payment_json(context, number));
  if (replay == Replay::again) answer.reply.headers.add("idempotent-replayed", "true");
  return answer;
}

PspAnswer Service::answer_operation(std::uint32_t number, Replay replay) const {
  const bool failed = books_.operation(number).status == OperationStatus::failed;
  PspAnswer answer = json_answer(failed ? 402 : 200, render_operation(books_, number));
  if (replay == Replay::again) answer.reply.headers.add("idempotent-replayed", "true");
  return answer;
}

std::string Service::payment_json(const Context& context, std::uint32_t number) const {
  const bool challenged = books_.payment(number).status == PaymentStatus::requires_action;
  return render_payment(books_, number, challenged ? action_of(context, number) : ShopperAction{});
}

bool Service::is_authorized(const connectors::PspHttpRequest& request) const {
  const std::string_view given = request.headers.get("authorization").value_or("");
  constexpr std::string_view scheme = "Bearer ";
  return !options_.api_key.empty() && given.starts_with(scheme) &&
         crypto::constant_time_equal(given.substr(scheme.size()), options_.api_key);
}

}  // namespace florin::sandbox_psp
