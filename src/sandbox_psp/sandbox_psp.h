// SandboxPsp: the sandbox payment service provider as a running server, with its books on disk.
//
//   auto psp = SandboxPsp::start({.data_directory = "./psp", .listen = "127.0.0.1:9100", .api_key = "sk", ...});
//   ...
//   (*psp)->stop();
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "disk/disk.h"
#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {

struct SandboxPspOptions {
  std::string data_directory;
  std::string listen = "127.0.0.1:9100";  // address and port; port 0 takes a free one; "[::1]:9100" for IPv6
  std::string webhook_url{};              // one URL for all webhooks; empty for none
  std::string api_key = "sk_sandbox";
  std::string webhook_secret = "whsec_sandbox";
  std::string public_url{};  // see ServiceOptions
  unsigned threads = 1;      // for connections
  Duration webhook_timeout = Duration::seconds(10);
  Timing timing{};
};

// For one thread at a time.
class SandboxPsp {
 public:
  // Opens the books and listens. `disk` and `clock` must outlive it. Errors: those of the disk (data_directory_locked,
  // sandbox_record_invalid) and of http::Server (port_in_use, bad_address).
  static Result<std::unique_ptr<SandboxPsp>> start(SandboxPspOptions options, disk::Disk& disk, const Clock& clock);
  // The same on the machine's disk and clock.
  static Result<std::unique_ptr<SandboxPsp>> start(SandboxPspOptions options);
  // stop(), if that was not done.
  ~SandboxPsp();

  // "127.0.0.1:9100", with the real port.
  const std::string& address() const;
  // "http://127.0.0.1:9100": the base_url of an account at this PSP.
  std::string url() const { return "http://" + address(); }

  // Ends what runs, within a few seconds, and closes the books. Webhooks that were not delivered go out after the next
  // start.
  void stop();

 private:
  struct Impl;
  explicit SandboxPsp(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace florin::sandbox_psp
