// Payments per second of the whole platform: real server, real sandbox PSP, real disk, over HTTP. See
// docs/benchmarks.md.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "../lib/figures.h"
#include "../lib/http_load.h"
#include "../lib/platform.h"
#include "base/time.h"
#include "florin/payments/v1/payments.pb.h"

namespace {

using namespace florin;
using bench::LoadResult;
namespace v1 = payments::v1;

constexpr int fill_clients = 256;
constexpr double bytes_per_mb = 1e6;

struct Options {
  std::string json;
  int seconds = 10;
  std::vector<int> clients = {1, 8, 64, 512};
  std::uint64_t stored = 1'000'000;
  std::string program;
  std::string directory;
};

bool is_paid(int status, const std::string& body) {
  v1::CreatePaymentResponse response;
  return status == 200 && response.ParseFromString(body) && response.payment().status() == v1::PAYMENT_STATUS_SUCCEEDED;
}

// "1m" for 1,000,000, "20k" for 20,000.
std::string short_count(std::uint64_t n) {
  if (n >= 1'000'000 && n % 1'000'000 == 0) return fmt::format("{}m", n / 1'000'000);
  if (n >= 1'000 && n % 1'000 == 0) return fmt::format("{}k", n / 1'000);
  return fmt::format("{}", n);
}

// What the three processes had used at a moment.
struct Moment {
  explicit Moment(const bench::Platform& platform)
      : client(bench::usage_of(getpid())),
        server(bench::usage_of(platform.server())),
        psp(bench::usage_of(platform.psp())) {}

  bench::Usage client;
  bench::Usage server;
  bench::Usage psp;
};

class Measurement {
 public:
  Measurement(const Options& options, bench::Platform& platform, std::string secret_key)
      : options_(options), platform_(platform), secret_key_(std::move(secret_key)) {}

  // Warms up for a fifth of the time, then measures.
  Status measure(int clients) {
    ASSIGN_OR_RETURN(const auto load, connect(clients));
    const Duration whole = Duration::seconds(options_.seconds);
    ASSIGN_OR_RETURN(const auto warm, load->run({whole.micros / 5}));
    const Moment before(platform_);
    ASSIGN_OR_RETURN(const auto result, load->run(whole));
    const Moment after(platform_);
    ASSIGN_OR_RETURN(const auto rest, load->drain());
    stored_ += warm.succeeded + result.succeeded + rest.succeeded;
    report(clients, result, before, after);
    return ok();
  }

  Status fill() {
    if (stored_ >= options_.stored) return ok();
    ASSIGN_OR_RETURN(const auto load, connect(fill_clients));
    while (stored_ < options_.stored) {
      ASSIGN_OR_RETURN(const auto result, load->run(Duration::seconds(1), options_.stored - stored_));
      stored_ += result.succeeded;
      fmt::print(stderr, "\r{} of {} payments stored, {:.0f}/s   ", stored_, options_.stored,
                 static_cast<double>(result.succeeded) / result.seconds);
      if (result.succeeded == 0 && result.errors > 0) return unavailable("no_payment_succeeds", result.first_error);
    }
    fmt::print(stderr, "\n");
    ASSIGN_OR_RETURN(const auto rest, load->drain());
    stored_ += rest.succeeded;
    return ok();
  }

  Status measure_stored() {
    const std::string suffix = short_count(options_.stored);
    const double server_mb = static_cast<double>(bench::resident_bytes(platform_.server())) / bytes_per_mb;
    const double psp_mb = static_cast<double>(bench::resident_bytes(platform_.psp())) / bytes_per_mb;
    ASSIGN_OR_RETURN(const auto restart, platform_.crash_and_restart());
    figures_.add("rss_mb_" + suffix, server_mb);
    figures_.add("psp_rss_mb_" + suffix, psp_mb);
    figures_.add("restart_ms_" + suffix, static_cast<double>(restart.micros) / 1e3);
    figures_.add("stored_payments", stored_);
    fmt::print("with {} payments stored: server {:.0f} MB, PSP {:.0f} MB; ready {} ms after a SIGKILL and a start\n",
               stored_, server_mb, psp_mb, restart.to_milliseconds());
    return ok();
  }

  const bench::Figures& figures() const { return figures_; }

 private:
  Result<std::unique_ptr<bench::HttpLoad>> connect(int clients) {
    v1::CreatePaymentRequest request;
    request.mutable_amount()->set_currency("EUR");
    request.mutable_amount()->set_minor(1250);
    request.mutable_payment_method()->set_token("tok_success");
    request.set_confirm(true);
    request.set_reference("bench");
    bench::HttpLoadOptions options;
    options.port = platform_.port();
    options.clients = clients;
    options.path = "/florin.payments.v1.PaymentService/CreatePayment";
    options.headers = fmt::format(
        "content-type: application/proto\r\nconnect-protocol-version: 1\r\nauthorization: Bearer {}\r\n", secret_key_);
    options.key_prefix = fmt::format("bench-{}-", ++loads_);
    options.body = request.SerializeAsString();
    options.is_success = is_paid;
    return bench::HttpLoad::connect(std::move(options));
  }

  void report(int clients, const LoadResult& result, const Moment& before, const Moment& after) {
    const auto ms = [&](double share) { return result.latencies.percentile(share) / 1e3; };
    const auto cpu = [&](const bench::Usage& from, const bench::Usage& to) {
      return (to.cpu_seconds - from.cpu_seconds) / result.seconds;
    };
    const auto count = static_cast<double>(std::max<std::uint64_t>(result.succeeded, 1));
    const std::uint64_t written = after.server.bytes_written - before.server.bytes_written;
    const std::uint64_t psp_written = after.psp.bytes_written - before.psp.bytes_written;
    const auto add = [&](const char* name, double value) { figures_.add(fmt::format("{}_{}", name, clients), value); };
    add("payments_per_s", static_cast<double>(result.succeeded) / result.seconds);
    add("payment_p50_ms", ms(0.5));
    add("payment_p99_ms", ms(0.99));
    add("payment_p999_ms", ms(0.999));
    add("cpu_client", cpu(before.client, after.client));
    add("cpu_server", cpu(before.server, after.server));
    add("cpu_psp", cpu(before.psp, after.psp));
    add("bytes_per_payment", static_cast<double>(written) / count);
    add("psp_bytes_per_payment", static_cast<double>(psp_written) / count);
    add("errors", static_cast<double>(result.errors));
    all_written_ += written;
    all_measured_ += result.succeeded;
    figures_.add("bytes_per_payment",
                 static_cast<double>(all_written_) / static_cast<double>(std::max<std::uint64_t>(all_measured_, 1)));
    fmt::print(
        "{:>4} clients: {:>7.0f} payments/s   p50 {:.2f} ms, p99 {:.2f}, p99.9 {:.2f}   "
        "CPU client {:.2f}, server {:.2f}, PSP {:.2f}   written per payment {:.0f} B, by the PSP {:.0f} B   "
        "errors {}\n",
        clients, static_cast<double>(result.succeeded) / result.seconds, ms(0.5), ms(0.99), ms(0.999),
        cpu(before.client, after.client), cpu(before.server, after.server), cpu(before.psp, after.psp),
        static_cast<double>(written) / count, static_cast<double>(psp_written) / count, result.errors);
    if (result.errors > 0) fmt::print("     the first error: {}\n", result.first_error);
    std::fflush(stdout);
  }

  const Options& options_;
  bench::Platform& platform_;
  const std::string secret_key_;
  bench::Figures figures_;
  int loads_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t all_written_ = 0;
  std::uint64_t all_measured_ = 0;
};

Status run(const Options& options) {
  ASSIGN_OR_RETURN(auto platform, bench::Platform::start(options.program, options.directory));
  ASSIGN_OR_RETURN(auto tenant, platform.make_tenant());
  Measurement measurement(options, platform, std::move(tenant.secret_key));
  for (const int clients : options.clients) RETURN_IF_ERROR(measurement.measure(clients));
  if (options.stored > 0) {
    RETURN_IF_ERROR(measurement.fill());
    RETURN_IF_ERROR(measurement.measure_stored());
  }
  return measurement.figures().write(options.json);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  const auto scratch = std::filesystem::current_path() / fmt::format("build/bench_payments.{}", getpid());
  options.directory = scratch;
  options.program = std::filesystem::canonical("/proc/self/exe").parent_path() / "florin";
  CLI::App app("Payments per second of the whole platform.");
  app.add_option("--json", options.json, "Write the figures to this file too");
  app.add_option("--seconds", options.seconds, "Measured for each number of clients; default 10")
      ->check(CLI::Range(1, 3600));
  app.add_option("--clients", options.clients, "Default 1,8,64,512")->delimiter(',')->check(CLI::Range(1, 10'000));
  app.add_option("--stored", options.stored, "Payments to store before memory and restart are measured; 0: do not");
  app.add_option("--directory", options.directory, "Scratch folder on the disk to be measured; removed at the end");
  app.add_option("--program", options.program, "The florin program; default: the one beside this one");
  CLI11_PARSE(app, argc, argv);
  if (std::filesystem::exists(options.directory)) {
    fmt::print(stderr, "{} exists; give a folder that does not.\n", options.directory);
    return 1;
  }
  std::filesystem::create_directories(options.directory);
  const auto status = run(options);
  if (!status.ok()) {
    fmt::print(stderr, "{}\nIts files stay in {}.\n", status.error().to_string(), options.directory);
    return 1;
  }
  std::filesystem::remove_all(options.directory);
  return 0;
}
