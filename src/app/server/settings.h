// The configuration with every default filled in and every value checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "florin/config/v1/config.pb.h"

namespace florin::app {

struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
};

// "127.0.0.1:8080" or "[::1]:8080". Errors: config_value_invalid.
Result<ListenAddress> parse_listen(std::string_view text, std::string_view setting);

struct TlsSettings {
  ListenAddress listen;
  // Both empty: a certificate made for development.
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  // empty: clients need no certificate
};

struct VaultSettings {
  // Of a vault that runs elsewhere; empty: it is started here, with what follows.
  std::string private_url;
  config::v1::Secret secret;
  std::string listen;
  std::string private_listen;
  std::string public_url;                    // empty: made from the address
  std::vector<std::string> frame_ancestors;  // empty: this platform's own pages
  std::string key_file;
};

struct ServeSettings {
  bool dev = false;  // one-machine development: sandbox provider, sandbox tenant, greeting, secrets in endpoints.json
  ListenAddress listen;
  std::optional<TlsSettings> tls;
  std::uint32_t threads = 1;
  std::string public_base_url;  // empty: made from the address
  Duration drain;
  std::vector<std::string> cors_origins;
  std::string web_directory;  // empty: beside the program
  std::string data_directory;
  std::uint32_t segment_mb = 0;
  std::uint32_t cache_mb = 0;
  bool sandbox_psp = false;
  std::string sandbox_psp_listen;
  std::optional<VaultSettings> vault;  // none: cards are not taken
  std::vector<config::v1::PspAccount> psp_accounts;
  std::string log_level;
};

// Errors: config_value_invalid, naming the setting and its range.
Result<ServeSettings> resolve(const config::v1::Config& config, bool dev);

// The secret that is named. Errors: config_value_invalid where it cannot be read.
Result<std::string> read_secret(const config::v1::Secret& secret, std::string_view setting);

}  // namespace florin::app
