#include "sandbox_psp/record.h"

#include "base/check.h"
#include "base/encoding.h"

namespace florin::sandbox_psp {
namespace {

void put_text(std::string& out, const std::string& text) {
  put_u16_be(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

void put_i64(std::string& out, std::int64_t value) {
  put_u64_be(out, static_cast<std::uint64_t>(value));
}

template <class Enum>
void put_enum(std::string& out, Enum value) {
  put_u8(out, static_cast<std::uint8_t>(value));
}

void put(std::string& out, const PaymentCreated& r) {
  put_i64(out, r.at.micros);
  put_text(out, r.key);
  put_text(out, r.reference);
  put_text(out, r.currency);
  put_i64(out, r.amount);
  put_u8(out, r.capture ? 1 : 0);
  put_u8(out, r.scenario);
  put_u64_be(out, r.fingerprint);
  put_enum(out, r.status);
  put_enum(out, r.failure);
  put_i64(out, r.settle_at.micros);
  put_text(out, r.return_url);
  put_text(out, r.descriptor);
}

void put(std::string& out, const PaymentChanged& r) {
  put_u32_be(out, r.payment);
  put_enum(out, r.status);
  put_enum(out, r.failure);
}

void put(std::string& out, const OperationCreated& r) {
  put_i64(out, r.at.micros);
  put_u32_be(out, r.payment);
  put_enum(out, r.kind);
  put_text(out, r.key);
  put_i64(out, r.amount);
  put_u64_be(out, r.fingerprint);
  put_enum(out, r.status);
  put_enum(out, r.failure);
  put_i64(out, r.settle_at.micros);
}

void put(std::string& out, const OperationChanged& r) {
  put_u32_be(out, r.operation);
  put_enum(out, r.status);
  put_enum(out, r.failure);
}

void put(std::string& out, const WebhookQueued& r) {
  put_i64(out, r.due.micros);
  put_u8(out, r.copies);
  put_text(out, r.body);
}

void put(std::string& out, const WebhookEnded& r) {
  put_u64_be(out, r.webhook);
  put_u8(out, r.delivered ? 1 : 0);
}

// Takes fields from the front. What does not fit turns ok() false, and everything after reads as zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  // Everything was there, and nothing is left over.
  bool complete() const { return ok_ && bytes_.empty(); }

  template <class Integer>
  Integer integer() {
    if (bytes_.size() < sizeof(Integer)) return fail<Integer>();
    const Integer value = load_be<Integer>(bytes_.data());
    bytes_.remove_prefix(sizeof(Integer));
    return value;
  }
  std::int64_t i64() { return static_cast<std::int64_t>(integer<std::uint64_t>()); }
  Timestamp time() { return {i64()}; }
  bool boolean() { return integer<std::uint8_t>() != 0; }

  template <class Enum>
  Enum enumeration(Enum last) {
    const auto value = integer<std::uint8_t>();
    return value > static_cast<std::uint8_t>(last) ? fail<Enum>() : static_cast<Enum>(value);
  }
  std::string text() {
    const auto size = integer<std::uint16_t>();
    if (bytes_.size() < size) return fail<std::string>();
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }

 private:
  template <class T>
  T fail() {
    ok_ = false;
    return T{};
  }

  std::string_view bytes_;
  bool ok_ = true;
};

void get(Reader& in, PaymentCreated& r) {
  r.at = in.time();
  r.key = in.text();
  r.reference = in.text();
  r.currency = in.text();
  r.amount = in.i64();
  r.capture = in.boolean();
  r.scenario = in.integer<std::uint8_t>();
  r.fingerprint = in.integer<std::uint64_t>();
  r.status = in.enumeration(PaymentStatus::voided);
  r.failure = in.enumeration(failure_last);
  r.settle_at = in.time();
  r.return_url = in.text();
  r.descriptor = in.text();
}

void get(Reader& in, PaymentChanged& r) {
  r.payment = in.integer<std::uint32_t>();
  r.status = in.enumeration(PaymentStatus::voided);
  r.failure = in.enumeration(failure_last);
}

void get(Reader& in, OperationCreated& r) {
  r.at = in.time();
  r.payment = in.integer<std::uint32_t>();
  r.kind = in.enumeration(OperationKind::refund);
  r.key = in.text();
  r.amount = in.i64();
  r.fingerprint = in.integer<std::uint64_t>();
  r.status = in.enumeration(OperationStatus::failed);
  r.failure = in.enumeration(failure_last);
  r.settle_at = in.time();
}

void get(Reader& in, OperationChanged& r) {
  r.operation = in.integer<std::uint32_t>();
  r.status = in.enumeration(OperationStatus::failed);
  r.failure = in.enumeration(failure_last);
}

void get(Reader& in, WebhookQueued& r) {
  r.due = in.time();
  r.copies = in.integer<std::uint8_t>();
  r.body = in.text();
}

void get(Reader& in, WebhookEnded& r) {
  r.webhook = in.integer<std::uint64_t>();
  r.delivered = in.boolean();
}

template <class T>
std::optional<Record> read_as(Reader& in) {
  T record;
  get(in, record);
  if (!in.complete()) return std::nullopt;
  return record;
}

std::optional<Record> read_payload(std::string_view payload) {
  Reader in(payload);
  switch (in.integer<std::uint8_t>()) {
    case 0:
      return read_as<PaymentCreated>(in);
    case 1:
      return read_as<PaymentChanged>(in);
    case 2:
      return read_as<OperationCreated>(in);
    case 3:
      return read_as<OperationChanged>(in);
    case 4:
      return read_as<WebhookQueued>(in);
    case 5:
      return read_as<WebhookEnded>(in);
    default:
      return std::nullopt;
  }
}

}  // namespace

void append_frame(const Record& record, std::string& out) {
  const std::size_t begin = out.size();
  out.append(frame_header_bytes, '\0');
  put_u8(out, static_cast<std::uint8_t>(record.index()));
  std::visit([&out](const auto& r) { put(out, r); }, record);
  const std::string_view payload = std::string_view(out).substr(begin + frame_header_bytes);
  CHECK(payload.size() <= payload_bytes_max, "a record of {} bytes", payload.size());
  std::string header;
  put_u32_be(header, static_cast<std::uint32_t>(payload.size()));
  put_u32_be(header, crc32c(payload));
  out.replace(begin, frame_header_bytes, header);
}

std::optional<Frame> read_frame(std::string_view bytes) {
  if (bytes.size() < frame_header_bytes) return std::nullopt;
  const std::uint32_t size = load_u32_be(bytes.data());
  if (size == 0 || size > payload_bytes_max || bytes.size() - frame_header_bytes < size) return std::nullopt;
  const std::string_view payload = bytes.substr(frame_header_bytes, size);
  if (crc32c(payload) != load_u32_be(bytes.data() + 4)) return std::nullopt;
  auto record = read_payload(payload);
  if (!record) return std::nullopt;
  return Frame{std::move(*record), frame_header_bytes + size};
}

}  // namespace florin::sandbox_psp
