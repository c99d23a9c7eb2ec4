// Vault: the process that sees card numbers, as a running server: its store and its two listeners.
//
//   auto vault = Vault::start({.data_directory = "./vault", .key_file = "./vault_key", .secret = "...", ...});
//   ...
//   (*vault)->stop();
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "disk/disk.h"
#include "vault/limits.h"
#include "vault/peer_rates.h"

namespace florin::vault {

struct VaultOptions {
  std::string data_directory;
  std::string key_file;                           // made for a new vault; see key_file.h
  std::string listen = "127.0.0.1:8070";          // for browsers; port 0 takes a free one
  std::string private_listen = "127.0.0.1:8071";  // for the platform
  std::string public_url{};                       // the origin browsers see; empty: made from `listen`
  std::string secret{};                           // what the platform must send; must not be empty
  std::vector<std::string> frame_ancestors{};     // origins whose pages may hold the card form
  std::vector<std::string> allowed_hosts{};       // origins that may receive card numbers
  PeerRate rate{tokens_burst, tokens_per_minute, peers_max};
  // Called once when the store's disk has failed: the process should end.
  std::function<void(Error)> on_failed{};
};

class Vault {
 public:
  // All of it must outlive the vault.
  struct Surroundings {
    disk::Disk& disk;
    const Clock& clock;
    Random& random;
  };

  // Opens the store and listens. Errors: those of TokenStore::open, of http::Server, and invalid_argument
  // (origin_invalid, vault_secret_missing).
  static Result<std::unique_ptr<Vault>> start(VaultOptions options, Surroundings surroundings);
  // The same on the machine's disk, clock and randomness.
  static Result<std::unique_ptr<Vault>> start(VaultOptions options);
  // stop(), if that was not done.
  ~Vault();

  // "127.0.0.1:8070", with the real ports.
  const std::string& address() const;
  const std::string& private_address() const;
  // The origin that browsers see.
  const std::string& public_url() const;

  // Ends what runs, within a few seconds, and closes the store.
  void stop();

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace florin::vault
