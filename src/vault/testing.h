// What the vault's tests share: cards, a clock and a disk that obey, and coroutines run to their end.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "disk/memory_disk.h"
#include "engine/testing/manual_clock.h"
#include "http/testing/manual_executor.h"
#include "vault/card.h"
#include "vault/token_store.h"

namespace florin::vault {

// 2026-11-23T12:00:00Z.
inline constexpr Timestamp test_time{1'795'435'200'000'000};
inline constexpr const char* test_number = "4242424242424242";

inline Card test_card(std::string number = test_number) {
  Card card;
  card.number = std::move(number);
  card.brand = *cards::brand_of(card.number);
  card.exp_month = 12;
  card.exp_year = 2030;
  card.cvc = "123";
  card.name = "Ada Lovelace";
  return card;
}

// Runs a task whose ends are on other threads.
template <class T>
T wait_for(http::ManualExecutor& executor, Task<T> task) {
  std::optional<T> value;
  start(std::move(task), [&value](T result) { value.emplace(std::move(result)); });
  executor.run_until([&value] { return value.has_value(); });
  return std::move(*value);
}

// A store on a disk in memory.
struct TestStore {
  disk::MemoryDisk disk{1};
  engine::ManualClock clock{test_time};
  http::ManualExecutor executor;
  std::unique_ptr<TokenStore> store;

  TokenStore::Parts parts() { return {disk, clock, system_random()}; }
  Status open() {
    ASSIGN_OR_RETURN(store, TokenStore::open(parts(), "vault", "keys/key"));
    store->start([](const Error&) {});
    return ok();
  }
  // As after a loss of power.
  Status open_after_crash() {
    store.reset();
    disk.crash();
    return open();
  }
  std::string add(std::string number = test_number) {
    auto made = wait_for(executor, store->add(test_card(std::move(number)), executor));
    return made.ok() ? made->token : made.error().reason();
  }
  // "ok", or the reason of the refusal.
  std::string claim(const std::string& token, std::string claimant = "pay_1", std::string tenant = "ten_1") {
    const auto claimed = wait_for(executor, store->claim({token, std::move(tenant), std::move(claimant)}, executor));
    return claimed.ok() ? "ok" : claimed.error().reason();
  }
  // The number behind a token, or the reason of the refusal.
  std::string number_of(const std::string& token, const std::string& claimant = "pay_1") {
    const auto card = store->card_of(token, claimant);
    return card.ok() ? card->number : card.error().reason();
  }
};

}  // namespace florin::vault
