#include "ledger/testing/ledger_fixture.h"

#include <utility>

#include "base/check.h"
#include "ledger/register.h"
#include "ledger/tables.h"

namespace florin::ledger {
namespace {

engine::Registry make_registry() {
  engine::Registry registry;
  register_ledger(registry);
  return registry;
}

}  // namespace

LedgerFixture::LedgerFixture() : registry_(make_registry()), partition_({.registry = &registry_, .limits = {}}) {}

void LedgerFixture::run(std::function<void(engine::Work&)> decide) {
  engine::CommandContext context;
  context.tenant = tenant;
  context.name = "test";
  const auto reply = partition_.run(std::move(context), [decide = std::move(decide)](engine::Work& work) {
    decide(work);
    return Result<std::string>(std::string());
  });
  CHECK(reply.ok(), "{}", reply.error().to_string());
}

AccountOutcome LedgerFixture::create_account(const AccountRequest& request) {
  AccountOutcome outcome;
  run([&](engine::Work& work) { outcome = decide_create_accounts(work, tenant, std::span(&request, 1)).front(); });
  return outcome;
}

void LedgerFixture::add_account(std::uint64_t id, std::uint16_t flags, std::string_view ledger) {
  const std::string path = "test/" + std::to_string(id);
  const auto outcome = create_account(
      {.id = U128::of(id), .path = path, .ledger = ledger, .account_class = v1::ACCOUNT_CLASS_ASSET, .flags = flags});
  CHECK(outcome.result == v1::CREATE_ACCOUNT_RESULT_CREATED);
}

TransferOutcomes LedgerFixture::post(std::span<const TransferRecord> records, Poster poster) {
  TransferOutcomes outcomes;
  run([&](engine::Work& work) { outcomes = decide_post_transfers(work, tenant, records, poster); });
  return outcomes;
}

TransferOutcome LedgerFixture::post_one(const TransferRecord& record, Poster poster) {
  const TransferOutcomes outcomes = post(std::span(&record, 1), poster);
  return outcomes.not_created.empty() ? TransferOutcome{} : outcomes.not_created.front();
}

AccountRecord LedgerFixture::account(std::uint64_t id) const {
  const auto record = find_account(state(), tenant, U128::of(id));
  CHECK(record);
  return *record;
}

std::optional<TransferRecord> LedgerFixture::transfer(std::uint64_t id) const {
  return find_transfer(state(), tenant, U128::of(id));
}

TransferRecord make_transfer(const Ids& ids, std::uint64_t amount_minor, std::uint16_t flags) {
  TransferRecord record;
  record.id = U128::of(ids.transfer);
  record.debit_account_id = U128::of(ids.debit);
  record.credit_account_id = U128::of(ids.credit);
  record.amount_minor = amount_minor;
  record.flags = flags;
  return record;
}

std::vector<v1::TransferResult> results_of(const TransferOutcomes& outcomes, std::size_t count) {
  std::vector<v1::TransferResult> results(count, v1::TRANSFER_RESULT_CREATED);
  for (const TransferOutcome& outcome : outcomes.not_created) results[outcome.index] = outcome.result;
  return results;
}

}  // namespace florin::ledger
