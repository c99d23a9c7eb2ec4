// The subcommands of `florin`. Each returns the exit code: 0 for success, 1 for a failure it has told of on standard
// error, 2 for wrong arguments.
#pragma once

#include <string>

namespace florin::app {

struct ServeArguments {
  std::string config_file;     // empty for none
  std::string data_directory;  // these three override the file and the environment
  std::string listen;
  std::string sandbox_psp_listen;
  bool dev = false;
};
int run_serve(const ServeArguments& arguments);

struct SandboxPspArguments {
  std::string data_directory;
  std::string listen;
  std::string webhook_url;
  std::string api_key_file;
  std::string webhook_secret_file;
};
int run_sandbox(const SandboxPspArguments& arguments);

// Checks a data directory that no process is using.
int run_verify(const std::string& data_directory);

int run_config_explain();

}  // namespace florin::app
