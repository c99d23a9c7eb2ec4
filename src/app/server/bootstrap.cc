#include "app/server/bootstrap.h"

#include <future>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "checkout/commands.h"
#include "checkout/queries.h"
#include "checkout/secrets.h"
#include "disk/posix_disk.h"
#include "operators/operators.h"
#include "tenants/secrets.h"
#include "tenants/tenants.h"

namespace florin::app {
namespace {

using nlohmann::json;
using tenants::SecretKind;

constexpr std::size_t small_file_max = 64 * 1024;
constexpr auto sandbox = tenants::v1::ENVIRONMENT_SANDBOX;

// Runs a command and waits for it. For the start of the program only: it blocks the thread.
Result<std::string> run(engine::Partition& partition, engine::Decide decide, TenantId tenant = {}) {
  std::promise<Result<engine::CommandReply>> promise;
  auto reply = promise.get_future();
  engine::CommandContext context;
  context.actor = {journal::v1::ACTOR_KIND_PLATFORM, "bootstrap"};
  context.name = "bootstrap";
  context.tenant = tenant;
  partition.submit({std::move(context), std::move(decide),
                    [&promise](Result<engine::CommandReply> done) { promise.set_value(std::move(done)); }});
  auto done = reply.get();
  if (!done.ok()) return std::move(done).error();
  return std::move(done->response);
}

checkout::v1::CreatePaymentLinkRequest example_link() {
  checkout::v1::CreatePaymentLinkRequest request;
  checkout::v1::CheckoutTerms& terms = *request.mutable_terms();
  terms.set_currency("EUR");
  terms.set_description("An example order. No money moves.");
  const auto add = [&terms](const char* name, std::int64_t quantity, std::int64_t unit_amount_minor) {
    checkout::v1::LineItem& item = *terms.add_line_items();
    item.set_name(name);
    item.set_quantity(quantity);
    item.set_unit_amount_minor(unit_amount_minor);
  };
  add("Notebook, ruled", 2, 12'50);
  add("Fountain pen", 1, 38'00);
  return request;
}

}  // namespace

std::string endpoints_path(const std::string& data_directory) {
  return data_directory + "/endpoints.json";
}

Endpoints read_endpoints(const std::string& data_directory) {
  const auto text = disk::read_file(disk::posix_disk(), endpoints_path(data_directory), small_file_max);
  const json file = text.ok() ? json::parse(*text, nullptr, false) : json();
  const auto field = [&](const char* name) {
    return file.is_object() && file.contains(name) && file[name].is_string() ? file[name].get<std::string>()
                                                                             : std::string();
  };
  return {.api = field("api"),
          .api_tls = field("api_tls"),
          .tls_certificate = field("tls_certificate"),
          .sandbox_psp = field("sandbox_psp"),
          .vault = field("vault"),
          .platform_key = field("platform_key"),
          .tenant_id = field("tenant_id"),
          .secret_key = field("secret_key"),
          .publishable_key = field("publishable_key"),
          .console_sign_in = field("console_sign_in"),
          .checkout = field("checkout"),
          .sandbox_psp_key = field("sandbox_psp_key")};
}

Status write_endpoints(const std::string& data_directory, const Endpoints& endpoints) {
  const json file = {{"api", endpoints.api},
                     {"api_tls", endpoints.api_tls},
                     {"tls_certificate", endpoints.tls_certificate},
                     {"sandbox_psp", endpoints.sandbox_psp},
                     {"vault", endpoints.vault},
                     {"platform_key", endpoints.platform_key},
                     {"tenant_id", endpoints.tenant_id},
                     {"secret_key", endpoints.secret_key},
                     {"publishable_key", endpoints.publishable_key},
                     {"console_sign_in", endpoints.console_sign_in},
                     {"checkout", endpoints.checkout},
                     {"sandbox_psp_key", endpoints.sandbox_psp_key}};
  return disk::write_file_atomically(disk::posix_disk(), endpoints_path(data_directory), file.dump(2) + "\n");
}

Result<std::optional<std::string>> make_platform_key(engine::Partition& partition, Random& random) {
  const tenants::Secret secret = tenants::make_secret(random, SecretKind::platform, sandbox);
  bool made = false;
  RETURN_IF_ERROR(run(partition, [&](engine::Work& work) -> Result<std::string> {
    ASSIGN_OR_RETURN(made, tenants::decide_bootstrap_platform_key(work, secret.record));
    return std::string();
  }));
  if (!made) return std::optional<std::string>();
  return std::optional(secret.text);
}

Result<std::optional<std::string>> make_owner_link(engine::Partition& partition, Random& random,
                                                   std::string_view known_secret) {
  if (!known_secret.empty()) {
    const auto known =
        operators::get_invitation(*partition.snapshot(), operators::hash_secret(known_secret), system_clock().now());
    if (known.ok()) return std::optional(std::string(known_secret));
  }
  const operators::Secret secret = operators::make_secret(random);
  bool made = false;
  RETURN_IF_ERROR(run(partition, [&](engine::Work& work) -> Result<std::string> {
    ASSIGN_OR_RETURN(made, operators::decide_invite_first_owner(work, secret.sha256));
    return std::string();
  }));
  if (!made) return std::optional<std::string>();
  return std::optional(secret.text);
}

Result<SandboxTenant> make_sandbox_tenant(engine::Partition& partition, Random& random) {
  const tenants::Secret secret = tenants::make_secret(random, SecretKind::secret, sandbox);
  const tenants::Secret publishable = tenants::make_secret(random, SecretKind::publishable, sandbox);
  tenants::v1::CreateTenantRequest request;
  request.set_name("Sandbox");
  request.set_environment(sandbox);
  tenants::v1::CreateTenantResponse response;
  RETURN_IF_ERROR(run(partition, [&](engine::Work& work) -> Result<std::string> {
    ASSIGN_OR_RETURN(response, tenants::decide_create_tenant(work, request, {secret.record, publishable.record}));
    return std::string();
  }));
  return SandboxTenant{response.tenant().id(), secret.text, publishable.text};
}

Result<std::string> make_checkout_link(engine::Partition& partition, Random& random, const checkout::Settings& settings,
                                       const Endpoints& known) {
  const auto tenant = TenantId::parse(known.tenant_id);
  CHECK(tenant, "the sandbox tenant has no id");
  const std::string_view known_secret =
      std::string_view(known.checkout).substr(known.checkout.find('#') + 1);  // all of it where there is no "#"
  const auto shopper = checkout::find_shopper(*partition.snapshot(), known_secret);
  const bool works = shopper && shopper->tenant == *tenant && shopper->link;
  const std::string secret = works ? std::string(known_secret) : checkout::make_link_secret(random);
  if (!works) {
    RETURN_IF_ERROR(run(
        partition,
        [&](engine::Work& work) -> Result<std::string> {
          RETURN_IF_ERROR(checkout::decide_create_link(work, settings, example_link(), secret));
          return std::string();
        },
        *tenant));
  }
  // The platform may be reached elsewhere than at the last start.
  return checkout::page_url(settings.payments.public_base_url, secret);
}

bool key_works(const engine::Partition& partition, const std::string& secret) {
  if (secret.empty()) return false;
  const auto key = tenants::find_api_key_by_secret(*partition.snapshot(), tenants::hash_secret(secret));
  return key && key->row.revoke_time_us() == 0;
}

Result<std::string> secret_file(const std::string& path, Random& random) {
  disk::Disk& disk = disk::posix_disk();
  ASSIGN_OR_RETURN(const bool exists, disk.exists(path));
  if (exists) return disk::read_file(disk, path, small_file_max);
  std::string secret = base64url(random.bytes(32));
  RETURN_IF_ERROR(disk::write_file_atomically(disk, path, secret));
  return secret;
}

}  // namespace florin::app
