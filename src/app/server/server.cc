#include "app/server/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <set>
#include <thread>

#include "api/common/refuse_card_numbers.h"
#include "api/webhooks/return_handler.h"
#include "api/webhooks/webhook_handler.h"
#include "app/domains/domains.h"
#include "app/server/call_metrics.h"
#include "app/server/child_process.h"
#include "app/server/front_door.h"
#include "app/server/landing_page.h"
#include "app/server/pages.h"
#include "app/server/partition_metrics.h"
#include "app/server/payment_metrics.h"
#include "app/server/resources.h"
#include "app/server/services.h"
#include "app/server/storage.h"
#include "app/server/tls_files.h"
#include "connectors/all/all_connectors.h"
#include "effects/executor.h"
#include "effects/http_sender.h"
#include "effects/psp_effects.h"
#include "http/client.h"
#include "http/server.h"
#include "telemetry/log.h"

namespace florin::app {
namespace {

// The program's own file, to start the sandbox provider with.
std::string own_program() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string("florin");
}

// "https://psp.example" of "https://psp.example/api".
std::string origin_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(0, url.find('/', scheme + 3));
}

// Whose pages may hold the card form: as told, or this platform's own, by each of its names.
std::set<std::string> vault_parents(const ServeSettings& settings, const Endpoints& endpoints) {
  const auto& told = settings.vault->frame_ancestors;
  if (!told.empty()) return {told.begin(), told.end()};
  if (!settings.public_base_url.empty()) return {origin_of(settings.public_base_url)};
  std::set<std::string> parents;
  for (const std::string& own : {endpoints.api, endpoints.api_tls}) {
    if (own.empty()) continue;
    parents.insert(own);
    if (settings.dev) parents.insert(own.substr(0, own.find("://") + 3) + "localhost" + own.substr(own.rfind(':')));
  }
  return parents;
}

// An error names the setting that chose the address.
Result<std::unique_ptr<http::Server>> start_listener(const http::ServerOptions& options, http::Handler& handler,
                                                     std::string_view setting) {
  auto server = http::Server::start(options, handler);
  if (server.ok()) return server;
  const Error& error = server.error();
  return Error(error.code(), error.domain(), error.reason(), fmt::format("{}: {}", setting, error.message()));
}

}  // namespace

// In the order in which things are made; they go in the opposite order.
struct Server::Impl {
  ServeSettings settings;
  std::function<void(Error)> on_stopped;
  telemetry::Metrics metrics;
  FrontDoor door{metrics};
  api::RefuseCardNumbersInHeads heads{door};
  CallMetrics call_metrics{metrics};
  api::PspAccounts accounts;
  payments::Settings payment_settings;
  checkout::Settings checkout_settings{payment_settings, {}};
  engine::Registry registry;
  Storage storage;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<http::Server> https;
  std::unique_ptr<ChildProcess> sandbox;
  std::unique_ptr<ChildProcess> vault_process;
  std::unique_ptr<vault::VaultClient> vault;
  std::unique_ptr<effects::EffectExecutor> effects;
  std::unique_ptr<engine::Partition> partition;
  api::Resources resources = operator_resources(checkout_settings);
  std::unique_ptr<api::Platform> platform;
  std::unique_ptr<Services> services;
  std::unique_ptr<api::WebhookHandler> webhooks;
  std::unique_ptr<api::ReturnHandler> returns;
  std::unique_ptr<LandingPage> landing;
  std::unique_ptr<Pages> console;
  std::unique_ptr<Pages> checkout;
  Endpoints endpoints;
  std::mutex file_mutex;  // one at a time writes the endpoints' file
  bool stopped = false;

  Status start();
  Status listen();
  Status start_sandbox();
  Status start_vault();
  Status add_configured_accounts();
  Status open_partition();
  void open_door();
  Status make_keys();
  Status make_console_link(const Endpoints& known);
  void forget_console_link(std::string_view secret);
  std::vector<api::ChildProcess> processes() const;
  void stop();
};

Status Server::Impl::start() {
  RETURN_IF_ERROR(telemetry::set_log_level(settings.log_level));
  // The data directory is locked first: a second process must not get as far as a port.
  ASSIGN_OR_RETURN(storage, open_storage({settings.data_directory, settings.segment_mb, settings.cache_mb}));
  RETURN_IF_ERROR(listen());
  RETURN_IF_ERROR(add_configured_accounts());
  if (settings.sandbox_psp) RETURN_IF_ERROR(start_sandbox());
  ASSIGN_OR_RETURN(client, http::Client::start());
  if (settings.vault) RETURN_IF_ERROR(start_vault());
  RETURN_IF_ERROR(open_partition());
  RETURN_IF_ERROR(make_keys());
  open_door();
  // Last, for whoever waits for this file may call at once.
  return settings.dev ? write_endpoints(settings.data_directory, endpoints) : ok();
}

Status Server::Impl::listen() {
  http::ServerOptions options;
  options.host = settings.listen.host;
  options.port = settings.listen.port;
  options.threads = settings.threads;
  ASSIGN_OR_RETURN(http, start_listener(options, heads, "server.listen"));
  if (settings.tls) {
    options.host = settings.tls->listen.host;
    options.port = settings.tls->listen.port;
    ASSIGN_OR_RETURN(options.tls, load_tls(*settings.tls, settings.data_directory));
    ASSIGN_OR_RETURN(https, start_listener(options, heads, "tls.listen"));
    endpoints.api_tls = "https://" + https->address();
    if (settings.tls->certificate_file.empty())
      endpoints.tls_certificate = development_certificate_path(settings.data_directory);
  }
  endpoints.api = "http://" + http->address();
  const std::string base = settings.public_base_url.empty() ? endpoints.api : settings.public_base_url;
  payment_settings = app::payment_settings(base);
  return ok();
}

Status Server::Impl::add_configured_accounts() {
  for (const auto& configured : settings.psp_accounts) {
    const std::string name = configured.account().empty() ? "default" : configured.account();
    const std::string place = fmt::format("psp_accounts {}/{}", configured.connector(), name);
    if (connectors::all_connectors().find(configured.connector()) == nullptr) {
      return invalid_argument("config_value_invalid", fmt::format("{}: there is no such connector.", place));
    }
    connectors::Account account;
    account.connector = configured.connector();
    account.account = name;
    account.base_url = configured.base_url();
    ASSIGN_OR_RETURN(account.api_key, read_secret(configured.api_key(), place + " api_key"));
    ASSIGN_OR_RETURN(account.webhook_secret, read_secret(configured.webhook_secret(), place + " webhook_secret"));
    accounts.add(std::move(account));
  }
  return ok();
}

Status Server::Impl::start_sandbox() {
  const std::string directory = settings.data_directory + "/sandbox_psp";
  connectors::Account account;
  account.connector = "sandbox";
  account.account = "default";
  const std::string api_key_file = settings.data_directory + "/sandbox_psp_api_key";
  const std::string webhook_secret_file = settings.data_directory + "/sandbox_psp_webhook_secret";
  ASSIGN_OR_RETURN(account.api_key, secret_file(api_key_file, system_random()));
  ASSIGN_OR_RETURN(account.webhook_secret, secret_file(webhook_secret_file, system_random()));
  ChildProcessOptions options{.name = "sandbox provider",
                              .reason = "sandbox_psp_failed",
                              .program = own_program(),
                              .listen = {settings.sandbox_psp_listen},
                              .arguments = {}};
  const std::string webhook_url = fmt::format("{}{}sandbox/default", endpoints.api, api::webhook_path);
  options.arguments = [=](const std::vector<std::string>& listen) -> std::vector<std::string> {
    return {"sandbox-psp",       "--data",         directory,    "--listen",
            listen[0],           "--api-key-file", api_key_file, "--webhook-secret-file",
            webhook_secret_file, "--webhook-url",  webhook_url};
  };
  ASSIGN_OR_RETURN(sandbox, ChildProcess::start(std::move(options)));
  account.base_url = "http://" + sandbox->address();
  endpoints.sandbox_psp = account.base_url;
  endpoints.sandbox_psp_key = account.api_key;
  accounts.add(std::move(account));
  return ok();
}

// The vault that runs elsewhere, or one that is started here. It may send card numbers to the providers' accounts, and
// to nobody else.
Status Server::Impl::start_vault() {
  const VaultSettings& wanted = *settings.vault;
  if (!wanted.private_url.empty()) {
    ASSIGN_OR_RETURN(const std::string secret, read_secret(wanted.secret, "vault.secret"));
    endpoints.vault = wanted.public_url;
    vault = std::make_unique<vault::VaultClient>(*client, wanted.private_url, secret);
    return ok();
  }
  const std::string secret_path = settings.data_directory + "/vault_secret";
  ASSIGN_OR_RETURN(const std::string secret, secret_file(secret_path, system_random()));
  std::vector<std::string> arguments = {
      "--data", settings.data_directory + "/vault", "--key-file", wanted.key_file, "--secret-file", secret_path};
  const auto add = [&arguments](const char* option, const std::set<std::string>& values) {
    for (const std::string& value : values) arguments.insert(arguments.end(), {option, value});
  };
  if (!wanted.public_url.empty()) add("--public-url", {wanted.public_url});
  add("--frame-ancestor", vault_parents(settings, endpoints));
  std::set<std::string> hosts;
  for (const connectors::Account& account : accounts.all()) hosts.insert(origin_of(account.base_url));
  add("--allow-host", hosts);
  ChildProcessOptions options{.name = "vault",
                              .reason = "vault_failed",
                              .program = own_program(),
                              .listen = {wanted.listen, wanted.private_listen},
                              .arguments = {}};
  options.arguments = [arguments](const std::vector<std::string>& listen) {
    std::vector<std::string> all = {"vault", "--listen", listen[0], "--private-listen", listen[1]};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  };
  ASSIGN_OR_RETURN(vault_process, ChildProcess::start(std::move(options)));
  endpoints.vault = wanted.public_url.empty() ? "http://" + vault_process->address(0) : wanted.public_url;
  vault = std::make_unique<vault::VaultClient>(*client, "http://" + vault_process->address(1), secret);
  return ok();
}

Status Server::Impl::open_partition() {
  effects::ExecutorOptions effect_options;
  // What was requested before this start may have been tried by the process before it.
  effect_options.tried_before = [last = storage.journal->tip().sequence](const engine::Effect& effect) {
    return effect.id.position.sequence() <= last;
  };
  effects =
      std::make_unique<effects::EffectExecutor>(http->executor(), system_clock(), system_random(), effect_options);
  const auto find_account = [this](const std::string& connector, const std::string& account) {
    const auto* found = accounts.find(connector, account);
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
  effects->add(std::string(effects::psp_effect_kind),
               effects::make_psp_effects(connectors::all_connectors(), find_account,
                                         effects::http_sender(*client, vault.get())));
  if (vault) checkout_settings.card_form_url = endpoints.vault + "/card-form/v1/";
  register_domains(registry, checkout_settings);
  if (storage.state_was_rebuilt) telemetry::log_warn("the state is being rebuilt from the journal");
  engine::PartitionOptions options;
  options.number = partition_number;
  options.version = program_name();
  options.journal = storage.journal.get();
  options.store = storage.store.get();
  options.registry = &registry;
  options.effects = effects.get();
  options.on_stopped = [this](Error error) {
    door.close(FrontDoor::Closed::stopped);
    telemetry::log_error("the platform stopped", {{"reason", error.reason()}, {"detail", error.message()}});
    on_stopped(std::move(error));
  };
  options.on_parked = [](const Error& error) {
    telemetry::log_error("an effect's outcome or a timer was parked by a bug",
                         {{"reason", error.reason()}, {"detail", error.message()}});
  };
  ASSIGN_OR_RETURN(partition, engine::open_partition(options));
  add_partition_metrics(metrics, *partition);
  add_payment_metrics(metrics, *partition);
  return ok();
}

void Server::Impl::open_door() {
  platform = std::make_unique<api::Platform>(api::Platform{*partition, system_clock(), system_random(), &resources});
  services = std::make_unique<Services>(Services::Parts{
      .platform = *platform,
      .registry = registry,
      .settings = payment_settings,
      .checkout = checkout_settings,
      .observer = call_metrics,
      .cors_origins = settings.cors_origins,
      .public_base_url = payment_settings.public_base_url,
      .vault = vault.get(),
      .providers = [this] { return effects->stats(); },
      .processes = [this] { return processes(); },
      .on_redeemed = [this](std::string_view secret) { forget_console_link(secret); },
  });
  webhooks = std::make_unique<api::WebhookHandler>(
      api::WebhookHandler::Parts{*platform, connectors::all_connectors(), accounts, payment_settings});
  returns = std::make_unique<api::ReturnHandler>(*platform);
  landing = std::make_unique<LandingPage>(program_name(), settings.dev ? &endpoints : nullptr);
  const std::string web =
      settings.web_directory.empty() ? default_web_directory(own_program()) : settings.web_directory;
  console = std::make_unique<Pages>(console_pages(web));
  checkout = std::make_unique<Pages>(checkout_pages(web, endpoints.vault));
  door.open({&services->router(), webhooks.get(), returns.get(), landing.get(), {console.get(), checkout.get()}});
}

// Sees to the keys of the first start, and gathers where everything is.
Status Server::Impl::make_keys() {
  Endpoints known = read_endpoints(settings.data_directory);
  ASSIGN_OR_RETURN(const auto platform_key, make_platform_key(*partition, system_random()));
  if (platform_key) known.platform_key = *platform_key;
  RETURN_IF_ERROR(make_console_link(known));
  if (!settings.dev) {
    endpoints.platform_key = platform_key.value_or(std::string());
    return ok();
  }
  if (!key_works(*partition, known.secret_key)) {
    ASSIGN_OR_RETURN(const SandboxTenant tenant, make_sandbox_tenant(*partition, system_random()));
    known.tenant_id = tenant.tenant_id;
    known.secret_key = tenant.secret_key;
    known.publishable_key = tenant.publishable_key;
    known.checkout.clear();
  }
  ASSIGN_OR_RETURN(known.checkout, make_checkout_link(*partition, system_random(), checkout_settings, known));
  known.api = endpoints.api;
  known.api_tls = endpoints.api_tls;
  known.tls_certificate = endpoints.tls_certificate;
  known.console_sign_in = endpoints.console_sign_in;
  known.sandbox_psp = endpoints.sandbox_psp;
  known.vault = endpoints.vault;
  known.sandbox_psp_key = endpoints.sandbox_psp_key;
  endpoints = known;
  return ok();
}

// The first owner's link: that of an earlier start where it is known and works, or else a new one.
Status Server::Impl::make_console_link(const Endpoints& known) {
  const std::string_view link = known.console_sign_in;
  const std::string_view secret = settings.dev && !link.empty() ? link.substr(link.rfind('/') + 1) : std::string_view();
  ASSIGN_OR_RETURN(const auto made, make_owner_link(*partition, system_random(), secret));
  endpoints.console_sign_in = made ? api::invitation_url(payment_settings.public_base_url, *made) : std::string();
  if (made) telemetry::log_info("the first owner's link was made; the terminal shows it", {});
  return ok();
}

void Server::Impl::forget_console_link(std::string_view secret) {
  if (!settings.dev) return;
  const std::lock_guard lock(file_mutex);
  Endpoints known = read_endpoints(settings.data_directory);
  if (!known.console_sign_in.ends_with(secret)) return;
  known.console_sign_in.clear();
  if (const auto written = write_endpoints(settings.data_directory, known); !written.ok()) {
    telemetry::log_warn("endpoints.json still shows a link that was redeemed", {{"detail", written.error().message()}});
  }
}

std::vector<api::ChildProcess> Server::Impl::processes() const {
  std::vector<api::ChildProcess> all;
  const auto add = [&all](std::string name, const ChildProcess* process) {
    if (process == nullptr) return;
    const auto report = process->report();
    all.push_back({std::move(name), process->address(), report.running, report.restarts});
  };
  add("sandbox_psp", sandbox.get());
  add("vault", vault_process.get());
  return all;
}

void Server::Impl::stop() {
  if (std::exchange(stopped, true)) return;
  door.close(FrontDoor::Closed::draining);
  // Running requests end first, for they need everything below. The executor of the effects ends with the server's
  // threads: what is still under way stays pending, and the next start runs it again under the same keys.
  std::thread drain_tls([this] {
    if (https) https->drain(settings.drain);
  });
  if (http) http->drain(settings.drain);
  drain_tls.join();
  if (partition) partition->shutdown();
  client.reset();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop();
}

const Endpoints& Server::endpoints() const {
  return impl_->endpoints;
}

void Server::stop() {
  if (impl_) impl_->stop();
}

Result<std::unique_ptr<Server>> Server::start(const ServeSettings& settings, std::function<void(Error)> on_stopped) {
  auto impl = std::make_unique<Impl>();
  impl->settings = settings;
  impl->on_stopped = std::move(on_stopped);
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  RETURN_IF_ERROR(server->impl_->start());
  return server;
}

}  // namespace florin::app
