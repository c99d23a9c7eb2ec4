#include "vault/token_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "base/encoding.h"
#include "cards/find.h"
#include "cards/token.h"
#include "crypto/seal.h"
#include "vault/limits.h"

namespace florin::vault {
namespace {

constexpr std::size_t token_random_bytes = 20;
// Records of a compaction in memory at once.
constexpr std::size_t copied_at_once = 256;

Error token_not_found() {
  return not_found("token_not_found",
                   "There is no such card token, or it has expired. Ask the shopper for the card again.");
}

Error vault_stopped() {
  return unavailable("vault_stopped", "The vault is stopping or its disk has failed; try again in a moment.");
}

Result<std::unique_ptr<KeyFile>> load_keys(TokenStore::Parts parts, const std::string& path, bool has_generations) {
  ASSIGN_OR_RETURN(const bool exists, parts.disk.exists(path));
  if (!exists && has_generations) {
    return failed_precondition(
        "vault_key_missing", fmt::format("There is no key file {}, and the cards of this vault cannot be read without "
                                         "it. Restore it from its copy.",
                                         path));
  }
  auto keys = exists ? KeyFile::load(parts.disk, path) : KeyFile::make(parts.disk, path, parts.random);
  if (!keys.ok()) return std::move(keys).error();
  return std::make_unique<KeyFile>(std::move(*keys));
}

}  // namespace

TokenStore::TokenStore(Parts parts, std::string directory)
    : parts_(parts), directory_(std::move(directory)), compacted_(parts.clock.elapsed()) {}

Result<std::unique_ptr<TokenStore>> TokenStore::open(Parts parts, const std::string& directory,
                                                     const std::string& key_file) {
  RETURN_IF_ERROR(parts.disk.make_directory(directory));
  std::unique_ptr<TokenStore> store(new TokenStore(parts, directory));
  ASSIGN_OR_RETURN(store->lock_, parts.disk.lock_file(disk::join(directory, "lock")));
  ASSIGN_OR_RETURN(const auto numbers, list_generations(parts.disk, directory));
  ASSIGN_OR_RETURN(store->keys_, load_keys(parts, key_file, !numbers.empty()));
  RETURN_IF_ERROR(store->open_generations());
  return store;
}

Status TokenStore::open_generations() {
  ASSIGN_OR_RETURN(const auto numbers, list_generations(parts_.disk, directory_));
  for (const std::uint32_t number : numbers) {
    std::vector<std::pair<Record, Place>> records;
    ASSIGN_OR_RETURN(
        std::shared_ptr<Generation> generation,
        Generation::open(parts_.disk, directory_, number, *keys_, parts_.random,
                         [&](Record record, Place place) { records.emplace_back(std::move(record), place); }));
    for (auto& [record, place] : records) take(std::move(record), place, generation);
    generations_.push_back(std::move(generation));
  }
  if (generations_.empty()) RETURN_IF_ERROR(add_generation());
  forget_dead(parts_.clock.now());
  return ok();
}

TokenStore::~TokenStore() {
  stop();
  for (auto& [token, entry] : entries_) crypto::wipe(entry.cvc);
}

// A record that was read from disk. A compaction that was cut short left some of them twice.
void TokenStore::take(Record record, Place place, const std::shared_ptr<Generation>& generation) {
  if (auto* created = std::get_if<TokenCreated>(&record)) {
    Entry& entry = entries_[created->token];
    entry.generation = generation;
    entry.place = place;
    entry.created = created->at;
    entry.card = created->card.summary();
  } else if (const auto* claimed = std::get_if<TokenClaimed>(&record)) {
    const auto found = entries_.find(claimed->token);
    if (found == entries_.end()) return;
    found->second.claimed = claimed->at;
    found->second.tenant_id = claimed->tenant_id;
    found->second.claimant = claimed->claimant;
  }
}

Status TokenStore::add_generation() {
  const std::uint32_t number = generations_.empty() ? 1 : generations_.back()->number() + 1;
  ASSIGN_OR_RETURN(std::shared_ptr<Generation> generation,
                   Generation::create(parts_.disk, directory_, number, *keys_, parts_.random));
  generations_.push_back(std::move(generation));
  return ok();
}

void TokenStore::start(std::function<void(Error)> on_failed) {
  on_failed_ = std::move(on_failed);
  thread_ = std::thread([this] { run(); });
}

void TokenStore::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::string TokenStore::new_token() {
  for (;;) {
    std::string token = std::string(cards::token_prefix) + base32_crockford(parts_.random.bytes(token_random_bytes));
    // A token must not be refused where card numbers are.
    if (!cards::holds_card_number(token)) return token;
  }
}

Task<Result<NewToken>> TokenStore::add(Card card, Executor& executor) {
  Durable durable(executor);
  NewToken made{new_token(), card.summary()};
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || stopping_) co_return vault_stopped();
    if (entries_.size() + pending_.size() >= tokens_max) {
      co_return resource_exhausted("vault_full", "The vault holds as many cards as it may; try again later.",
                                   Duration::minutes(10));
    }
    std::string cvc = card.cvc;
    crypto::wipe(card.cvc);
    pending_.push_back({TokenCreated{parts_.clock.now(), made.token, std::move(card)}, std::move(cvc)});
    waiting_.push_back(durable.completer());
  }
  work_.notify_one();
  if (!co_await durable) co_return vault_stopped();
  co_return made;
}

Task<Result<cards::Summary>> TokenStore::claim(Claim claim, Executor& executor) {
  Durable durable(executor);
  cards::Summary card;
  {
    const std::lock_guard lock(mutex_);
    if (failed_ || stopping_) co_return vault_stopped();
    const auto found = find(claim.token);
    if (!found.ok()) co_return found.error();
    Entry& entry = **found;
    card = entry.card;
    if (entry.claimant.empty()) {
      entry.claimed = parts_.clock.now();
      entry.tenant_id = claim.tenant_id;
      entry.claimant = claim.claimant;
      pending_.push_back({TokenClaimed{entry.claimed, claim.token, claim.tenant_id, claim.claimant}, {}});
    } else if (entry.claimant != claim.claimant || entry.tenant_id != claim.tenant_id) {
      co_return failed_precondition("token_used",
                                    "This card token belongs to another payment. Ask the shopper for the card again.");
    }
    // The claim may be one that is not durable yet, though it was made a moment ago.
    if (pending_.empty() && !writing_) co_return card;
    (pending_.empty() ? flushing_ : waiting_).push_back(durable.completer());
  }
  work_.notify_one();
  if (!co_await durable) co_return vault_stopped();
  co_return card;
}

Result<TokenStore::Entry*> TokenStore::find(const std::string& token) {
  const auto found = entries_.find(token);
  if (found == entries_.end() || is_dead(found->second, parts_.clock.now())) return token_not_found();
  return &found->second;
}

Result<Card> TokenStore::card_of(const std::string& token, const std::string& claimant) {
  std::shared_ptr<Generation> generation;
  Place place;
  std::string cvc;
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return vault_stopped();
    ASSIGN_OR_RETURN(Entry * entry, find(token));
    if (entry->claimant.empty()) {
      return failed_precondition("token_not_claimed", "Claim the card token before it is used.");
    }
    if (entry->claimant != claimant) {
      return failed_precondition("token_used", "This card token belongs to another payment.");
    }
    generation = entry->generation;
    place = entry->place;
    const bool cvc_lives = parts_.clock.now() - entry->created < cvc_lifetime;
    if (cvc_lives) cvc = entry->cvc;
  }
  ASSIGN_OR_RETURN(Record record, generation->read(place));
  auto* created = std::get_if<TokenCreated>(&record);
  CHECK(created != nullptr && created->token == token, "a place holds another token's card");
  Card card = std::move(created->card);
  card.cvc = cvc;
  crypto::wipe(cvc);
  return card;
}

void TokenStore::forget_cvc(const std::string& token) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(token); found != entries_.end()) crypto::wipe(found->second.cvc);
}

std::size_t TokenStore::tokens() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

bool TokenStore::is_dead(const Entry& entry, Timestamp now) const {
  return entry.claimant.empty() ? now - entry.created >= unclaimed_lifetime : now - entry.claimed >= claimed_lifetime;
}

void TokenStore::forget_dead(Timestamp now) {
  for (auto& [token, entry] : entries_) {
    if (is_dead(entry, now) || now - entry.created >= cvc_lifetime) crypto::wipe(entry.cvc);
  }
  dead_ += std::erase_if(entries_, [&](const auto& each) { return is_dead(each.second, now); });
}

void TokenStore::run() noexcept {
  const auto interval = std::chrono::microseconds(compaction_interval.micros);
  std::unique_lock lock(mutex_);
  while (!failed_) {
    const auto is_busy = [this] { return !pending_.empty() || stopping_; };
    const Duration since = parts_.clock.elapsed() - compacted_;
    if (!is_busy())
      work_.wait_for(lock, interval - std::min(interval, std::chrono::microseconds(since.micros)), is_busy);
    if (!pending_.empty()) {
      write(lock);
    } else if (stopping_) {
      return;
    }
    if (failed_ || parts_.clock.elapsed() - compacted_ < compaction_interval) continue;
    lock.unlock();
    const Status compacted = compact();
    lock.lock();
    if (!compacted.ok()) fail(compacted.error());
  }
}

void TokenStore::write(std::unique_lock<std::mutex>& lock) {
  auto pending = std::exchange(pending_, {});
  flushing_ = std::exchange(waiting_, {});
  writing_ = true;
  lock.unlock();
  const Status written = write_pending(std::move(pending));
  lock.lock();
  writing_ = false;
  if (!written.ok()) return fail(written.error());
  for (const auto& completer : std::exchange(flushing_, {})) completer(true);
}

Status TokenStore::write_pending(std::vector<Pending> pending) {
  const std::lock_guard writing(write_mutex_);
  if (generations_.back()->records() >= generation_records_max) RETURN_IF_ERROR(add_generation());
  const auto& generation = generations_.back();
  std::vector<Record> records;
  records.reserve(pending.size());
  for (Pending& each : pending) records.push_back(std::move(each.record));
  ASSIGN_OR_RETURN(const auto places, generation->append(records));
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!std::holds_alternative<TokenCreated>(records[i])) continue;
    const std::string token = std::get<TokenCreated>(records[i]).token;
    take(std::move(records[i]), places[i], generation);
    entries_[token].cvc = pending[i].cvc;
    crypto::wipe(pending[i].cvc);
  }
  return ok();
}

// After a failed write nobody knows what the disk holds. Under the mutex.
void TokenStore::fail(const Error& error) {
  failed_ = true;
  for (const auto& completer : std::exchange(flushing_, {})) completer(false);
  for (const auto& completer : std::exchange(waiting_, {})) completer(false);
  if (on_failed_) on_failed_(error);
}

Status TokenStore::compact() {
  const std::lock_guard writing(write_mutex_);
  {
    const std::lock_guard lock(mutex_);
    compacted_ = parts_.clock.elapsed();
    forget_dead(parts_.clock.now());
    if (dead_ == 0 && generations_.size() == 1) return ok();
  }
  const auto old = generations_;
  RETURN_IF_ERROR(add_generation());
  RETURN_IF_ERROR(copy_living(generations_.back()));
  generations_.erase(generations_.begin(), generations_.end() - 1);
  for (const auto& generation : old) RETURN_IF_ERROR(remove_generation(parts_.disk, directory_, generation->number()));
  const std::lock_guard lock(mutex_);
  dead_ = 0;
  return ok();
}

Status TokenStore::copy_living(const std::shared_ptr<Generation>& target) {
  std::vector<std::string> tokens;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [token, entry] : entries_) tokens.push_back(token);
  }
  for (std::size_t from = 0; from < tokens.size(); from += copied_at_once) {
    const std::size_t count = std::min(copied_at_once, tokens.size() - from);
    RETURN_IF_ERROR(copy_tokens(std::span(tokens).subspan(from, count), target));
  }
  return ok();
}

Status TokenStore::copy_tokens(std::span<const std::string> tokens, const std::shared_ptr<Generation>& target) {
  std::vector<Record> records;
  for (const std::string& token : tokens) {
    std::shared_ptr<Generation> generation;
    Place place;
    TokenClaimed claimed{.token = token};
    {
      const std::lock_guard lock(mutex_);
      const Entry& entry = entries_.at(token);
      generation = entry.generation;
      place = entry.place;
      claimed.at = entry.claimed;
      claimed.tenant_id = entry.tenant_id;
      claimed.claimant = entry.claimant;
    }
    ASSIGN_OR_RETURN(Record record, generation->read(place));
    records.push_back(std::move(record));
    if (!claimed.claimant.empty()) records.emplace_back(std::move(claimed));
  }
  ASSIGN_OR_RETURN(const auto places, target->append(records));
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* created = std::get_if<TokenCreated>(&records[i]);
    if (created == nullptr) continue;
    Entry& entry = entries_.at(created->token);
    entry.generation = target;
    entry.place = places[i];
  }
  return ok();
}

Status rotate_key(TokenStore::Parts parts, const std::string& directory, const std::string& key_file) {
  ASSIGN_OR_RETURN(const bool exists, parts.disk.exists(directory));
  if (!exists) return not_found("vault_not_found", fmt::format("There is no vault in {}.", directory));
  ASSIGN_OR_RETURN(const auto lock, parts.disk.lock_file(disk::join(directory, "lock")));
  ASSIGN_OR_RETURN(const auto numbers, list_generations(parts.disk, directory));
  ASSIGN_OR_RETURN(const auto keys, load_keys(parts, key_file, !numbers.empty()));
  RETURN_IF_ERROR(keys->add_key(parts.disk, parts.random));
  for (const std::uint32_t number : numbers) {
    ASSIGN_OR_RETURN(const auto generation,
                     Generation::open(parts.disk, directory, number, *keys, parts.random, [](const Record&, Place) {}));
    RETURN_IF_ERROR(generation->rewrap(parts.disk, *keys, parts.random));
  }
  const std::uint32_t next = numbers.empty() ? 1 : numbers.back() + 1;
  RETURN_IF_ERROR(Generation::create(parts.disk, directory, next, *keys, parts.random));
  return keys->drop_old_keys(parts.disk);
}

}  // namespace florin::vault
