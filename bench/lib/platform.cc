#include "platform.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "florin/tenants/v1/tenants.connect.h"
#include "http/blocking_client.h"
#include "rpc/client/http_channel.h"

namespace florin::bench {
namespace {

constexpr Duration start_max = Duration::seconds(120);
constexpr const char* host = "127.0.0.1";
constexpr std::uint32_t requests_per_second = 100'000;
constexpr std::uint32_t requests_concurrent = 20'000;

std::string config_path(const std::string& directory) {
  return directory + "/florin.yaml";
}

// Free ports for what is not measured, so that another server of this machine is in nobody's way.
Status write_config(const std::string& directory) {
  std::ofstream file(config_path(directory));
  file << "tls:\n  listen: 127.0.0.1:0\nvault:\n  listen: 127.0.0.1:0\n  private_listen: 127.0.0.1:0\n";
  file.close();
  return file ? ok() : unavailable("not_written", fmt::format("Cannot write {}.", config_path(directory)));
}

std::vector<std::string> serve(const std::string& program, const std::string& directory, std::uint16_t port,
                               std::uint16_t psp_port) {
  return {program,
          "serve",
          "--dev",
          "--data",
          directory + "/data",
          "--config",
          config_path(directory),
          "--listen",
          fmt::format("{}:{}", host, port),
          "--sandbox-psp-listen",
          fmt::format("{}:{}", host, psp_port)};
}

std::string log_path(const std::string& directory) {
  return directory + "/server.log";
}

// Of "http://127.0.0.1:8080"; 0 if there is none.
std::uint16_t port_of(const std::string& url) {
  const auto colon = url.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string::npos) std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  return port;
}

// Calls `look` until it is true, the server ends, or it has taken too long.
template <typename Look>
Status wait_for(ChildProcess& server, const std::string& directory, Look look) {
  const Clock& clock = system_clock();
  const Duration begin = clock.elapsed();
  while (!look()) {
    const bool ended = server.has_ended();
    if (ended || clock.elapsed() - begin > start_max) {
      return unavailable(
          "server_not_ready",
          fmt::format("The server {}; see {}.", ended ? "ended" : "was not ready in time", log_path(directory)));
    }
    pause_before_looking_again();
  }
  return ok();
}

}  // namespace

Result<Platform> Platform::start(const std::string& program, const std::string& directory) {
  RETURN_IF_ERROR(write_config(directory));
  ASSIGN_OR_RETURN(auto server, ChildProcess::start(serve(program, directory, 0, 0), log_path(directory)));
  Platform platform(program, directory, std::move(server));
  RETURN_IF_ERROR(platform.wait_until_announced());
  RETURN_IF_ERROR(platform.wait_until_ready());
  RETURN_IF_ERROR(platform.find_psp());
  return platform;
}

// The file is replaced at once, but while the server starts it may not hold everything yet.
Status Platform::wait_until_announced() {
  return wait_for(server_, directory_, [this] {
    std::ifstream file(directory_ + "/data/endpoints.json");
    const auto endpoints = nlohmann::json::parse(file, nullptr, false);
    if (!endpoints.is_object()) return false;
    port_ = port_of(endpoints.value("api", ""));
    psp_port_ = port_of(endpoints.value("sandbox_psp", ""));
    platform_key_ = endpoints.value("platform_key", "");
    const std::string link = endpoints.value("console_sign_in", "");
    owner_invitation_ = link.substr(link.rfind('/') + 1);
    return port_ != 0 && psp_port_ != 0 && !platform_key_.empty();
  });
}

Status Platform::wait_until_ready() {
  return wait_for(server_, directory_, [this] {
    auto client = http::BlockingClient::connect(host, port_);
    if (!client.ok()) return false;
    const auto reply = client->send({.target = "/readyz"});
    return reply.ok() && reply->status == 200;
  });
}

Status Platform::find_psp() {
  const auto child = child_of(server_.id());
  if (!child) return unavailable("psp_not_found", "The server has no sandbox PSP as its child.");
  psp_ = *child;
  return ok();
}

Result<Platform::Tenant> Platform::make_tenant() const {
  const auto channel = rpc::http_channel({host, port_});
  tenants::v1::TenantServiceClient client(*channel);
  tenants::v1::CreateTenantRequest request;
  request.set_name("Bench");
  request.set_environment(tenants::v1::ENVIRONMENT_SANDBOX);
  request.mutable_limits()->set_requests_per_second(requests_per_second);
  request.mutable_limits()->set_requests_concurrent(requests_concurrent);
  rpc::CallOptions options;
  options.headers.add("authorization", "Bearer " + platform_key_);
  options.headers.add("idempotency-key", "bench-tenant");
  ASSIGN_OR_RETURN(const auto response, client.create_tenant(request, options));
  return Tenant{response.tenant().id(), response.secret_key()};
}

Result<Duration> Platform::crash_and_restart() {
  server_.kill();
  // The kernel kills the PSP with the server, but not in the same moment; its port must be free.
  while (is_alive(psp_)) pause_before_looking_again();
  const Duration begin = system_clock().elapsed();
  ASSIGN_OR_RETURN(server_, ChildProcess::start(serve(program_, directory_, port_, psp_port_), log_path(directory_)));
  RETURN_IF_ERROR(wait_until_ready());
  const Duration taken = system_clock().elapsed() - begin;
  RETURN_IF_ERROR(find_psp());
  return taken;
}

}  // namespace florin::bench
