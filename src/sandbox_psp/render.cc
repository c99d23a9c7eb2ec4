#include "sandbox_psp/render.h"

#include <fmt/format.h>

#include <charconv>

namespace florin::sandbox_psp {
namespace {

std::string_view status_name(PaymentStatus status) {
  switch (status) {
    case PaymentStatus::requires_action:
      return "requires_action";
    case PaymentStatus::pending:
      return "pending";
    case PaymentStatus::authorized:
      return "authorized";
    case PaymentStatus::captured:
      return "captured";
    case PaymentStatus::declined:
      return "declined";
    case PaymentStatus::voided:
      return "voided";
  }
  return "";
}

std::string_view status_name(OperationStatus status) {
  switch (status) {
    case OperationStatus::pending:
      return "pending";
    case OperationStatus::succeeded:
      return "succeeded";
    case OperationStatus::failed:
      return "failed";
  }
  return "";
}

// Writes one object's fields in order: lean, for this is the hot path of every request.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  void text(std::string_view name, std::string_view value) {
    put_name(name);
    append_json_text(out_, value);
  }
  void number(std::string_view name, std::int64_t value) {
    put_name(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  void boolean(std::string_view name, bool value) {
    put_name(name);
    out_ += value ? "true" : "false";
  }
  // The value is to be appended by the caller.
  std::string& value(std::string_view name) {
    put_name(name);
    return out_;
  }

 private:
  void put_name(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  std::string& out_;
  bool first_ = true;
};

void append_bank_transfer(std::string& out, std::string_view currency, std::string_view reference) {
  const BankAccount& account = bank_account_of(currency);
  Object object(out);
  object.text("account_holder", account_holder);
  object.text("account_number", account.number);
  object.text("bank_code", account.code);
  object.text("bank_name", bank_name);
  object.text("reference", reference);
  object.end();
}

void append_action(std::string& out, const Books& books, std::uint32_t number, const ShopperAction& action) {
  Object object(out);
  if (!action.app_url.empty()) object.text("app_url", action.app_url);
  if (!action.bank_reference.empty()) {
    append_bank_transfer(object.value("bank_transfer"), books.payment(number).currency_code(), action.bank_reference);
  }
  if (const auto end = books.settles_at(number)) object.number("expires_at", end->micros / 1'000'000);
  object.text("test_url", action.test_url);
  object.end();
}

void append_payment(std::string& out, const Books& books, std::uint32_t number, const ShopperAction& action) {
  const Payment& payment = books.payment(number);
  Object object(out);
  object.text("id", payment_id(number));
  object.text("object", "payment");
  object.text("reference", payment.reference);
  object.text("idempotency_key", payment.key);
  object.text("status", status_name(payment.status));
  object.number("amount", payment.amount);
  object.text("currency", payment.currency_code());
  object.boolean("capture", payment.capture);
  object.number("authorized", payment.authorized);
  object.number("captured", payment.captured);
  object.number("refunded", payment.refunded);
  object.number("voided", payment.voided);
  object.number("created", payment.created.micros / 1'000'000);
  if (payment.failure != Failure::none) object.text("decline_code", failure_code(payment.failure));
  if (!action.page_url.empty()) object.text("action_url", action.page_url);
  if (!action.test_url.empty()) append_action(object.value("action"), books, number, action);
  object.end();
}

enum class Inside : std::uint8_t { alone, with_payment };

void append_operation(std::string& out, const Books& books, std::uint32_t number, Inside inside) {
  const Operation& operation = books.operation(number);
  Object object(out);
  object.text("id", operation_id(number));
  object.text("object", "operation");
  object.text("type", kind_name(operation.kind));
  object.text("status", status_name(operation.status));
  object.number("amount", operation.amount);
  object.text("currency", books.payment(operation.payment).currency_code());
  object.text("idempotency_key", operation.key);
  object.number("created", operation.created.micros / 1'000'000);
  if (operation.failure != Failure::none) object.text("failure_code", failure_code(operation.failure));
  if (inside == Inside::with_payment) append_payment(object.value("payment"), books, operation.payment, {});
  object.end();
}

void append_total(Object& object, std::string_view name, const Total& total) {
  Object inner(object.value(name));
  inner.number("count", static_cast<std::int64_t>(total.count));
  inner.number("sum", total.sum);
  inner.end();
}

}  // namespace

std::string payment_id(std::uint32_t number) {
  return fmt::format("psp_{}", number);
}

std::string operation_id(std::uint32_t number) {
  return fmt::format("op_{}", number);
}

std::uint32_t parse_number(std::string_view prefix, std::string_view id) {
  if (!id.starts_with(prefix)) return 0;
  id.remove_prefix(prefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || end != id.data() + id.size() || id.front() == '0') return 0;
  return number;
}

std::string_view kind_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::capture:
      return "capture";
    case OperationKind::cancel:
      return "void";
    case OperationKind::refund:
      return "refund";
  }
  return "";
}

std::string render_payment(const Books& books, std::uint32_t number, const ShopperAction& action) {
  std::string out;
  out.reserve(512);
  append_payment(out, books, number, action);
  return out;
}

std::string render_operation(const Books& books, std::uint32_t number) {
  std::string out;
  out.reserve(768);
  append_operation(out, books, number, Inside::with_payment);
  return out;
}

std::string render_payment_event(const Books& books, std::uint64_t event, std::uint32_t payment, Timestamp at) {
  std::string out;
  Object object(out);
  object.text("id", fmt::format("evt_{}", event));
  object.text("type", "payment.updated");
  object.number("created", at.micros / 1'000'000);
  append_payment(object.value("payment"), books, payment, {});
  object.end();
  return out;
}

std::string render_operation_event(const Books& books, std::uint64_t event, std::uint32_t operation, Timestamp at) {
  std::string out;
  Object object(out);
  object.text("id", fmt::format("evt_{}", event));
  object.text("type", "operation.updated");
  object.number("created", at.micros / 1'000'000);
  append_payment(object.value("payment"), books, books.operation(operation).payment, {});
  append_operation(object.value("operation"), books, operation, Inside::alone);
  object.end();
  return out;
}

std::string render_balance_report(const Books& books) {
  std::string out;
  Object report(out);
  std::string& list = report.value("currencies");
  list += '[';
  bool first = true;
  for (const auto& [currency, totals] : books.totals()) {
    if (!first) list += ',';
    first = false;
    Object object(list);
    object.text("currency", currency);
    append_total(object, "created", totals.created);
    append_total(object, "authorized", totals.authorized);
    append_total(object, "captured", totals.captured);
    append_total(object, "refunded", totals.refunded);
    append_total(object, "voided", totals.voided);
    object.end();
  }
  list += ']';
  report.end();
  return out;
}

std::string render_error(std::string_view code, std::string_view message) {
  std::string out;
  Object object(out);
  Object error(object.value("error"));
  error.text("code", code);
  error.text("message", message);
  error.end();
  object.end();
  return out;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace florin::sandbox_psp
