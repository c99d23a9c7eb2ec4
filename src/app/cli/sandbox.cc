#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/stop_signal.h"
#include "app/cli/tell.h"
#include "app/server/settings.h"
#include "sandbox_psp/sandbox_psp.h"

namespace florin::app {
namespace {

Result<std::string> secret_in(const std::string& file, std::string_view setting) {
  config::v1::Secret secret;
  secret.set_file(file);
  return read_secret(secret, setting);
}

Result<sandbox_psp::SandboxPspOptions> options_of(const SandboxPspArguments& arguments) {
  sandbox_psp::SandboxPspOptions options;
  options.data_directory = arguments.data_directory;
  options.listen = arguments.listen;
  options.webhook_url = arguments.webhook_url;
  if (!arguments.api_key_file.empty()) {
    ASSIGN_OR_RETURN(options.api_key, secret_in(arguments.api_key_file, "--api-key-file"));
  }
  if (!arguments.webhook_secret_file.empty()) {
    ASSIGN_OR_RETURN(options.webhook_secret, secret_in(arguments.webhook_secret_file, "--webhook-secret-file"));
  }
  return options;
}

}  // namespace

int run_sandbox(const SandboxPspArguments& arguments) {
  const StopSignal stop;
  auto options = options_of(arguments);
  if (!options.ok()) return tell(options.error());
  auto psp = sandbox_psp::SandboxPsp::start(std::move(*options));
  if (!psp.ok()) return tell(psp.error());
  std::printf("listening %s\n", (*psp)->address().c_str());
  std::fflush(stdout);
  stop.wait();
  (*psp)->stop();
  return 0;
}

}  // namespace florin::app
