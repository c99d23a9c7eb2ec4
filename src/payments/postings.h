// The posting rules of payments: for each step of money, which ledger accounts move. The one table of them; every step
// that moves money calls exactly one of these in the same work that records the step.
//
// | step                    | debit                | credit               | kind                                   |
// |-------------------------|----------------------|----------------------|----------------------------------------|
// | authorized              | psp/<c>/pending      | merchant/payable     | pending                                |
// | captured with authorize | psp/<c>/receivable   | merchant/payable     | plain                                  |
// | captured later          | psp/<c>/receivable   | merchant/payable     | plain; the authorization is voided and |
// |                         |                      |                      | what stays authorized is pending anew  |
// | authorization ended     | -                    | -                    | void of the authorization              |
// | refund set aside        | merchant/payable     | psp/<c>/receivable   | pending                                |
// | refunded                | -                    | -                    | post of what was set aside             |
// | refund failed           | -                    | -                    | void of what was set aside             |
//
// An operation that had counted as failed and was done after all goes through the same rules: a refund is set aside
// anew, and a capture of which nothing is held any more is posted like one with the authorization.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/work.h"
#include "ledger/u128.h"
#include "payments/rows.h"

namespace florin::payments {

// The ledger transaction that all postings of a payment share.
ledger::U128 ledger_transaction_of(PaymentId payment);

// A posting belongs to a payment (whose ledger transaction it joins) and goes over one connector.
struct PostingPlace {
  const PaymentRow& row;
  std::string_view connector;
};

// Ids of transfers are 16 bytes, as rows and events keep them.
std::string post_authorized(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor);
void post_captured_at_once(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor);

struct LaterCapture {
  std::string_view authorization_transfer_id;
  std::int64_t amount_minor;
  std::int64_t left_minor;  // stays authorized after this capture
};
// The pending transfer that holds what is left; empty if nothing is.
std::string post_captured_later(engine::Work& work, const PostingPlace& place, const LaterCapture& capture);
void post_authorization_ended(engine::Work& work, const PostingPlace& place,
                              std::string_view authorization_transfer_id);

std::string post_refund_set_aside(engine::Work& work, const PostingPlace& place, std::int64_t amount_minor);
void post_refunded(engine::Work& work, const PostingPlace& place, std::string_view reservation_transfer_id);
void post_refund_failed(engine::Work& work, const PostingPlace& place, std::string_view reservation_transfer_id);

// Codes of the transfers, as the ledger shows them.
enum class TransferCode : std::uint16_t { authorization = 1, capture = 2, refund = 3 };

}  // namespace florin::payments
