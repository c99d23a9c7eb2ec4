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

void add_vault(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<VaultArguments>();
  auto* command = app.add_subcommand("vault", "Run the vault, which keeps card numbers");
  command->add_option("--data", arguments->data_directory, "Its data directory")->required();
  command
      ->add_option("--key-file", arguments->key_file,
                   "File with the key of its keys; made for a new vault. Keep a copy")
      ->required();
  command->add_option("--listen", arguments->listen, "Address and port for browsers")->default_val("127.0.0.1:8070");
  command->add_option("--private-listen", arguments->private_listen, "Address and port for the platform only")
      ->default_val("127.0.0.1:8071");
  command->add_option("--public-url", arguments->public_url, "Its origin as browsers see it; default http://<listen>");
  command->add_option("--secret-file", arguments->secret_file, "File with the secret that the platform must send");
  command->add_option("--frame-ancestor", arguments->frame_ancestors,
                      "Origin whose pages may hold the card form; may be repeated");
  command->add_option("--allow-host", arguments->allowed_hosts,
                      "Origin of a provider that may receive card numbers; may be repeated");
  command->require_subcommand(0, 1);
  auto* rotate = command->add_subcommand("rotate-key", "Give a stopped vault a new key");
  rotate->fallthrough();
  command->callback([arguments, rotate, &exit_code] {
    exit_code =
        rotate->parsed() ? run_vault_rotate_key(arguments->data_directory, arguments->key_file) : run_vault(*arguments);
  });
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

void add_operators(CLI::App& app, int& exit_code) {
  auto* operators = app.add_subcommand("operators", "About the people who work in the console");
  operators->require_subcommand(1);
  const auto arguments = std::make_shared<InviteArguments>();
  arguments->data_directory = "./data";
  auto* invite = operators->add_subcommand(
      "invite", "Print a one-time link for a new person, or for one who lost the password; needs the platform's key");
  invite->add_option("--email", arguments->email, "The person's address")->required();
  invite->add_option("--role", arguments->role, "At the platform: owner, admin, finance, support or viewer");
  invite->add_option("--data", arguments->data_directory,
                     "The platform's data directory, for its endpoints.json; default ./data");
  invite->add_option("--api", arguments->api, "Address of the platform, with its key in $FLORIN_PLATFORM_KEY");
  invite->callback([arguments, &exit_code] { exit_code = run_invite(*arguments); });
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
  add_vault(app, exit_code);
  add_verify(app, exit_code);
  add_demo(app, exit_code);
  add_tie_out(app, exit_code);
  add_operators(app, exit_code);
  add_config(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
