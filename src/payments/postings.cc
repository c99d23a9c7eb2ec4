#include "payments/postings.h"

#include <fmt/format.h>

#include <vector>

#include "base/money.h"
#include "ledger/postings.h"

namespace florin::payments {
namespace {

using ledger::Posting;
using ledger::PostingKind;
using ledger::U128;

// The ledger of a payment's currency: "USD/2".
std::string ledger_of(const PaymentRow& row) {
  const auto currency = Currency::parse(row.payment().amount().currency());
  CHECK(currency, "payment {} has no known currency", row.payment().id());
  return fmt::format("{}/{}", currency->code(), currency->exponent());
}

U128 account(engine::Work& work, const PostingPlace& place, std::string_view path,
             ledger::v1::AccountClass account_class) {
  const std::string ledger = ledger_of(place.row);
  return ledger::ensure_account(work, {.path = path, .ledger = ledger, .account_class = account_class});
}

U128 pending_account(engine::Work& work, const PostingPlace& place) {
  return account(work, place, fmt::format("psp/{}/pending", place.connector), ledger::v1::ACCOUNT_CLASS_ASSET);
}

U128 receivable_account(engine::Work& work, const PostingPlace& place) {
  return account(work, place, fmt::format("psp/{}/receivable", place.connector), ledger::v1::ACCOUNT_CLASS_ASSET);
}

U128 payable_account(engine::Work& work, const PostingPlace& place) {
  return account(work, place, "merchant/payable", ledger::v1::ACCOUNT_CLASS_LIABILITY);
}

std::vector<U128> post(engine::Work& work, const PostingPlace& place, const std::vector<Posting>& postings) {
  return ledger::post_transaction(work, ledger_transaction_of(id_of(place.row)), postings);
}

Posting posting(PostingKind kind, TransferCode code) {
  Posting p;
  p.kind = kind;
  p.code = static_cast<std::uint16_t>(code);
  return p;
}

Posting movement(PostingKind kind, TransferCode code, U128 debit, U128 credit, std::int64_t amount_minor) {
  Posting p = posting(kind, code);
  p.debit = debit;
  p.credit = credit;
  p.amount_minor = amount_minor;
  return p;
}

Posting resolution(PostingKind kind, TransferCode code, std::string_view pending_id) {
  CHECK(pending_id.size() == sizeof(U128), "a pending transfer's id has 16 bytes");
  Posting p = posting(kind, code);
  p.pending_id = U128::load(pending_id.data());
  return p;
}

}  // namespace

ledger::U128 ledger_transaction_of(PaymentId payment) {
  return U128::of(payment.position);
}

std::string post_authorized(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor) {
  const U128 debit = pending_account(work, place);
  const U128 credit = payable_account(work, place);
  return post(work, place, {movement(PostingKind::pending, TransferCode::authorization, debit, credit, amount_minor)})
      .front()
      .bytes();
}

void post_captured_at_once(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor) {
  const U128 debit = receivable_account(work, place);
  const U128 credit = payable_account(work, place);
  post(work, place, {movement(PostingKind::plain, TransferCode::capture, debit, credit, amount_minor)});
}

std::string post_captured_later(engine::Work& work, const PostingPlace& place, const LaterCapture& capture) {
  const U128 payable = payable_account(work, place);
  std::vector<Posting> postings;
  postings.push_back(
      resolution(PostingKind::void_pending, TransferCode::authorization, capture.authorization_transfer_id));
  postings.push_back(movement(PostingKind::plain, TransferCode::capture, receivable_account(work, place), payable,
                              capture.amount_minor));
  if (capture.left_minor > 0) {
    postings.push_back(movement(PostingKind::pending, TransferCode::authorization, pending_account(work, place),
                                payable, capture.left_minor));
  }
  const auto ids = post(work, place, postings);
  return capture.left_minor > 0 ? ids.back().bytes() : std::string();
}

void post_authorization_ended(engine::Work& work, const PostingPlace& place,
                              std::string_view authorization_transfer_id) {
  post(work, place, {resolution(PostingKind::void_pending, TransferCode::authorization, authorization_transfer_id)});
}

std::string post_refund_set_aside(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor) {
  const U128 debit = payable_account(work, place);
  const U128 credit = receivable_account(work, place);
  return post(work, place, {movement(PostingKind::pending, TransferCode::refund, debit, credit, amount_minor)})
      .front()
      .bytes();
}

void post_refunded(engine::Work& work, const PostingPlace& place, std::string_view reservation_transfer_id) {
  post(work, place, {resolution(PostingKind::post_pending, TransferCode::refund, reservation_transfer_id)});
}

void post_refund_failed(engine::Work& work, const PostingPlace& place, std::string_view reservation_transfer_id) {
  post(work, place, {resolution(PostingKind::void_pending, TransferCode::refund, reservation_transfer_id)});
}

}  // namespace florin::payments
