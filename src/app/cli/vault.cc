#include "vault/vault.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdio>

#include "app/cli/commands.h"
#include "app/cli/stop_signal.h"
#include "app/cli/tell.h"
#include "app/server/settings.h"
#include "disk/posix_disk.h"
#include "telemetry/log.h"
#include "vault/token_store.h"

namespace florin::app {
namespace {

// The memory of this process holds card numbers for moments: it must not be written into a core file, and no other
// process of the same user may look at it.
void hide_memory() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

Result<vault::VaultOptions> options_of(const VaultArguments& arguments) {
  vault::VaultOptions options;
  options.data_directory = arguments.data_directory;
  options.key_file = arguments.key_file;
  options.listen = arguments.listen;
  options.private_listen = arguments.private_listen;
  options.public_url = arguments.public_url;
  options.frame_ancestors = arguments.frame_ancestors;
  options.allowed_hosts = arguments.allowed_hosts;
  config::v1::Secret secret;
  secret.set_file(arguments.secret_file);
  ASSIGN_OR_RETURN(options.secret, read_secret(secret, "--secret-file"));
  return options;
}

}  // namespace

int run_vault(const VaultArguments& arguments) {
  hide_memory();
  const StopSignal stop;
  auto options = options_of(arguments);
  if (!options.ok()) return tell(options.error());
  std::atomic<bool> failed = false;
  options->on_failed = [&failed](const Error& error) {
    telemetry::log_error("the vault stopped", {{"reason", error.reason()}, {"detail", error.message()}});
    failed = true;
    StopSignal::request();
  };
  auto vault = vault::Vault::start(std::move(*options));
  if (!vault.ok()) return tell(vault.error());
  std::printf("listening %s %s\n", (*vault)->address().c_str(), (*vault)->private_address().c_str());
  std::fflush(stdout);
  stop.wait();
  (*vault)->stop();
  return failed ? 1 : 0;
}

int run_vault_rotate_key(const std::string& data_directory, const std::string& key_file) {
  hide_memory();
  const auto rotated =
      vault::rotate_key({disk::posix_disk(), system_clock(), system_random()}, data_directory, key_file);
  if (!rotated.ok()) return tell(rotated.error());
  std::printf("%s holds a new key. Replace the copy you keep of it; the old key opens nothing any more.\n",
              key_file.c_str());
  return 0;
}

}  // namespace florin::app
