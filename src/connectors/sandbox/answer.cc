#include "connectors/sandbox/answer.h"

#include "connectors/sandbox/action.h"
#include "connectors/sandbox/fields.h"

namespace florin::connectors::sandbox {
namespace {

// More than any answer of the sandbox; what is longer is not from it.
constexpr std::size_t answer_bytes_max = 64 * 1024;

struct Payment {
  std::string id;
  std::string reference;
  std::string idempotency_key;
  std::string status;
  std::string currency;
  std::string decline_code;
  std::string action_url;
  std::optional<v1::PspAction> action;
  std::int64_t amount = 0;
  std::int64_t authorized = 0;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
};

struct Operation {
  std::string id;
  std::string type;
  std::string status;
  std::string idempotency_key;
  std::string failure_code;
  std::string currency;
  std::int64_t amount = 0;
};

std::optional<Payment> read_payment(Fields fields) {
  Payment payment;
  const std::string object = fields.text("object");
  payment.id = fields.text("id");
  payment.reference = fields.text("reference");
  payment.idempotency_key = fields.text("idempotency_key");
  payment.status = fields.text("status");
  payment.currency = fields.text("currency");
  payment.amount = fields.amount("amount");
  payment.authorized = fields.amount("authorized");
  payment.captured = fields.amount("captured");
  payment.refunded = fields.amount("refunded");
  payment.decline_code = fields.optional_text("decline_code");
  payment.action_url = fields.optional_text("action_url");
  if (!fields.ok() || object != "payment" || payment.id.empty()) return std::nullopt;
  if (!payment.action_url.empty() && !is_page(payment.action_url)) return std::nullopt;
  if (fields.has("action")) {
    payment.action = read_action(fields.object("action"));
    if (!payment.action) return std::nullopt;
  }
  const bool books_hold = payment.authorized <= payment.amount && payment.captured <= payment.authorized &&
                          payment.refunded <= payment.captured;
  if (!books_hold || !Currency::parse(payment.currency)) return std::nullopt;
  return payment;
}

std::optional<Operation> read_operation(Fields fields) {
  Operation operation;
  const std::string object = fields.text("object");
  operation.id = fields.text("id");
  operation.type = fields.text("type");
  operation.status = fields.text("status");
  operation.idempotency_key = fields.text("idempotency_key");
  operation.failure_code = fields.optional_text("failure_code");
  operation.currency = fields.text("currency");
  operation.amount = fields.amount("amount");
  if (!fields.ok() || object != "operation" || operation.id.empty()) return std::nullopt;
  return operation;
}

void put_amounts(const Payment& payment, v1::PspReply& reply) {
  reply.set_psp_reference(payment.id);
  reply.set_authorized_minor(payment.authorized);
  reply.set_captured_minor(payment.captured);
  reply.set_refunded_minor(payment.refunded);
  reply.set_currency(payment.currency);
}

v1::PspReply unreadable() {
  return unclear("unreadable", "The provider's answer cannot be read.");
}

v1::PspReply contradicts() {
  return unclear("contradiction", "The provider's answer is about another payment, amount or currency.");
}

// Nothing if the status is not one of the sandbox's or lacks what belongs to it.
std::optional<v1::PspReply> reply_of(const Capabilities& capabilities, const Payment& payment) {
  v1::PspReply reply;
  put_amounts(payment, reply);
  if (payment.status == "authorized" && payment.authorized > 0 && payment.captured == 0) {
    reply.set_status(v1::PSP_STATUS_AUTHORIZED);
  } else if (payment.status == "captured" && payment.captured > 0) {
    reply.set_status(v1::PSP_STATUS_CAPTURED);
  } else if (payment.status == "voided" && payment.captured == 0) {
    reply.set_status(v1::PSP_STATUS_VOIDED);
  } else if (payment.status == "pending" && payment.authorized == 0) {
    reply.set_status(v1::PSP_STATUS_PENDING);
  } else if (payment.status == "requires_action" && payment.authorized == 0 &&
             (!payment.action_url.empty() || payment.action)) {
    reply.set_status(v1::PSP_STATUS_ACTION_REQUIRED);
    reply.set_action_url(payment.action_url);
    if (payment.action) *reply.mutable_action() = *payment.action;
  } else if (payment.status == "declined" && payment.authorized == 0 && !payment.decline_code.empty()) {
    *reply.mutable_failure() = failure_of(capabilities, payment.decline_code);
    reply.set_status(reply.failure().retryable() ? v1::PSP_STATUS_DECLINED_SOFT : v1::PSP_STATUS_DECLINED_HARD);
  } else {
    return std::nullopt;
  }
  return reply;
}

std::optional<v1::PspReply> reply_of(const Capabilities& capabilities, const Payment& payment,
                                     const Operation& operation) {
  v1::PspReply reply;
  put_amounts(payment, reply);
  reply.set_operation_reference(operation.id);
  reply.set_operation_minor(operation.amount);
  if (operation.currency != payment.currency) return std::nullopt;
  if (operation.status == "succeeded") {
    reply.set_status(v1::PSP_STATUS_SUCCEEDED);
  } else if (operation.status == "pending") {
    reply.set_status(v1::PSP_STATUS_PENDING);
  } else if (operation.status == "failed" && !operation.failure_code.empty()) {
    reply.set_status(v1::PSP_STATUS_FAILED);
    *reply.mutable_failure() = failure_of(capabilities, operation.failure_code);
  } else {
    return std::nullopt;
  }
  return reply;
}

v1::PspOperation operation_type(std::string_view type) {
  if (type == "capture") return v1::PSP_OPERATION_CAPTURE;
  if (type == "void") return v1::PSP_OPERATION_VOID;
  if (type == "refund") return v1::PSP_OPERATION_REFUND;
  return v1::PSP_OPERATION_UNSPECIFIED;
}

bool is_payment_request(const v1::PspRequest& request) {
  return request.operation() == v1::PSP_OPERATION_AUTHORIZE || request.operation() == v1::PSP_OPERATION_READ_PAYMENT;
}

// What the request does not state it does not contradict.
template <class T>
bool agrees(const T& asked, const T& answered) {
  return asked == T{} || asked == answered;
}

v1::PspReply read_payment_answer(const Capabilities& capabilities, const v1::PspRequest& request, const Json& body) {
  const auto payment = read_payment(Fields(&body));
  if (!payment) return unreadable();
  const auto reply = reply_of(capabilities, *payment);
  if (!reply) return unreadable();
  // A payment that was asked for by its id may be asked for under any key.
  const bool same_key = !request.psp_reference().empty() || request.idempotency_key() == payment->idempotency_key;
  const bool same = same_key && agrees(request.psp_reference(), payment->id) &&
                    agrees(request.reference(), payment->reference) && agrees(request.currency(), payment->currency) &&
                    agrees(request.amount_minor(), payment->amount);
  return same ? *reply : contradicts();
}

v1::PspReply read_operation_answer(const Capabilities& capabilities, const v1::PspRequest& request, const Json& body) {
  const auto operation = read_operation(Fields(&body));
  const auto payment = operation ? read_payment(Fields(&body).object("payment")) : std::nullopt;
  if (!payment) return unreadable();
  const auto reply = reply_of(capabilities, *payment, *operation);
  if (!reply) return unreadable();
  const bool is_inquiry = request.operation() == v1::PSP_OPERATION_READ_OPERATION;
  const v1::PspOperation wanted = is_inquiry ? request.read_operation() : request.operation();
  const std::string& key = is_inquiry ? request.read_idempotency_key() : request.idempotency_key();
  // The amount of a void is what was left; nobody asks for it.
  const bool same_amount = operation->type == "void" ? true : agrees(request.amount_minor(), operation->amount);
  const bool same = agrees(wanted, operation_type(operation->type)) && key == operation->idempotency_key &&
                    same_amount && agrees(request.psp_reference(), payment->id) &&
                    agrees(request.currency(), payment->currency);
  return same ? *reply : contradicts();
}

// Whether a 404 says that the provider has nothing under the key. One from elsewhere (a proxy, a wrong path) lacks the
// code.
bool is_absence(const v1::PspRequest& request, int status, std::string_view code) {
  if (status != 404) return false;
  if (request.operation() == v1::PSP_OPERATION_READ_OPERATION) return code == "operation_not_found";
  return request.operation() == v1::PSP_OPERATION_READ_PAYMENT && request.psp_reference().empty() &&
         code == "payment_not_found";
}

// The codes with which the sandbox refuses a request for good: the same request will always be refused, and nothing was
// done.
bool is_refusal(const v1::PspRequest& request, int status, std::string_view code) {
  if (request.operation() == v1::PSP_OPERATION_READ_PAYMENT ||
      request.operation() == v1::PSP_OPERATION_READ_OPERATION) {
    return false;
  }
  if (status == 400) {
    return code == "invalid_request" || code == "unknown_payment_method" || code == "currency_not_supported";
  }
  return status == 404 && code == "payment_not_found" && request.operation() != v1::PSP_OPERATION_AUTHORIZE;
}

v1::PspReply read_error(const Capabilities& capabilities, const v1::PspRequest& request, int status, const Json& body) {
  Fields error = Fields(&body).object("error");
  const std::string code = error.text("code");
  if (!error.ok() || code.empty()) return unreadable();
  if (is_absence(request, status, code)) {
    v1::PspReply reply;
    reply.set_status(v1::PSP_STATUS_ABSENT);
    return reply;
  }
  if (is_refusal(request, status, code)) {
    v1::PspReply reply;
    reply.set_status(request.operation() == v1::PSP_OPERATION_AUTHORIZE ? v1::PSP_STATUS_DECLINED_HARD
                                                                        : v1::PSP_STATUS_FAILED);
    *reply.mutable_failure() = failure_of(capabilities, code);
    return reply;
  }
  if (status == 401) return unclear("unauthorized", "The provider refused the API key. Check the account's settings.");
  if (status == 409) return unclear("idempotency_conflict", "Another request has used this idempotency key.");
  if (status == 429) return unclear("rate_limited", "The provider asks for fewer requests.");
  return unclear("refused", "The provider refused to answer.");
}

}  // namespace

v1::PspReply read_answer(const Capabilities& capabilities, const v1::PspRequest& request, const PspHttpReply& answer) {
  if (answer.status >= 500) return unclear(fmt::format("http_{}", answer.status), "The provider has a failure.");
  if (answer.body.size() > answer_bytes_max) return unreadable();
  const Json body = Json::parse(answer.body, nullptr, false);
  if (body.is_discarded() || !body.is_object()) return unreadable();
  // 402 carries a payment or operation that was declined.
  if (answer.status == 200 || answer.status == 402) {
    return is_payment_request(request) ? read_payment_answer(capabilities, request, body)
                                       : read_operation_answer(capabilities, request, body);
  }
  return read_error(capabilities, request, answer.status, body);
}

Result<v1::PspWebhook> read_event(const Capabilities& capabilities, std::string_view body) {
  if (body.size() > answer_bytes_max) return webhook_unreadable();
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return webhook_unreadable();
  Fields event(&json);
  v1::PspWebhook webhook;
  webhook.set_event_id(event.text("id"));
  const auto payment = read_payment(event.object("payment"));
  if (!event.ok() || webhook.event_id().empty() || !payment) return webhook_unreadable();
  webhook.set_psp_reference(payment->id);
  webhook.set_reference(payment->reference);
  std::optional<v1::PspReply> reply;
  if (event.has("operation")) {
    const auto operation = read_operation(event.object("operation"));
    if (!operation || operation_type(operation->type) == v1::PSP_OPERATION_UNSPECIFIED) return webhook_unreadable();
    webhook.set_operation(operation_type(operation->type));
    webhook.set_idempotency_key(operation->idempotency_key);
    reply = reply_of(capabilities, *payment, *operation);
  } else {
    webhook.set_operation(v1::PSP_OPERATION_AUTHORIZE);
    webhook.set_idempotency_key(payment->idempotency_key);
    reply = reply_of(capabilities, *payment);
  }
  if (!reply) return webhook_unreadable();
  *webhook.mutable_reply() = std::move(*reply);
  return webhook;
}

}  // namespace florin::connectors::sandbox
