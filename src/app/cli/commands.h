// The subcommands of `florin`. Each returns the exit code: 0 for success, 1 for a failure it has told of on standard
// error, 2 for wrong arguments.
#pragma once

#include <string>
#include <vector>

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

struct VaultArguments {
  std::string data_directory;
  std::string key_file;
  std::string listen;
  std::string private_listen;
  std::string public_url;
  std::string secret_file;
  std::vector<std::string> frame_ancestors;
  std::vector<std::string> allowed_hosts;
};
int run_vault(const VaultArguments& arguments);
// Of a vault that no process is using.
int run_vault_rotate_key(const std::string& data_directory, const std::string& key_file);

struct InviteArguments {
  std::string email;
  std::string role;            // "owner"; empty for a person who has one and lost the password
  std::string data_directory;  // for its endpoints.json
  std::string api;             // instead of the address there: "http://127.0.0.1:8080"
};
// Prints a one-time link to the console. Takes the platform's key from FLORIN_PLATFORM_KEY or endpoints.json.
int run_invite(const InviteArguments& arguments);

// Checks a data directory that no process is using.
int run_verify(const std::string& data_directory);

int run_config_explain();

}  // namespace florin::app
