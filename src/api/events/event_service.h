// EventService over the state: florin/events/v1/events.proto says what each method does.
#pragma once

#include "api/common/platform.h"
#include "engine/registry.h"
#include "florin/events/v1/events.connect.h"

namespace florin::api {

class EventService final : public events::v1::EventServiceHandler {
 public:
  // `registry` knows the names of event types and must outlive the service.
  EventService(Platform& platform, const engine::Registry& registry) : platform_(platform), registry_(registry) {}

  Task<Result<events::v1::ListEventsResponse>> list_events(const events::v1::ListEventsRequest& request,
                                                           rpc::Context& context) override;

 private:
  Platform& platform_;
  const engine::Registry& registry_;
};

}  // namespace florin::api
