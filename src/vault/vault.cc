#include "vault/vault.h"

#include <charconv>

#include "disk/posix_disk.h"
#include "http/client.h"
#include "http/server.h"
#include "vault/private_door.h"
#include "vault/public_door.h"
#include "vault/token_store.h"

namespace florin::vault {
namespace {

constexpr Duration drain_patience = Duration::seconds(3);

Result<http::ServerOptions> listen_on(std::string_view text) {
  http::ServerOptions options;
  const std::size_t colon = text.rfind(':');
  const std::string_view digits = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), options.port);
  std::string_view host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || host.empty()) {
    return invalid_argument("bad_address", "Give the address to listen on as host:port, for example 127.0.0.1:8070.");
  }
  options.host = host;
  return options;
}

Result<std::vector<Origin>> origins_of(const std::vector<std::string>& texts, std::string_view what) {
  std::vector<Origin> origins;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(Origin origin, parse_origin(text, what));
    origins.push_back(std::move(origin));
  }
  return origins;
}

}  // namespace

// In the order in which things are made; they go in the opposite order.
struct Vault::Impl {
  std::unique_ptr<TokenStore> store;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<PublicDoor> public_door;
  std::unique_ptr<PrivateDoor> private_door;
  std::unique_ptr<http::Server> public_server;
  std::unique_ptr<http::Server> private_server;
  std::string public_url;

  Status listen(const VaultOptions& options, const Clock& clock);
  void stop() const;
};

Status Vault::Impl::listen(const VaultOptions& options, const Clock& clock) {
  ASSIGN_OR_RETURN(auto allowed, origins_of(options.allowed_hosts, "--allow-host"));
  ASSIGN_OR_RETURN(const auto ancestors, origins_of(options.frame_ancestors, "--frame-ancestor"));
  if (!options.public_url.empty()) RETURN_IF_ERROR(parse_origin(options.public_url, "--public-url"));
  ASSIGN_OR_RETURN(client, http::Client::start());
  private_door = std::make_unique<PrivateDoor>(PrivateDoor::Parts{*store, *client, options.secret, std::move(allowed)});
  ASSIGN_OR_RETURN(auto private_listen, listen_on(options.private_listen));
  ASSIGN_OR_RETURN(private_server, http::Server::start(std::move(private_listen), *private_door));

  PublicDoor::Parts parts{.store = *store, .clock = clock, .frame_ancestors = {}, .rate = options.rate};
  for (const Origin& ancestor : ancestors) parts.frame_ancestors.push_back(ancestor.to_string());
  public_door = std::make_unique<PublicDoor>(std::move(parts));
  ASSIGN_OR_RETURN(auto public_listen, listen_on(options.listen));
  ASSIGN_OR_RETURN(public_server, http::Server::start(std::move(public_listen), *public_door));
  public_url = options.public_url.empty() ? "http://" + public_server->address() : options.public_url;
  public_door->open(public_url);
  return ok();
}

void Vault::Impl::stop() const {
  if (public_server) public_server->drain(drain_patience);
  if (private_server) private_server->drain(drain_patience);
  if (store) store->stop();
}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Vault>> Vault::start(VaultOptions options) {
  return start(std::move(options), {disk::posix_disk(), system_clock(), system_random()});
}

Result<std::unique_ptr<Vault>> Vault::start(VaultOptions options, Surroundings surroundings) {
  if (options.secret.empty()) {
    return invalid_argument("vault_secret_missing", "Give the vault a secret that the platform must send.");
  }
  auto impl = std::make_unique<Impl>();
  ASSIGN_OR_RETURN(impl->store, TokenStore::open({surroundings.disk, surroundings.clock, surroundings.random},
                                                 options.data_directory, options.key_file));
  impl->store->start(std::move(options.on_failed));
  std::unique_ptr<Vault> vault(new Vault(std::move(impl)));
  RETURN_IF_ERROR(vault->impl_->listen(options, surroundings.clock));
  return vault;
}

Vault::~Vault() {
  stop();
}

const std::string& Vault::address() const {
  return impl_->public_server->address();
}

const std::string& Vault::private_address() const {
  return impl_->private_server->address();
}

const std::string& Vault::public_url() const {
  return impl_->public_url;
}

void Vault::stop() {
  impl_->stop();
}

}  // namespace florin::vault
