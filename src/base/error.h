// Error: an operational failure or a refusal, as it travels from any room to the caller.
//
// `code` is one of the 16 codes of Connect and gRPC and decides the HTTP status; `reason` is a stable machine-readable
// word that the API reference lists; `message` is a sentence for a person that says what to do.
//
// An Error never carries a stack, a secret or another tenant's data. Those of the disk, the journal, the store and the
// configuration name files, for the operator who has to mend them: they go to the terminal and the log. No caller of
// the API sees one, for the lane answers with an error of its own when its journal or store fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace florin {

// Numbers as in the gRPC and Connect specifications; 0 (ok) is never an error.
enum class Code : std::uint8_t {
  canceled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

// "invalid_argument" and so on: the wire word of Connect.
std::string_view code_name(Code code);
std::optional<Code> code_from_name(std::string_view name);

// Which part failed, so that a client can decide what to do without parsing text.
enum class ErrorDomain : std::uint8_t { request = 1, tenant, permission, limit, psp, network, data, internal };

std::string_view error_domain_name(ErrorDomain domain);

// A field of the request that breaks a rule: `field` is the path in the message ("amount.minor"), `description` what it
// must be.
struct FieldViolation {
  std::string field;
  std::string description;
  bool operator==(const FieldViolation&) const = default;
};

// A typed detail in its wire form: the full name of a protobuf message and its binary encoding.
struct ErrorPayload {
  std::string type;
  std::string bytes;
  bool operator==(const ErrorPayload&) const = default;
};

// A name and value sent beside the error (response header or trailer).
struct ErrorMetadata {
  std::string name;
  std::string value;
  bool operator==(const ErrorMetadata&) const = default;
};

class [[nodiscard]] Error {
 public:
  // `reason` must be a literal or otherwise outlive nothing: it is copied.
  Error(Code code, ErrorDomain domain, std::string_view reason, std::string message)
      : code_(code), domain_(domain), reason_(reason), message_(std::move(message)) {}

  Code code() const { return code_; }
  ErrorDomain domain() const { return domain_; }
  const std::string& reason() const { return reason_; }
  const std::string& message() const { return message_; }
  // True where the same request may succeed later without being changed.
  bool retryable() const { return retryable_; }
  std::optional<Duration> retry_after() const { return retry_after_; }
  const std::vector<FieldViolation>& field_violations() const { return field_violations_; }
  const std::vector<ErrorPayload>& payloads() const { return payloads_; }
  const std::vector<ErrorMetadata>& metadata() const { return metadata_; }

  Error with_retry(std::optional<Duration> after = std::nullopt) &&;
  Error with_violation(std::string field, std::string description) &&;
  Error with_payload(std::string type, std::string bytes) &&;
  Error with_metadata(std::string name, std::string value) &&;

  // "not_found payment_not_found: No payment ..." for logs and tests.
  std::string to_string() const;

  bool operator==(const Error&) const = default;

 private:
  Code code_;
  ErrorDomain domain_;
  bool retryable_ = false;
  std::string reason_;
  std::string message_;
  std::optional<Duration> retry_after_;
  std::vector<FieldViolation> field_violations_;
  std::vector<ErrorPayload> payloads_;
  std::vector<ErrorMetadata> metadata_;
};

// The makers that most rooms need. Each takes the stable reason and a sentence that says what to do.
Error invalid_argument(std::string_view reason, std::string message);
Error not_found(std::string_view reason, std::string message);
Error failed_precondition(std::string_view reason, std::string message);
Error already_exists(std::string_view reason, std::string message);
Error resource_exhausted(std::string_view reason, std::string message, std::optional<Duration> retry_after);
Error unavailable(std::string_view reason, std::string message);
Error internal_error(std::string_view reason, std::string message);
Error data_loss(std::string_view reason, std::string message);

}  // namespace florin
