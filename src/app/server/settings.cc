#include "app/server/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <limits>

#include "disk/posix_disk.h"

namespace florin::app {
namespace {

constexpr std::size_t secret_bytes_max = 16 * 1024;
// From the API's port to that of its TLS in development: 8080 and 8443. So two platforms on one machine need one other
// port each.
constexpr int development_tls_distance = 363;
constexpr std::uint16_t default_port = 8080;

Error value_invalid(std::string_view setting, std::string_view expected) {
  return invalid_argument("config_value_invalid", fmt::format("{} must be {}.", setting, expected));
}

struct Bounds {
  std::string_view setting;
  std::uint32_t default_value;
  std::uint32_t min;
  std::uint32_t max;
};

Result<std::uint32_t> in_bounds(std::uint32_t value, const Bounds& bounds) {
  if (value == 0) return bounds.default_value;
  if (value >= bounds.min && value <= bounds.max) return value;
  return value_invalid(bounds.setting, fmt::format("{} to {}", bounds.min, bounds.max));
}

std::string or_default(const std::string& value, std::string_view fallback) {
  return value.empty() ? std::string(fallback) : value;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Where the API over TLS listens, if it does: as told, or in development beside the plain one, on a free port if that
// has one.
Result<std::optional<ListenAddress>> tls_listen(const std::string& told, const ListenAddress& plain, bool dev) {
  if (!told.empty()) {
    ASSIGN_OR_RETURN(ListenAddress listen, parse_listen(told, "tls.listen"));
    return std::optional(std::move(listen));
  }
  if (!dev) return std::optional<ListenAddress>();
  const int port = plain.port + development_tls_distance;
  const bool any = plain.port == 0 || port > std::numeric_limits<std::uint16_t>::max();
  return std::optional(ListenAddress{plain.host, any ? std::uint16_t{0} : static_cast<std::uint16_t>(port)});
}

Result<std::optional<TlsSettings>> resolve_tls(const config::v1::Tls& tls, const ListenAddress& plain, bool dev) {
  ASSIGN_OR_RETURN(auto listen, tls_listen(tls.listen(), plain, dev));
  const bool has_files = !tls.certificate_file().empty() || !tls.key_file().empty() || !tls.client_ca_file().empty();
  if (!listen && has_files) return value_invalid("tls.listen", "an address and a port, as there is a TLS file");
  if (!listen) return std::optional<TlsSettings>();
  if (tls.certificate_file().empty() != tls.key_file().empty())
    return value_invalid("tls.certificate_file and tls.key_file", "given both, or neither in development");
  if (tls.certificate_file().empty() && !dev) return value_invalid("tls.certificate_file", "the file of a certificate");
  return std::optional(TlsSettings{*std::move(listen), tls.certificate_file(), tls.key_file(), tls.client_ca_file()});
}

// In development on free ports, unless the API is where it is by default: then both are where people look for them, and
// a second platform on the machine needs no other ports for it.
Result<std::optional<VaultSettings>> resolve_vault(const config::v1::Vault& vault, const ServeSettings& settings) {
  if (!settings.dev && !vault.enabled() && vault.private_url().empty()) return std::optional<VaultSettings>();
  const bool free_ports = settings.dev && settings.listen.port != default_port;
  VaultSettings resolved;
  resolved.private_url = vault.private_url();
  resolved.secret = vault.secret();
  resolved.listen = or_default(vault.listen(), free_ports ? "127.0.0.1:0" : "127.0.0.1:8070");
  resolved.private_listen = or_default(vault.private_listen(), free_ports ? "127.0.0.1:0" : "127.0.0.1:8071");
  RETURN_IF_ERROR(parse_listen(resolved.listen, "vault.listen"));
  RETURN_IF_ERROR(parse_listen(resolved.private_listen, "vault.private_listen"));
  resolved.public_url = vault.public_url();
  resolved.frame_ancestors = {vault.frame_ancestors().begin(), vault.frame_ancestors().end()};
  resolved.key_file = or_default(vault.key_file(), settings.data_directory + "/vault_key");
  if (!resolved.private_url.empty() && resolved.public_url.empty()) {
    return value_invalid("vault.public_url", "given with vault.private_url");
  }
  return std::optional(std::move(resolved));
}

}  // namespace

Result<ListenAddress> parse_listen(std::string_view text, std::string_view setting) {
  const std::size_t colon = text.rfind(':');
  const Error error = value_invalid(setting, "an address and a port, like 127.0.0.1:8080 or [::1]:8080");
  if (colon == std::string_view::npos || colon == 0) return error;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [last, failure] = std::from_chars(text.data() + colon + 1, end, port);
  if (failure != std::errc() || last != end) return error;
  return ListenAddress{std::string(host), port};
}

Result<ServeSettings> resolve(const config::v1::Config& config, bool dev) {
  ServeSettings settings;
  settings.dev = dev;
  ASSIGN_OR_RETURN(settings.listen,
                   parse_listen(or_default(config.server().listen(), "127.0.0.1:8080"), "server.listen"));
  ASSIGN_OR_RETURN(settings.tls, resolve_tls(config.tls(), settings.listen, dev));
  ASSIGN_OR_RETURN(settings.threads, in_bounds(config.server().threads(), {"server.threads", 1, 1, 64}));
  settings.public_base_url = config.server().public_base_url();
  while (settings.public_base_url.ends_with('/')) settings.public_base_url.pop_back();
  ASSIGN_OR_RETURN(const std::uint32_t drain_s, in_bounds(config.server().drain_s(), {"server.drain_s", 20, 1, 600}));
  settings.drain = Duration::seconds(drain_s);
  settings.cors_origins = {config.server().cors_origins().begin(), config.server().cors_origins().end()};
  settings.web_directory = config.web().directory();
  settings.data_directory = or_default(config.data().directory(), "./data");
  ASSIGN_OR_RETURN(settings.segment_mb, in_bounds(config.data().segment_mb(), {"data.segment_mb", 64, 8, 1024}));
  ASSIGN_OR_RETURN(settings.cache_mb, in_bounds(config.data().cache_mb(), {"data.cache_mb", 96, 16, 65536}));
  settings.sandbox_psp = dev || config.sandbox_psp().enabled();
  settings.sandbox_psp_listen = or_default(config.sandbox_psp().listen(), "127.0.0.1:8090");
  RETURN_IF_ERROR(parse_listen(settings.sandbox_psp_listen, "sandbox_psp.listen"));
  ASSIGN_OR_RETURN(settings.vault, resolve_vault(config.vault(), settings));
  settings.psp_accounts = {config.psp_accounts().begin(), config.psp_accounts().end()};
  settings.log_level = or_default(config.telemetry().log_level(), "info");
  return settings;
}

Result<std::string> read_secret(const config::v1::Secret& secret, std::string_view setting) {
  if (secret.file().empty() == secret.env().empty()) {
    return value_invalid(setting, "either a file or an env(ironment variable) that holds the secret");
  }
  if (!secret.env().empty()) {
    // Read once at start, before there are threads that could change the environment.
    const char* value = std::getenv(secret.env().c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr || *value == '\0')
      return value_invalid(setting, fmt::format("set in ${}, which is empty", secret.env()));
    return std::string(value);
  }
  const auto text = disk::read_file(disk::posix_disk(), secret.file(), secret_bytes_max);
  if (!text.ok())
    return invalid_argument("config_value_invalid", fmt::format("{}: {}", setting, text.error().message()));
  return trimmed(*text);
}

}  // namespace florin::app
