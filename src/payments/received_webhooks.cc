#include "payments/received_webhooks.h"

#include <algorithm>

#include "contracts/convert.h"
#include "engine/events.h"
#include "engine/format.h"
#include "florin/payments/v1/events.pb.h"
#include "payments/limits.h"
#include "payments/rows.h"
#include "store/table_ids.h"

namespace florin::payments {
namespace {

using state::v1::WebhookRow;
namespace table_id = store::table_id;

constexpr std::size_t webhooks_page_default = 50;

Error received_webhook_not_found() {
  return not_found("received_webhook_not_found",
                   "There is no such webhook. ListReceivedWebhooks shows those there are.");
}

webhooks::v1::ReceivedWebhook to_message(const WebhookRow& row) {
  const Position position = contracts::position_from_bytes(row.position());
  webhooks::v1::ReceivedWebhook webhook;
  webhook.set_id(WebhookId{position}.to_string());
  *webhook.mutable_receive_time() = contracts::to_message(Timestamp{row.time_us()});
  webhook.set_connector(row.connector());
  webhook.set_psp_account(row.psp_account());
  webhook.set_payment_id(row.payment_id());
  webhook.set_event_id(row.content().event_id());
  *webhook.mutable_content() = row.content();
  webhook.set_body_bytes(row.body_bytes());
  webhook.set_position(engine::format_position(position));
  const bool traced = std::ranges::any_of(row.trace_id(), [](char c) { return c != 0; });
  if (traced) webhook.set_trace_id(hex(row.trace_id()));
  return webhook;
}

// The body, from the payment's timeline where that has it.
std::string body_of(const store::Reader& reader, TenantId tenant, const WebhookRow& row) {
  if (row.payment_id().empty()) return row.body();
  const Position position = contracts::position_from_bytes(row.position());
  const auto events = engine::list_events(reader, tenant, row.payment_id(), position, 1);
  v1::WebhookReceived event;
  CHECK(!events.empty() && events.front().context.position == position && event.ParseFromString(events.front().payload),
        "the timeline of {} lacks its webhook", row.payment_id());
  return event.body();
}

bool passes(const WebhookRow& row, const webhooks::v1::ListReceivedWebhooksRequest& request) {
  if (!request.payment_id().empty() && row.payment_id() != request.payment_id()) return false;
  return !request.has_receive_time_to() || row.time_us() < contracts::from_message(request.receive_time_to()).micros;
}

}  // namespace

Result<webhooks::v1::GetReceivedWebhookResponse> get_received_webhook(
    const store::Reader& reader, TenantId tenant, const webhooks::v1::GetReceivedWebhookRequest& request) {
  const auto id = WebhookId::parse(request.received_webhook_id());
  if (!id) return received_webhook_not_found();
  const auto rows = webhook_table().list_by(reader, table_id::webhooks_by_tenant, store::Key().id(tenant).id(*id), 1);
  if (rows.empty()) return received_webhook_not_found();
  webhooks::v1::GetReceivedWebhookResponse response;
  *response.mutable_received_webhook() = to_message(rows.front().row);
  response.mutable_received_webhook()->set_body(body_of(reader, tenant, rows.front().row));
  return response;
}

Result<webhooks::v1::ListReceivedWebhooksResponse> list_received_webhooks(
    const store::Reader& reader, TenantId tenant, const webhooks::v1::ListReceivedWebhooksRequest& request) {
  const auto prefix = store::Key().id(tenant);
  std::string from;
  if (!request.page_token().empty()) {
    const auto key = parse_base64url(request.page_token());
    if (!key || !key->starts_with(prefix.bytes())) {
      return invalid_argument("page_token_invalid", "Pass next_page_token as it came, with the same filters.");
    }
    from = *key;
  }
  const std::size_t wanted =
      request.page_size() > 0 ? static_cast<std::size_t>(request.page_size()) : webhooks_page_default;
  const std::size_t page = std::min(wanted, page_size_max);
  const std::int64_t oldest =
      request.has_receive_time_from() ? contracts::from_message(request.receive_time_from()).micros : INT64_MIN;
  webhooks::v1::ListReceivedWebhooksResponse response;
  std::size_t looked_at = 0;
  webhook_table().walk_by(reader, table_id::webhooks_by_tenant, prefix, {from, true},
                          [&](std::string_view key, const WebhookRow& row) {
                            if (row.time_us() < oldest) return false;
                            const bool full = static_cast<std::size_t>(response.received_webhooks_size()) == page;
                            if (full || looked_at == page_scan_max) {
                              response.set_next_page_token(base64url(key));
                              return false;
                            }
                            ++looked_at;
                            if (passes(row, request)) *response.add_received_webhooks() = to_message(row);
                            return true;
                          });
  return response;
}

}  // namespace florin::payments
