#include <cstdio>
#include <cstdlib>

#include "app/cli/commands.h"
#include "app/cli/greeting.h"
#include "app/cli/stop_signal.h"
#include "app/cli/tell.h"
#include "app/server/server.h"
#include "config/load.h"
#include "disk/posix_disk.h"

namespace florin::app {
namespace {

constexpr std::size_t config_bytes_max = 1024 * 1024;

std::optional<std::string> environment(const std::string& name) {
  // Read before there are threads that could change it.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

// The file, then the environment, then the arguments: the later one wins.
Result<ServeSettings> load_settings(const ServeArguments& arguments) {
  config::v1::Config config;
  if (!arguments.config_file.empty()) {
    ASSIGN_OR_RETURN(const std::string yaml,
                     disk::read_file(disk::posix_disk(), arguments.config_file, config_bytes_max));
    RETURN_IF_ERROR(config::load_yaml(yaml, arguments.config_file, config));
  }
  RETURN_IF_ERROR(config::load_environment(environment, config));
  if (!arguments.data_directory.empty()) config.mutable_data()->set_directory(arguments.data_directory);
  if (!arguments.listen.empty()) config.mutable_server()->set_listen(arguments.listen);
  if (!arguments.sandbox_psp_listen.empty()) config.mutable_sandbox_psp()->set_listen(arguments.sandbox_psp_listen);
  return resolve(config, arguments.dev);
}

void tell_ready(const Server& server, const ServeSettings& settings) {
  const Endpoints& endpoints = server.endpoints();
  if (settings.dev) {
    std::fputs(greeting(endpoints, settings.data_directory).c_str(), stdout);
  } else {
    std::printf("listening %s\n", endpoints.api.c_str());
    if (!endpoints.api_tls.empty()) std::printf("listening %s\n", endpoints.api_tls.c_str());
    if (!endpoints.platform_key.empty()) {
      std::printf("The platform's key, shown this once: %s\n", endpoints.platform_key.c_str());
    }
    if (!endpoints.console_sign_in.empty()) {
      std::printf("The console's first owner signs in here, once, within a day: %s\n",
                  endpoints.console_sign_in.c_str());
    }
  }
  std::fflush(stdout);
}

}  // namespace

int run_serve(const ServeArguments& arguments) {
  const StopSignal stop;
  const auto settings = load_settings(arguments);
  if (!settings.ok()) return tell(settings.error());
  std::atomic<bool> failed = false;
  auto server = Server::start(*settings, [&failed](const Error&) {
    failed = true;
    StopSignal::request();
  });
  if (!server.ok()) return tell(server.error());
  tell_ready(**server, *settings);
  stop.wait();
  (*server)->stop();
  return failed ? 1 : 0;
}

}  // namespace florin::app
