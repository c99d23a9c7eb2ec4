// Platform: the real program under measurement, `florin serve --dev` with its sandbox PSP, in a scratch directory.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "process.h"

namespace florin::bench {

class Platform {
 public:
  // Starts `program` on an empty `directory`, which stays the caller's, and waits until it serves.
  static Result<Platform> start(const std::string& program, const std::string& directory);

  struct Tenant {
    std::string id;
    std::string secret_key;
  };
  // Makes a tenant with the highest limits.
  Result<Tenant> make_tenant() const;

  // Kills the server, and with it the PSP, and starts it again on the same data and ports. Returns how long it took
  // from the start of the process until /readyz answered 200.
  Result<Duration> crash_and_restart();

  std::uint16_t port() const { return port_; }
  // What stands at the end of the link by which the platform's owner makes an account.
  const std::string& owner_invitation() const { return owner_invitation_; }
  pid_t server() const { return server_.id(); }
  pid_t psp() const { return psp_; }

 private:
  Platform(std::string program, std::string directory, ChildProcess server)
      : program_(std::move(program)), directory_(std::move(directory)), server_(std::move(server)) {}
  Status wait_until_announced();
  Status wait_until_ready();
  Status find_psp();

  std::string program_;
  std::string directory_;
  ChildProcess server_;
  pid_t psp_ = 0;
  std::uint16_t port_ = 0;
  std::uint16_t psp_port_ = 0;
  std::string platform_key_;
  std::string owner_invitation_;
};

}  // namespace florin::bench
