// Books: what the sandbox PSP knows, as the fold of its records. Pure memory: no clock, no disk, no network.
//
// About 200 bytes per payment. Not thread-safe.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "sandbox_psp/book_rows.h"
#include "sandbox_psp/record.h"

namespace florin::sandbox_psp {

class Books {
 public:
  Books();
  Books(const Books&) = delete;  // the indexes point back
  Books& operator=(const Books&) = delete;

  // Whether the record can be applied: what it names exists, its key is new, and it keeps captured <= authorized and
  // refunded <= captured. Errors: data_loss (sandbox_record_invalid).
  Status check(const Record& record) const;
  // Takes a record that passes check (CHECKed).
  void apply(const Record& record);

  std::uint32_t payment_count() const { return static_cast<std::uint32_t>(payments_.size()); }
  std::uint32_t operation_count() const { return static_cast<std::uint32_t>(operations_.size()); }
  std::uint64_t webhook_count() const { return webhook_count_; }
  // By number, which must exist.
  const Payment& payment(std::uint32_t number) const;
  const Operation& operation(std::uint32_t number) const;
  // 0 if there is none.
  std::uint32_t payment_by_key(std::string_view key) const;
  std::uint32_t operation_by_key(std::string_view key) const;
  // The newest with this reference; Payment::next_of_reference leads to the others.
  std::uint32_t payment_by_reference(std::string_view reference) const;
  const ChallengeTexts& challenge_texts(std::uint32_t payment) const;
  // When the payment settles by itself, if it does.
  std::optional<Timestamp> settles_at(std::uint32_t payment) const;
  const std::map<std::string, Totals>& totals() const { return totals_; }
  // The sum that `created` would have in this currency, if it fits.
  std::optional<std::int64_t> created_with(std::string_view currency, std::int64_t amount) const;

  // What is still to settle, soonest first.
  const std::set<Settlement>& settlements() const { return settlements_; }
  // Webhooks that were neither delivered nor given up, by number.
  const std::unordered_map<std::uint64_t, Webhook>& outbox() const { return outbox_; }
  // Those of them that wait, soonest first.
  const std::set<std::pair<Timestamp, std::uint64_t>>& waiting_webhooks() const { return waiting_webhooks_; }
  // Tries are no facts of the books: after a restart every webhook waits again. `number` must wait; it then does not.
  Webhook& start_webhook(std::uint64_t number);
  // The webhook that was started; nothing if it has ended.
  Webhook* find_webhook(std::uint64_t number);
  // It waits again.
  void wait_webhook(std::uint64_t number, Timestamp due);

 private:
  // Indexes hold numbers; the text is looked up in the payment or operation.
  template <class Text>
  struct Index {
    struct Hash {
      using is_transparent = void;
      const Books* books;
      std::size_t operator()(std::string_view text) const { return absl::Hash<std::string_view>{}(text); }
      std::size_t operator()(std::uint32_t number) const { return (*this)(Text::of(*books, number)); }
    };
    struct Equal {
      using is_transparent = void;
      const Books* books;
      bool operator()(std::uint32_t a, std::uint32_t b) const { return Text::of(*books, a) == Text::of(*books, b); }
      bool operator()(std::uint32_t a, std::string_view b) const { return Text::of(*books, a) == b; }
      bool operator()(std::string_view a, std::uint32_t b) const { return Text::of(*books, b) == a; }
    };
    using Set = absl::flat_hash_set<std::uint32_t, Hash, Equal>;
  };
  struct PaymentKey {
    static std::string_view of(const Books& books, std::uint32_t n) { return books.payments_[n - 1].key; }
  };
  struct PaymentReference {
    static std::string_view of(const Books& books, std::uint32_t n) { return books.payments_[n - 1].reference; }
  };
  struct OperationKey {
    static std::string_view of(const Books& books, std::uint32_t n) { return books.operations_[n - 1].key; }
  };

  // The rules of each record: the sentence that names what is wrong, or nullptr.
  const char* broken(const PaymentCreated& record) const;
  const char* broken(const PaymentChanged& record) const;
  const char* broken(const OperationCreated& record) const;
  const char* broken(const OperationChanged& record) const;
  const char* broken(const WebhookQueued& record) const;
  const char* broken(const WebhookEnded& record) const;
  void take(const PaymentCreated& record);
  void take(const PaymentChanged& record);
  void take(const OperationCreated& record);
  void take(const OperationChanged& record);
  void take(const WebhookQueued& record);
  void take(const WebhookEnded& record);

  // A copy that lives as long as the books.
  std::string_view keep(std::string_view text);
  void set_status(Payment& payment, PaymentStatus status, Failure failure);
  void add_settlement(const Settlement& settlement);
  void drop_settlement(std::uint32_t number, bool is_operation);
  void complete(Payment& payment, OperationKind kind, std::int64_t amount);

  std::deque<Payment> payments_;
  std::deque<Operation> operations_;
  Index<PaymentKey>::Set by_key_;
  Index<PaymentReference>::Set by_reference_;
  Index<OperationKey>::Set by_operation_key_;
  std::unordered_map<std::uint32_t, ChallengeTexts> challenge_texts_;
  std::vector<std::unique_ptr<char[]>> texts_;
  std::size_t texts_free_ = 0;
  std::map<std::string, Totals> totals_;
  std::set<Settlement> settlements_;
  std::unordered_map<std::uint64_t, Timestamp>
      settle_at_;  // of what is pending: payment number, or operation number + 2^32
  std::unordered_map<std::uint64_t, Webhook> outbox_;
  std::set<std::pair<Timestamp, std::uint64_t>> waiting_webhooks_;
  std::uint64_t webhook_count_ = 0;
};

}  // namespace florin::sandbox_psp
