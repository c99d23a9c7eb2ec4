// The first start: the platform's own key and, in development, a sandbox tenant. Their secrets are shown once; in
// development they are also kept in <data>/endpoints.json, for scripts and for the next start's greeting.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "checkout/settings.h"
#include "engine/partition.h"

namespace florin::app {

// Everything a script needs to know. Empty where it is not known.
struct Endpoints {
  std::string api;              // "http://127.0.0.1:8080"
  std::string api_tls;          // "https://127.0.0.1:8443"
  std::string tls_certificate;  // path of the one made for development, for clients to trust
  std::string sandbox_psp;      // "http://127.0.0.1:8090"
  std::string vault;            // "http://127.0.0.1:8070": the origin of the card form
  std::string platform_key;
  std::string tenant_id;
  std::string secret_key;
  std::string publishable_key;
  std::string console_sign_in;  // the first owner's one-time link, until it is redeemed
  std::string checkout;         // a payment link of the sandbox tenant, for trying the hosted page
  std::string sandbox_psp_key;  // for reading the sandbox provider's own books
};

std::string endpoints_path(const std::string& data_directory);
// What an earlier start wrote; everything empty if there is no such file or it cannot be read.
Endpoints read_endpoints(const std::string& data_directory);
// Replaces the file at once; readable by its owner only.
Status write_endpoints(const std::string& data_directory, const Endpoints& endpoints);

// Makes the platform's key if there is none. The secret of a new key; nothing if there was one.
Result<std::optional<std::string>> make_platform_key(engine::Partition& partition, Random& random);

// Makes the first owner's link, if the platform has no owner who can sign in. The secret of a new link; nothing if
// there is an owner. `known_secret`: that of an earlier link, which stays if it still works; empty for none.
Result<std::optional<std::string>> make_owner_link(engine::Partition& partition, Random& random,
                                                   std::string_view known_secret);

struct SandboxTenant {
  std::string tenant_id;
  std::string secret_key;
  std::string publishable_key;
};
// Makes the tenant "Sandbox".
Result<SandboxTenant> make_sandbox_tenant(engine::Partition& partition, Random& random);

// The address of a payment link of the sandbox tenant in `known`: the one that `known` has, if it can still be opened,
// or else a new one.
Result<std::string> make_checkout_link(engine::Partition& partition, Random& random, const checkout::Settings& settings,
                                       const Endpoints& known);

// Whether the secret is a key that still works.
bool key_works(const engine::Partition& partition, const std::string& secret);

// The secret in the file, made at random where there is no file yet; readable by its owner only.
Result<std::string> secret_file(const std::string& path, Random& random);

}  // namespace florin::app
