#include "base/error.h"

#include <fmt/format.h>

#include <array>

namespace florin {
namespace {

constexpr std::array<std::string_view, 17> code_names = {
    "ok",        "canceled",       "unknown",           "invalid_argument",   "deadline_exceeded",
    "not_found", "already_exists", "permission_denied", "resource_exhausted", "failed_precondition",
    "aborted",   "out_of_range",   "unimplemented",     "internal",           "unavailable",
    "data_loss", "unauthenticated"};

constexpr std::array<std::string_view, 9> domain_names = {"unspecified", "request", "tenant", "permission", "limit",
                                                          "psp",         "network", "data",   "internal"};

}  // namespace

std::string_view code_name(Code code) {
  return code_names[static_cast<std::size_t>(code)];
}

std::optional<Code> code_from_name(std::string_view name) {
  for (std::size_t i = 1; i < code_names.size(); ++i) {
    if (code_names[i] == name) return static_cast<Code>(i);
  }
  return std::nullopt;
}

std::string_view error_domain_name(ErrorDomain domain) {
  return domain_names[static_cast<std::size_t>(domain)];
}

Error Error::with_retry(std::optional<Duration> after) && {
  retryable_ = true;
  retry_after_ = after;
  return std::move(*this);
}

Error Error::with_violation(std::string field, std::string description) && {
  field_violations_.push_back({std::move(field), std::move(description)});
  return std::move(*this);
}

Error Error::with_payload(std::string type, std::string bytes) && {
  payloads_.push_back({std::move(type), std::move(bytes)});
  return std::move(*this);
}

Error Error::with_metadata(std::string name, std::string value) && {
  metadata_.push_back({std::move(name), std::move(value)});
  return std::move(*this);
}

std::string Error::to_string() const {
  return fmt::format("{} {}: {}", code_name(code_), reason_, message_);
}

Error invalid_argument(std::string_view reason, std::string message) {
  return {Code::invalid_argument, ErrorDomain::request, reason, std::move(message)};
}

Error not_found(std::string_view reason, std::string message) {
  return {Code::not_found, ErrorDomain::request, reason, std::move(message)};
}

Error failed_precondition(std::string_view reason, std::string message) {
  return {Code::failed_precondition, ErrorDomain::request, reason, std::move(message)};
}

Error already_exists(std::string_view reason, std::string message) {
  return {Code::already_exists, ErrorDomain::request, reason, std::move(message)};
}

Error resource_exhausted(std::string_view reason, std::string message, std::optional<Duration> retry_after) {
  return Error(Code::resource_exhausted, ErrorDomain::limit, reason, std::move(message)).with_retry(retry_after);
}

Error unavailable(std::string_view reason, std::string message) {
  return Error(Code::unavailable, ErrorDomain::network, reason, std::move(message)).with_retry();
}

Error internal_error(std::string_view reason, std::string message) {
  return {Code::internal, ErrorDomain::internal, reason, std::move(message)};
}

Error data_loss(std::string_view reason, std::string message) {
  return {Code::data_loss, ErrorDomain::data, reason, std::move(message)};
}

}  // namespace florin
