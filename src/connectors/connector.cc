#include "connectors/connector.h"

#include <algorithm>

namespace florin::connectors {
namespace {

using common::v1::FAILURE_ACTOR_PROVIDER;
using common::v1::FAILURE_CODE_OTHER;
using common::v1::FAILURE_CODE_PROVIDER_ERROR;

constexpr std::size_t text_bytes_max = 255;

// These texts go into header fields and URLs.
bool is_visible_ascii(std::string_view text) {
  return text.size() <= text_bytes_max && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_read(v1::PspOperation operation) {
  return operation == v1::PSP_OPERATION_READ_PAYMENT || operation == v1::PSP_OPERATION_READ_OPERATION;
}

bool moves_money(v1::PspOperation operation) {
  return operation == v1::PSP_OPERATION_AUTHORIZE || operation == v1::PSP_OPERATION_CAPTURE ||
         operation == v1::PSP_OPERATION_REFUND;
}

Status check_texts(const v1::PspRequest& request) {
  if (!is_visible_ascii(request.idempotency_key())) {
    return request_invalid("idempotency_key", "must be at most 255 visible ASCII characters");
  }
  if (!is_visible_ascii(request.reference())) {
    return request_invalid("reference", "must be at most 255 visible ASCII characters");
  }
  // It becomes a segment of a path, where one or two dots lead elsewhere.
  const std::string& psp_reference = request.psp_reference();
  if (!is_visible_ascii(psp_reference) || psp_reference == "." || psp_reference == "..") {
    return request_invalid("psp_reference", "must be an id of at most 255 visible ASCII characters");
  }
  if (!is_visible_ascii(request.read_idempotency_key())) {
    return request_invalid("read_idempotency_key", "must be at most 255 visible ASCII characters");
  }
  if (!is_visible_ascii(request.payment_method_token())) {
    return request_invalid("payment_method_token", "must be at most 255 visible ASCII characters");
  }
  if (!is_visible_ascii(request.vault_claimant())) {
    return request_invalid("vault_claimant", "must be at most 255 visible ASCII characters");
  }
  return ok();
}

Status check_needed(const v1::PspRequest& request) {
  const v1::PspOperation operation = request.operation();
  if (!is_read(operation) && request.idempotency_key().empty()) {
    return request_invalid("idempotency_key", "is needed for this operation");
  }
  if (operation == v1::PSP_OPERATION_AUTHORIZE) {
    if (request.reference().empty()) return request_invalid("reference", "is needed to authorize");
    if (request.payment_method_token().empty()) {
      return request_invalid("payment_method_token", "is needed to authorize");
    }
    return ok();
  }
  if (operation == v1::PSP_OPERATION_READ_OPERATION) {
    if (request.read_idempotency_key().empty()) {
      return request_invalid("read_idempotency_key", "is needed to read an operation");
    }
    return ok();
  }
  if (operation == v1::PSP_OPERATION_READ_PAYMENT) {
    if (request.psp_reference().empty() && request.idempotency_key().empty()) {
      return request_invalid("psp_reference", "or the idempotency key is needed to read a payment");
    }
    return ok();
  }
  if (request.psp_reference().empty()) return request_invalid("psp_reference", "is needed for this operation");
  return ok();
}

}  // namespace

const OperationRules* find_operation(const Capabilities& capabilities, v1::PspOperation operation) {
  const auto found = std::ranges::find(capabilities.operations, operation, &OperationRules::operation);
  return found == capabilities.operations.end() ? nullptr : &*found;
}

bool repeatable(const Capabilities& capabilities, v1::PspOperation operation) {
  const OperationRules* rules = find_operation(capabilities, operation);
  return rules != nullptr && (is_read(operation) || rules->idempotency_kept > Duration{});
}

bool proves_absence(const AbsenceRule& rule, Duration since_last_try) {
  return rule.provable && since_last_try >= rule.after;
}

common::v1::PaymentFailure failure_of(const Capabilities& capabilities, std::string_view psp_code) {
  common::v1::PaymentFailure failure;
  failure.set_psp_code(std::string(psp_code.substr(0, text_bytes_max)));
  const auto found = std::ranges::lower_bound(capabilities.declines, psp_code, {}, &DeclineRule::psp_code);
  if (found == capabilities.declines.end() || found->psp_code != psp_code) {
    failure.set_code(FAILURE_CODE_OTHER);
    failure.set_actor(FAILURE_ACTOR_PROVIDER);
    failure.set_message("The provider declined with a code that Florin does not know.");
    return failure;
  }
  failure.set_code(found->code);
  failure.set_actor(found->actor);
  failure.set_retryable(found->retryable);
  failure.set_message(std::string(found->message));
  return failure;
}

v1::PspReply unclear(std::string_view psp_code, std::string_view message) {
  v1::PspReply reply;
  reply.set_status(v1::PSP_STATUS_UNCLEAR);
  common::v1::PaymentFailure& failure = *reply.mutable_failure();
  failure.set_code(FAILURE_CODE_PROVIDER_ERROR);
  failure.set_actor(FAILURE_ACTOR_PROVIDER);
  failure.set_message(std::string(message));
  failure.set_psp_code(std::string(psp_code));
  return reply;
}

Error request_invalid(std::string_view field, std::string_view rule) {
  return invalid_argument("psp_request_invalid",
                          fmt::format("The request to the provider is wrong: {} {}.", field, rule))
      .with_violation(std::string(field), std::string(rule));
}

Error operation_unsupported(v1::PspOperation operation) {
  return {Code::unimplemented, ErrorDomain::psp, "psp_operation_unsupported",
          fmt::format("This provider has no operation {}.", v1::PspOperation_Name(operation))};
}

Error webhook_signature_invalid() {
  return {Code::unauthenticated, ErrorDomain::psp, "webhook_signature_invalid",
          "The webhook is not signed with this account's webhook secret. Compare the secret here and at the provider."};
}

Error webhook_expired() {
  return {Code::unauthenticated, ErrorDomain::psp, "webhook_expired",
          "The webhook was signed too long ago or in the future. If this persists, correct the clock of this machine."};
}

Error webhook_unreadable() {
  return {Code::invalid_argument, ErrorDomain::psp, "webhook_unreadable",
          "The webhook is signed correctly, but Florin cannot read it."};
}

Status check_request(const Connector& connector, const v1::PspRequest& request) {
  const v1::PspOperation operation = request.operation();
  if (find_operation(connector.capabilities(), operation) == nullptr) return operation_unsupported(operation);
  RETURN_IF_ERROR(check_texts(request));
  RETURN_IF_ERROR(check_needed(request));
  if (!moves_money(operation)) return ok();
  const auto currency = Currency::parse(request.currency());
  if (!currency || !connector.unit_exponent(*currency)) {
    return request_invalid("currency", "is not one this provider takes");
  }
  if (request.amount_minor() <= 0 || request.amount_minor() > amount_minor_max) {
    return request_invalid("amount_minor", "must be from 1 to 10^15");
  }
  return ok();
}

std::string absolute_return_url(const v1::PspRequest& request, const Account& account) {
  return request.return_url().starts_with('/') ? account.return_base_url + request.return_url() : request.return_url();
}

}  // namespace florin::connectors
