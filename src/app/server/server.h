// Server: the platform as one process: `florin serve`.
#pragma once

#include <functional>
#include <memory>

#include "app/server/bootstrap.h"
#include "app/server/settings.h"
#include "base/result.h"

namespace florin::app {

class Server {
 public:
  // Opens the data directory, replays what the state lacks, and serves. `on_stopped` is called once, from any thread,
  // when the platform cannot go on: the process should end with an error, and start again. Errors: those of the data
  // directory, the port and the configuration, each of which says what to do.
  static Result<std::unique_ptr<Server>> start(const ServeSettings& settings, std::function<void(Error)> on_stopped);
  // Stops, if that was not done.
  ~Server();

  // Where everything is and, in development, the sandbox's keys.
  const Endpoints& endpoints() const;

  // Takes no more requests, lets running ones end for as long as the settings say, writes the state, and stops.
  void stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace florin::app
