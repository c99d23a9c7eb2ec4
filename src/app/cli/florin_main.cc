// florin: one program, with a subcommand for each role.
#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>

#include "app/cli/commands.h"
#include "app/demo/demo.h"
#include "app/server/storage.h"

namespace {

using namespace florin::app;

void add_serve(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<ServeArguments>();
  auto* command = app.add_subcommand("serve", "Run the platform");
  command->add_option("--config", arguments->config_file, "YAML file (see: florin config explain)");
  command->add_option("--data", arguments->data_directory, "Data directory; default ./data");
  command->add_option("--listen", arguments->listen, "Address and port of the API; default 127.0.0.1:8080");
  command->add_option("--sandbox-psp-listen", arguments->sandbox_psp_listen,
                      "Address and port of the sandbox provider; default 127.0.0.1:8090");
  command->add_flag("--dev", arguments->dev,
                    "Development on one machine: sandbox provider, sandbox tenant and its keys");
  command->callback([arguments, &exit_code] { exit_code = run_serve(*arguments); });
}

void add_sandbox_psp(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<SandboxPspArguments>();
  auto* command = app.add_subcommand("sandbox-psp", "Run the sandbox payment service provider");
  command->add_option("--data", arguments->data_directory, "Its data directory")->required();
  command->add_option("--listen", arguments->listen, "Address and port")->default_val("127.0.0.1:8090");
  command->add_option("--webhook-url", arguments->webhook_url, "Where its webhooks go");
  command->add_option("--api-key-file", arguments->api_key_file, "File with the key that callers must send");
  command->add_option("--webhook-secret-file", arguments->webhook_secret_file,
                      "File with the secret that signs webhooks");
  command->callback([arguments, &exit_code] { exit_code = run_sandbox(*arguments); });
}

void add_verify(CLI::App& app, int& exit_code) {
  const auto directory = std::make_shared<std::string>("./data");
  auto* command = app.add_subcommand("verify", "Check a data directory that no process is using");
  command->add_option("data", *directory, "The data directory; default ./data");
  command->callback([directory, &exit_code] { exit_code = run_verify(*directory); });
}

void add_demo(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<DemoOptions>();
  auto* command = app.add_subcommand("demo", "Drive payments through a running platform, then tie out the books");
  command->add_option("--payments", options->payments, "How many; default 1000")->check(CLI::Range(1, 10'000'000));
  command->add_option("--clients", options->clients, "How many at the same time; default 16")
      ->check(CLI::Range(1, 512));
  command->add_option("--data", options->data_directory,
                      "The platform's data directory, for its endpoints.json; default ./data");
  command->add_option("--seed", options->seed, "The same seed gives the same payments");
  command->callback([options, &exit_code] { exit_code = run_demo(*options); });
}

void add_tie_out(CLI::App& app, int& exit_code) {
  const auto directory = std::make_shared<std::string>("./data");
  auto* command = app.add_subcommand("tie-out", "Compare the sandbox provider's books with the ledger");
  command->add_option("--data", *directory, "The platform's data directory, for its endpoints.json; default ./data");
  command->callback([directory, &exit_code] { exit_code = run_tie_out(*directory); });
}

void add_config(CLI::App& app, int& exit_code) {
  auto* config = app.add_subcommand("config", "About the configuration");
  config->require_subcommand(1);
  auto* explain = config->add_subcommand("explain", "Print every setting with its meaning");
  explain->callback([&exit_code] { exit_code = run_config_explain(); });
}

}  // namespace

int main(int argc, char** argv) {
  // What protobuf finds wrong in a message is answered to whoever sent it, not printed.
  google::protobuf::SetLogHandler(nullptr);
  CLI::App app("Florin: payments, ledger and reconciliation in one program");
  app.set_version_flag("--version", program_name());
  app.require_subcommand(1);
  int exit_code = 0;
  add_serve(app, exit_code);
  add_sandbox_psp(app, exit_code);
  add_verify(app, exit_code);
  add_demo(app, exit_code);
  add_tie_out(app, exit_code);
  add_config(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
