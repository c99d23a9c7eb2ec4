// Records: the facts that make up the sandbox's books, and their bytes in the log file.
//
// A frame is: length of the payload (4 bytes, big-endian), CRC-32C of the payload (4), payload. A length of zero ends
// the log. The payload is the record's number and its fields, integers big-endian, texts after a two-byte length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "sandbox_psp/scenario.h"

namespace florin::sandbox_psp {

// The numbers stand in log files: append only.
enum class PaymentStatus : std::uint8_t { requires_action, pending, authorized, captured, declined, voided };
enum class OperationKind : std::uint8_t { capture, cancel, refund };
enum class OperationStatus : std::uint8_t { pending, succeeded, failed };

// Payments and operations are numbered from 1, in the order of their creation.
struct PaymentCreated {
  Timestamp at{};
  std::string key{};
  std::string reference{};
  std::string currency{};
  std::int64_t amount = 0;
  bool capture = false;
  std::uint8_t scenario = 0;
  std::uint64_t fingerprint = 0;  // of the request, to tell a repetition from another request under the same key
  PaymentStatus status = PaymentStatus::authorized;
  Failure failure = Failure::none;
  Timestamp settle_at{};     // if pending, or if it waits for the shopper no longer than this
  std::string return_url{};  // these two only where the shopper must act
  std::string descriptor{};
  bool operator==(const PaymentCreated&) const = default;
};

struct PaymentChanged {
  std::uint32_t payment = 0;
  PaymentStatus status = PaymentStatus::authorized;
  Failure failure = Failure::none;
  bool operator==(const PaymentChanged&) const = default;
};

struct OperationCreated {
  Timestamp at{};
  std::uint32_t payment = 0;
  OperationKind kind = OperationKind::capture;
  std::string key{};
  std::int64_t amount = 0;
  std::uint64_t fingerprint = 0;
  OperationStatus status = OperationStatus::succeeded;
  Failure failure = Failure::none;
  Timestamp settle_at{};  // if pending
  bool operator==(const OperationCreated&) const = default;
};

struct OperationChanged {
  std::uint32_t operation = 0;
  OperationStatus status = OperationStatus::succeeded;
  Failure failure = Failure::none;
  bool operator==(const OperationChanged&) const = default;
};

// Webhooks are numbered from 1 too: "evt_1".
struct WebhookQueued {
  Timestamp due{};
  std::uint8_t copies = 1;
  std::string body{};
  bool operator==(const WebhookQueued&) const = default;
};

// Delivered as often as it had to be, or given up.
struct WebhookEnded {
  std::uint64_t webhook = 0;
  bool delivered = false;
  bool operator==(const WebhookEnded&) const = default;
};

using Record =
    std::variant<PaymentCreated, PaymentChanged, OperationCreated, OperationChanged, WebhookQueued, WebhookEnded>;

inline constexpr std::size_t frame_header_bytes = 8;
inline constexpr std::size_t payload_bytes_max = 16 * 1024;

// Appends the record's frame.
void append_frame(const Record& record, std::string& out);

struct Frame {
  Record record;
  std::size_t size = 0;  // of the whole frame
};

// The first frame of `bytes`; nothing at the end of the log, and for a frame that is cut short or damaged.
std::optional<Frame> read_frame(std::string_view bytes);

}  // namespace florin::sandbox_psp
