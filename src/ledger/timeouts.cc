#include "ledger/timeouts.h"

#include <utility>
#include <vector>

#include "florin/ledger/v1/events.pb.h"
#include "ledger/tables.h"
#include "store/key.h"

namespace florin::ledger {
namespace {

struct Due {
  std::uint64_t due_us = 0;
  U128 id;
};

// What of the batch is still pending, earliest first, one more than may be released.
std::vector<Due> still_pending(const store::Reader& reader, const TimeoutBatch& batch) {
  const std::string prefix = RowKey(store::table_id::pending_by_due, batch.tenant).u64(batch.batch_time_us).string();
  std::vector<Due> found;
  for (auto scan = reader.scan({prefix, store::prefix_end(prefix)});
       scan->valid() && found.size() <= timeouts_per_firing_max; scan->next()) {
    const std::string_view rest = scan->key().substr(prefix.size());
    CHECK(rest.size() == sizeof(std::uint64_t) + sizeof(U128));
    found.push_back({load_u64_be(rest.data()), U128::load(rest.data() + sizeof(std::uint64_t))});
  }
  return found;
}

}  // namespace

void set_timeout_timer(engine::Work& work, const TimeoutBatch& batch, std::uint64_t due_us) {
  std::string payload;
  put_u64_be(payload, batch.tenant.position.partition_and_sequence);
  put_u32_be(payload, batch.tenant.position.index);
  put_u64_be(payload, batch.batch_time_us);
  work.set_timer({.kind = std::string(timeout_timer_kind),
                  .subject = {},
                  .due = Timestamp{static_cast<std::int64_t>(due_us)},
                  .payload = std::move(payload)});
}

void on_timeout_timer(engine::Work& work, const engine::Timer& timer) {
  CHECK(timer.payload.size() == 20);
  const char* payload = timer.payload.data();
  const TimeoutBatch batch{TenantId{Position{load_u64_be(payload), load_u32_be(payload + 8)}},
                           load_u64_be(payload + 12)};
  const auto now_us = static_cast<std::uint64_t>(work.now().micros);
  std::size_t released = 0;
  for (const Due& due : still_pending(work.state(), batch)) {
    if (due.due_us > now_us || released == timeouts_per_firing_max) {
      set_timeout_timer(work, batch, due.due_us);
      return;
    }
    v1::PendingTimedOut event;
    event.set_transfer_id(due.id.bytes());
    work.emit_for(batch.tenant, due.id.hex(), event);
    ++released;
  }
}

}  // namespace florin::ledger
