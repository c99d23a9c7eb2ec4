// SandboxProcess: the sandbox payment service provider as a child process of its own, as far from the platform as a
// real one. Started again when it dies; ended with its parent, however that ends.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"

namespace florin::app {

struct SandboxProcessOptions {
  std::string program;         // this program's own file
  std::string data_directory;  // the child's
  std::string listen;
  std::string webhook_url;
  // Files that hold the key the platform calls with and the secret webhooks are signed with.
  std::string api_key_file;
  std::string webhook_secret_file;
};

class SandboxProcess {
 public:
  // Returns when the child listens. Errors: sandbox_psp_failed, with what the child said.
  static Result<std::unique_ptr<SandboxProcess>> start(SandboxProcessOptions options);
  // Ends the child and waits for it.
  ~SandboxProcess();

  // "127.0.0.1:8090", with the real port.
  const std::string& address() const { return address_; }

 private:
  explicit SandboxProcess(SandboxProcessOptions options) : options_(std::move(options)) {}

  // Starts a child and reads its address.
  Status spawn();
  // After a child has ended, whose number may become another process's. True if that is as it should be.
  bool forget_child();
  // Waits for children to die and starts new ones.
  void supervise() noexcept;

  SandboxProcessOptions options_;
  std::string address_;
  std::mutex mutex_;
  int child_ = 0;          // written under the mutex
  bool stopping_ = false;  // under the mutex
  std::thread supervisor_;
};

}  // namespace florin::app
