// FrontDoor: which part of the program answers a path. Open before the platform is ready, so that probes are answered
// while the journal is replayed; until then everything else is told to come back.
//
// | path          | what                                                                    |
// |---------------|-------------------------------------------------------------------------|
// | /livez        | 200 as long as the process answers at all                               |
// | /readyz       | 200 when requests are served; 503 with the reason otherwise             |
// | /metrics      | OpenMetrics                                                             |
// | /             | the landing page, for people                                            |
// | /webhooks/... | providers' webhooks                                                     |
// | /console/...  | the console's files                                                     |
// | /checkout/... | the hosted checkout's files                                             |
// | /return/...   | shoppers on their way back from a challenge                             |
// | the rest      | RPC: /florin.<domain>.v1.<Service>/<Method>                             |
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "app/server/pages.h"
#include "http/exchange.h"
#include "telemetry/metrics.h"

namespace florin::app {

class FrontDoor final : public http::Handler {
 public:
  explicit FrontDoor(telemetry::Metrics& metrics) : metrics_(metrics) {}

  struct Rooms {
    http::Handler* rpc = nullptr;
    http::Handler* webhooks = nullptr;
    http::Handler* returns = nullptr;
    http::Handler* landing = nullptr;
    std::vector<Pages*> pages;
  };
  // Lets requests in. The handlers must outlive the door.
  void open(Rooms rooms);
  // Lets no more in and says why, to /readyz too. Thread-safe.
  enum class Closed : std::uint8_t { starting, draining, stopped };
  void close(Closed why) { state_.store(static_cast<int>(why)); }

  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  static constexpr int open_state = -1;

  Task<Unit> answer_not_ready(http::Exchange& exchange, int state) const;

  telemetry::Metrics& metrics_;
  Rooms rooms_;
  std::atomic<int> state_ = static_cast<int>(Closed::starting);
};

}  // namespace florin::app
