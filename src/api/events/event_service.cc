#include "api/events/event_service.h"

#include <fmt/format.h>

#include "api/common/submit.h"
#include "contracts/convert.h"
#include "engine/events.h"
#include "engine/format.h"

namespace florin::api {
namespace {

constexpr std::size_t page_size_default = 100;

events::v1::Event to_message(const engine::Registry& registry, const engine::RecordedEvent& recorded) {
  events::v1::Event event;
  event.set_position(engine::format_position(recorded.context.position));
  event.set_subject(recorded.context.subject);
  *event.mutable_time() = contracts::to_message(recorded.context.time);
  event.set_actor(engine::format_actor(recorded.context.actor));
  event.set_command(recorded.context.command);
  event.set_trace_id(engine::format_trace_id(recorded.context.trace));
  event.set_span_id(engine::format_span_id(recorded.context.trace));
  const auto* type = registry.event_type(recorded.type);
  CHECK(type, "state holds an event of the unknown type {}", recorded.type);
  event.set_type(type->name);
  event.mutable_payload()->set_type_url("type.googleapis.com/" + type->prototype->GetTypeName());
  event.mutable_payload()->set_value(recorded.payload);
  return event;
}

Result<events::v1::ListEventsResponse> list(const engine::Registry& registry, const store::Reader& reader,
                                            TenantId tenant, const events::v1::ListEventsRequest& request) {
  Position from;
  if (!request.page_token().empty()) {
    const auto bytes = parse_base64url(request.page_token());
    if (!bytes || bytes->size() != 12) {
      return invalid_argument("page_token_invalid", "Pass next_page_token as it came, with the same subject.");
    }
    from = contracts::position_from_bytes(*bytes);
  }
  const std::size_t page = request.page_size() > 0 ? static_cast<std::size_t>(request.page_size()) : page_size_default;
  // One more than the page holds shows whether there is a next page, and where it starts.
  const auto recorded = engine::list_events(reader, tenant, request.subject(), from, page + 1);
  events::v1::ListEventsResponse response;
  for (const auto& event : recorded) {
    if (static_cast<std::size_t>(response.events_size()) == page) {
      response.set_next_page_token(base64url(contracts::to_bytes(event.context.position)));
      break;
    }
    *response.add_events() = to_message(registry, event);
  }
  return response;
}

}  // namespace

Task<Result<events::v1::ListEventsResponse>> EventService::list_events(const events::v1::ListEventsRequest& request,
                                                                       rpc::Context& context) {
  co_return co_await run_query<events::v1::ListEventsResponse>(platform_, context, [&](const store::Reader& reader) {
    return list(registry_, reader, caller_of(context).tenant(), request);
  });
}

}  // namespace florin::api
