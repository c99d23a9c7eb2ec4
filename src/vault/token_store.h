// TokenStore: the cards of a vault and the tokens that stand for them.
//
// On disk: generations of sealed records (generation.h) and the file "lock". In memory: of each token where its record
// lies, what may be known of its card, who claimed it, and, for an hour at most, the card's code, which is never
// written. A number leaves the disk only for the moment it is needed.
//
// Nothing is answered before it is durable. One thread of its own writes, one sync for all that came meanwhile; it also
// forgets what is dead, in memory at once and on disk by compaction: what lives is written into a new generation under
// a new data key, and the old generation goes.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/task.h"
#include "vault/generation.h"
#include "vault/key_file.h"

namespace florin::vault {

struct NewToken {
  std::string token;  // "tok_card_" and 32 characters: 160 random bits
  cards::Summary card;
};

// Who wants to own a token: a payment or a session of a tenant.
struct Claim {
  std::string token;
  std::string tenant_id;
  std::string claimant;
};

// Thread-safe.
class TokenStore {
 public:
  // All of it must outlive the store.
  struct Parts {
    disk::Disk& disk;
    const Clock& clock;
    Random& random;
  };

  // Opens or creates. The key file is made for a new store only: for one that has generations it must be there. Errors:
  // those of the disk (data_directory_locked), of KeyFile and of Generation; failed_precondition (vault_key_missing).
  static Result<std::unique_ptr<TokenStore>> open(Parts parts, const std::string& directory,
                                                  const std::string& key_file);
  ~TokenStore();

  // Once, before the first call. `on_failed` is called once, on the store's thread, when the disk has failed: nothing
  // more is answered from then on, and the process should end.
  void start(std::function<void(Error)> on_failed);
  // Writes what is left and ends the thread. What comes later is refused.
  void stop();

  // Errors: resource_exhausted (vault_full), unavailable (vault_stopped).
  Task<Result<NewToken>> add(Card card, Executor& executor);
  // The first claimant owns the token, and may ask again. Errors: not_found (token_not_found), for a token that has
  // expired too; failed_precondition (token_used); unavailable (vault_stopped).
  Task<Result<cards::Summary>> claim(Claim claim, Executor& executor);
  // The whole card, for the one who owns its token; its code is empty where it has been forgotten. Errors: those of
  // claim, and token_not_claimed (failed_precondition).
  Result<Card> card_of(const std::string& token, const std::string& claimant);
  // A provider has answered: the code is not kept any longer.
  void forget_cvc(const std::string& token);

  // Forgets what is dead, and writes what lives into a new generation if something is. The store's thread does it by
  // itself every compaction_interval.
  Status compact();

  std::size_t tokens() const;

 private:
  using Durable = Completion<bool>;  // false: the disk failed

  struct Entry {
    std::shared_ptr<Generation> generation;
    Place place;
    Timestamp created;
    cards::Summary card;
    Timestamp claimed;  // only with a claimant
    std::string tenant_id;
    std::string claimant;
    std::string cvc;
  };
  struct Pending {
    Record record;
    std::string cvc;  // of a token that is created
  };

  explicit TokenStore(Parts parts, std::string directory);
  Status open_generations();
  void take(Record record, Place place, const std::shared_ptr<Generation>& generation);
  Status add_generation();

  void run() noexcept;
  void write(std::unique_lock<std::mutex>& lock);
  Status write_pending(std::vector<Pending> pending);
  void fail(const Error& error);
  std::string new_token();
  Result<Entry*> find(const std::string& token);
  bool is_dead(const Entry& entry, Timestamp now) const;
  void forget_dead(Timestamp now);
  Status copy_living(const std::shared_ptr<Generation>& target);
  Status copy_tokens(std::span<const std::string> tokens, const std::shared_ptr<Generation>& target);

  const Parts parts_;
  const std::string directory_;
  std::unique_ptr<disk::FileLock> lock_;
  std::unique_ptr<KeyFile> keys_;
  std::function<void(Error)> on_failed_;

  // Held while anything is written to a generation; taken before mutex_.
  std::mutex write_mutex_;
  std::vector<std::shared_ptr<Generation>> generations_;  // the last one takes records

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::unordered_map<std::string, Entry> entries_;
  std::vector<Pending> pending_;
  std::vector<Durable::Completer> waiting_;   // for what is pending
  std::vector<Durable::Completer> flushing_;  // for the write that is going on
  std::size_t dead_ = 0;                      // tokens that the generations hold and entries_ does not
  Duration compacted_{};
  bool writing_ = false;
  bool stopping_ = false;
  bool failed_ = false;
  std::thread thread_;
};

// Gives the key file a new key, wraps every generation's data key by it, begins a new generation for what comes, and
// drops the old key. May be repeated after a failure: at every moment the key file opens every generation. The store
// must not be open. Errors: those of TokenStore::open.
Status rotate_key(TokenStore::Parts parts, const std::string& directory, const std::string& key_file);

}  // namespace florin::vault
