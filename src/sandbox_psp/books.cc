#include "sandbox_psp/books.h"

#include <cstring>

namespace florin::sandbox_psp {
namespace {

constexpr std::size_t text_chunk_bytes = 1 << 20;
constexpr std::uint64_t operation_mark = std::uint64_t{1} << 32;

bool is_open(PaymentStatus status) {
  return status == PaymentStatus::pending || status == PaymentStatus::requires_action;
}

void add(Total& total, std::int64_t amount) {
  ++total.count;
  total.sum += amount;
}

}  // namespace

Books::Books()
    : by_key_(0, {.books = this}, {.books = this}),
      by_reference_(0, {.books = this}, {.books = this}),
      by_operation_key_(0, {.books = this}, {.books = this}) {}

Status Books::check(const Record& record) const {
  const char* rule = std::visit([this](const auto& r) { return broken(r); }, record);
  if (rule == nullptr) return ok();
  return data_loss("sandbox_record_invalid", fmt::format("A record of the sandbox PSP cannot be applied: {}.", rule));
}

void Books::apply(const Record& record) {
  const Status checked = check(record);
  CHECK(checked.ok(), "{}", checked.error().message());
  std::visit([this](const auto& r) { take(r); }, record);
}

const Payment& Books::payment(std::uint32_t number) const {
  CHECK(number > 0 && number <= payments_.size());
  return payments_[number - 1];
}

const Operation& Books::operation(std::uint32_t number) const {
  CHECK(number > 0 && number <= operations_.size());
  return operations_[number - 1];
}

std::uint32_t Books::payment_by_key(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? 0 : *found;
}

std::uint32_t Books::operation_by_key(std::string_view key) const {
  const auto found = by_operation_key_.find(key);
  return found == by_operation_key_.end() ? 0 : *found;
}

std::uint32_t Books::payment_by_reference(std::string_view reference) const {
  const auto found = by_reference_.find(reference);
  return found == by_reference_.end() ? 0 : *found;
}

const ChallengeTexts& Books::challenge_texts(std::uint32_t payment) const {
  static const ChallengeTexts none;
  const auto found = challenge_texts_.find(payment);
  return found == challenge_texts_.end() ? none : found->second;
}

std::optional<Timestamp> Books::settles_at(std::uint32_t payment) const {
  const auto found = settle_at_.find(payment);
  return found == settle_at_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> Books::created_with(std::string_view currency, std::int64_t amount) const {
  const auto found = totals_.find(std::string(currency));
  return checked_add(found == totals_.end() ? std::int64_t{0} : found->second.created.sum, amount);
}

const char* Books::broken(const PaymentCreated& record) const {
  if (record.currency.size() != 3) return "a currency has three letters";
  if (record.amount <= 0) return "a payment's amount is positive";
  if (record.key.empty() || payment_by_key(record.key) != 0) return "a payment's key is new";
  if (record.scenario >= scenarios().size()) return "a payment's scenario is known";
  if (record.status == PaymentStatus::voided) return "a payment does not begin voided";
  if (payments_.size() >= UINT32_MAX) return "payments are numbered in 32 bits";
  if (!created_with(record.currency, record.amount)) return "the sum of a currency fits";
  return nullptr;
}

const char* Books::broken(const PaymentChanged& record) const {
  if (record.payment == 0 || record.payment > payments_.size()) return "the payment exists";
  if (!is_open(payment(record.payment).status)) return "only an open payment changes";
  if (is_open(record.status) || record.status == PaymentStatus::voided) return "an open payment ends in a result";
  return nullptr;
}

const char* Books::broken(const OperationCreated& record) const {
  if (record.payment == 0 || record.payment > payments_.size()) return "the payment exists";
  if (record.key.empty() || operation_by_key(record.key) != 0) return "an operation's key is new";
  if (record.amount < 0) return "an operation's amount is not negative";
  if (operations_.size() >= UINT32_MAX) return "operations are numbered in 32 bits";
  if (record.status == OperationStatus::failed) return nullptr;
  const Payment& on = payment(record.payment);
  switch (record.kind) {
    case OperationKind::capture:
      return record.amount > 0 && record.amount <= on.capturable() ? nullptr : "captured is at most authorized";
    case OperationKind::refund:
      return record.amount > 0 && record.amount <= on.refundable() ? nullptr : "refunded is at most captured";
    case OperationKind::cancel:
      if (record.status != OperationStatus::succeeded) return "a void is never pending";
      return record.amount <= on.capturable() ? nullptr : "only what is left can be voided";
  }
  return "the kind is known";
}

const char* Books::broken(const OperationChanged& record) const {
  if (record.operation == 0 || record.operation > operations_.size()) return "the operation exists";
  if (operation(record.operation).status != OperationStatus::pending) return "only a pending operation changes";
  if (record.status == OperationStatus::pending) return "a pending operation ends in a result";
  return nullptr;
}

const char* Books::broken(const WebhookQueued& record) const {
  return record.copies == 0 || record.body.empty() ? "a webhook has a body and goes out at least once" : nullptr;
}

const char* Books::broken(const WebhookEnded& record) const {
  return outbox_.contains(record.webhook) ? nullptr : "the webhook is still to send";
}

void Books::take(const PaymentCreated& record) {
  const auto number = static_cast<std::uint32_t>(payments_.size() + 1);
  Payment& added = payments_.emplace_back();
  added.key = keep(record.key);
  added.reference = keep(record.reference);
  added.created = record.at;
  added.fingerprint = record.fingerprint;
  added.amount = record.amount;
  added.capture = record.capture;
  added.scenario = record.scenario;
  std::memcpy(added.currency, record.currency.data(), 3);
  add(totals_[record.currency].created, record.amount);
  set_status(added, record.status, record.failure);
  by_key_.insert(number);
  const auto same_reference = by_reference_.find(std::string_view(added.reference));
  if (same_reference != by_reference_.end()) {
    added.next_of_reference = *same_reference;
    by_reference_.erase(same_reference);
  }
  by_reference_.insert(number);
  if (!record.return_url.empty() || !record.descriptor.empty()) {
    challenge_texts_[number] = {record.return_url, record.descriptor};
  }
  const bool expires = record.status == PaymentStatus::requires_action && record.settle_at != Timestamp{};
  if (record.status == PaymentStatus::pending || expires) add_settlement({record.settle_at, false, number});
}

void Books::take(const PaymentChanged& record) {
  Payment& changed = payments_[record.payment - 1];
  set_status(changed, record.status, record.failure);
  drop_settlement(record.payment, false);
}

void Books::take(const OperationCreated& record) {
  const auto number = static_cast<std::uint32_t>(operations_.size() + 1);
  Operation& added = operations_.emplace_back();
  added.key = keep(record.key);
  added.created = record.at;
  added.fingerprint = record.fingerprint;
  added.amount = record.amount;
  added.payment = record.payment;
  added.kind = record.kind;
  added.status = record.status;
  added.failure = record.failure;
  by_operation_key_.insert(number);
  Payment& on = payments_[record.payment - 1];
  if (record.status == OperationStatus::succeeded) complete(on, record.kind, record.amount);
  if (on.status == PaymentStatus::voided) drop_settlement(record.payment, false);
  if (record.status == OperationStatus::pending) {
    (record.kind == OperationKind::capture ? on.capturing : on.refunding) += record.amount;
    add_settlement({record.settle_at, true, number});
  }
}

void Books::take(const OperationChanged& record) {
  Operation& changed = operations_[record.operation - 1];
  changed.status = record.status;
  changed.failure = record.failure;
  Payment& on = payments_[changed.payment - 1];
  (changed.kind == OperationKind::capture ? on.capturing : on.refunding) -= changed.amount;
  if (record.status == OperationStatus::succeeded) complete(on, changed.kind, changed.amount);
  drop_settlement(record.operation, true);
}

void Books::take(const WebhookQueued& record) {
  outbox_[++webhook_count_] = {.body = record.body, .due = record.due, .copies = record.copies};
  waiting_webhooks_.emplace(record.due, webhook_count_);
}

void Books::take(const WebhookEnded& record) {
  const auto ended = outbox_.extract(record.webhook);
  waiting_webhooks_.erase({ended.mapped().due, record.webhook});
}

Webhook& Books::start_webhook(std::uint64_t number) {
  Webhook& webhook = outbox_.at(number);
  waiting_webhooks_.erase({webhook.due, number});
  return webhook;
}

Webhook* Books::find_webhook(std::uint64_t number) {
  const auto found = outbox_.find(number);
  return found == outbox_.end() ? nullptr : &found->second;
}

void Books::wait_webhook(std::uint64_t number, Timestamp due) {
  Webhook& webhook = outbox_.at(number);
  webhook.due = due;
  waiting_webhooks_.emplace(due, number);
}

std::string_view Books::keep(std::string_view text) {
  if (text.size() > texts_free_) {
    texts_.push_back(std::make_unique<char[]>(text_chunk_bytes));
    texts_free_ = text_chunk_bytes;
  }
  CHECK(text.size() <= texts_free_);
  char* place = texts_.back().get() + (text_chunk_bytes - texts_free_);
  std::memcpy(place, text.data(), text.size());
  texts_free_ -= text.size();
  return {place, text.size()};
}

void Books::set_status(Payment& payment, PaymentStatus status, Failure failure) {
  payment.status = status;
  payment.failure = failure;
  if (status != PaymentStatus::authorized && status != PaymentStatus::captured) return;
  payment.authorized = payment.amount;
  Totals& totals = totals_[std::string(payment.currency_code())];
  add(totals.authorized, payment.amount);
  if (status == PaymentStatus::captured) {
    payment.captured = payment.amount;
    add(totals.captured, payment.amount);
  }
}

void Books::add_settlement(const Settlement& settlement) {
  settlements_.insert(settlement);
  settle_at_[settlement.number + (settlement.is_operation ? operation_mark : 0)] = settlement.at;
}

void Books::drop_settlement(std::uint32_t number, bool is_operation) {
  const auto due = settle_at_.extract(number + (is_operation ? operation_mark : 0));
  if (due) settlements_.erase({due.mapped(), is_operation, number});
}

void Books::complete(Payment& payment, OperationKind kind, std::int64_t amount) {
  Totals& totals = totals_[std::string(payment.currency_code())];
  switch (kind) {
    case OperationKind::capture:
      payment.captured += amount;
      payment.status = PaymentStatus::captured;
      add(totals.captured, amount);
      break;
    case OperationKind::refund:
      payment.refunded += amount;
      add(totals.refunded, amount);
      break;
    case OperationKind::cancel:
      payment.voided += amount;
      if (payment.captured == 0) payment.status = PaymentStatus::voided;
      add(totals.voided, amount);
      break;
  }
  CHECK(payment.captured + payment.voided <= payment.authorized && payment.refunded <= payment.captured);
}

}  // namespace florin::sandbox_psp
