// How long an operator waits for a list of payments when there are a million. See docs/benchmarks.md.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "../lib/figures.h"
#include "base/time.h"
#include "console.h"
#include "shop.h"

namespace {

using namespace florin;
namespace v1 = payments::v1;

constexpr int page_size = 50;  // as the console asks

struct Options {
  std::string json;
  int seconds = 2;
  std::uint64_t stored = 1'000'000;
  std::string program;
  std::string directory;
};

v1::ListPaymentsRequest page() {
  v1::ListPaymentsRequest request;
  request.set_page_size(page_size);
  return request;
}

template <class Change>
v1::ListPaymentsRequest page_with(Change change) {
  v1::ListPaymentsRequest request = page();
  change(request);
  return request;
}

class Measurement {
 public:
  Measurement(const Options& options, bench::Console& console) : options_(options), console_(console) {}

  // What a call costs by itself: HTTP, the session, permissions, a snapshot and one key that is not there.
  Status measure_nothing() {
    return measure("nothing", [this] { return console_.get_nothing(); });
  }

  Status measure_list(const char* name, const v1::ListPaymentsRequest& request, int rows_expected) {
    return measure(name, [&]() -> Status {
      ASSIGN_OR_RETURN(const auto response, console_.list(request));
      return expect(name, rows_expected, response.payments_size());
    });
  }

  // Pages on as an operator would until there is a row or nothing more to look at.
  Status measure_search(const char* name, const v1::ListPaymentsRequest& request, int rows_at_least) {
    int pages = 0;
    RETURN_IF_ERROR(measure(name, [&]() -> Status {
      v1::ListPaymentsRequest next = request;
      for (pages = 1;; ++pages) {
        ASSIGN_OR_RETURN(const auto response, console_.list(next));
        if (response.payments_size() > 0 || response.next_page_token().empty())
          return expect(name, rows_at_least, std::min(response.payments_size(), rows_at_least));
        next.set_page_token(response.next_page_token());
      }
    }));
    figures_.add(fmt::format("{}_calls", name), static_cast<std::uint64_t>(pages));
    if (pages > 1) fmt::print("{:>22}  in {} calls\n", "", pages);
    return ok();
  }

  Status measure_get(const std::string& payment_id) {
    return measure("payment", [&]() -> Status {
      ASSIGN_OR_RETURN(const auto response, console_.get(payment_id));
      return response.timeline_size() >= 3 ? ok() : unavailable("timeline_missing", "The payment has no timeline.");
    });
  }

  Status write() {
    figures_.add("stored_payments", options_.stored);
    return figures_.write(options_.json);
  }

 private:
  static Status expect(const char* name, int expected, int found) {
    if (expected == found) return ok();
    return unavailable("unexpected_rows", fmt::format("{}: {} rows instead of {}.", name, found, expected));
  }

  // Once to warm up, then again and again for the time that was given, 5 times at least.
  Status measure(const char* name, const std::function<Status()>& call) {
    constexpr std::uint64_t calls_min = 5;
    const Clock& clock = system_clock();
    RETURN_IF_ERROR(call());
    bench::Latencies latencies;
    const Duration begin = clock.elapsed();
    while (latencies.count() < calls_min || clock.elapsed() - begin < Duration::seconds(options_.seconds)) {
      const Duration sent = clock.elapsed();
      RETURN_IF_ERROR(call());
      latencies.add(static_cast<std::uint32_t>((clock.elapsed() - sent).micros));
    }
    const double p50 = latencies.percentile(0.5) / 1e3;
    const double p99 = latencies.percentile(0.99) / 1e3;
    figures_.add(fmt::format("{}_p50_ms", name), p50);
    figures_.add(fmt::format("{}_p99_ms", name), p99);
    fmt::print("{:>22}  p50 {:>9.3f} ms   p99 {:>9.3f} ms   {:>7} bytes   {} calls\n", name, p50, p99,
               console_.answer_bytes(), latencies.count());
    std::fflush(stdout);
    return ok();
  }

  const Options& options_;
  bench::Console& console_;
  bench::Figures figures_;
};

Result<v1::Payment> find(bench::Console& console, std::uint64_t number) {
  ASSIGN_OR_RETURN(const auto response,
                   console.list(page_with([&](auto& request) { request.set_reference(bench::reference_of(number)); })));
  if (response.payments_size() != 1)
    return unavailable("payment_missing", fmt::format("There is no payment {}.", bench::reference_of(number)));
  return response.payments(0);
}

Status measure_pages(Measurement& measurement, bench::Console& console, std::uint64_t stored) {
  RETURN_IF_ERROR(measurement.measure_list("first_page", page(), page_size));
  ASSIGN_OR_RETURN(const auto first, console.list(page()));
  RETURN_IF_ERROR(measurement.measure_list(
      "second_page", page_with([&](auto& request) { request.set_page_token(first.next_page_token()); }), page_size));
  ASSIGN_OR_RETURN(const auto middle, find(console, stored / 2));
  RETURN_IF_ERROR(measurement.measure_list("time_range", page_with([&](auto& request) {
                                             *request.mutable_create_time_to() = middle.create_time();
                                             request.mutable_create_time_from()->set_seconds(
                                                 middle.create_time().seconds() - 3600);
                                           }),
                                           page_size));
  return measurement.measure_list(
      "reference", page_with([&](auto& request) { request.set_reference(bench::reference_of(stored / 2)); }), 1);
}

Status measure_filters(Measurement& measurement) {
  const auto with_status = [](v1::PaymentStatus status) {
    return page_with([&](auto& request) { request.set_status(status); });
  };
  const auto with_currency = [](const char* currency) {
    return page_with([&](auto& request) { request.set_currency(currency); });
  };
  RETURN_IF_ERROR(measurement.measure_list("status_common", with_status(v1::PAYMENT_STATUS_SUCCEEDED), page_size));
  RETURN_IF_ERROR(measurement.measure_search("status_rare", with_status(v1::PAYMENT_STATUS_REQUIRES_ACTION), 1));
  RETURN_IF_ERROR(measurement.measure_list("currency_common", with_currency("EUR"), page_size));
  RETURN_IF_ERROR(measurement.measure_search("currency_rare", with_currency("NOK"), 1));
  RETURN_IF_ERROR(measurement.measure_search("currency_absent", with_currency("CHF"), 0));
  return measurement.measure_list("needs_attention",
                                  page_with([](auto& request) { request.set_needs_attention(true); }), 0);
}

Status run(const Options& options) {
  ASSIGN_OR_RETURN(auto platform, bench::Platform::start(options.program, options.directory));
  ASSIGN_OR_RETURN(const auto tenant, platform.make_tenant());
  RETURN_IF_ERROR(bench::fill_shop(platform, tenant.secret_key, options.stored));
  ASSIGN_OR_RETURN(auto console, bench::Console::sign_in(platform, tenant.id));
  Measurement measurement(options, console);
  RETURN_IF_ERROR(measurement.measure_nothing());
  RETURN_IF_ERROR(measure_pages(measurement, console, options.stored));
  RETURN_IF_ERROR(measure_filters(measurement));
  ASSIGN_OR_RETURN(const auto paid, find(console, bench::paid_before(options.stored / 2)));
  RETURN_IF_ERROR(measurement.measure_get(paid.id()));
  return measurement.write();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.directory = std::filesystem::current_path() / fmt::format("build/bench_console.{}", getpid());
  options.program = std::filesystem::canonical("/proc/self/exe").parent_path() / "florin";
  CLI::App app("Lists of payments as an operator reads them.");
  app.add_option("--json", options.json, "Write the figures to this file too");
  app.add_option("--seconds", options.seconds, "Measured for each kind of list; default 2")->check(CLI::Range(1, 3600));
  app.add_option("--stored", options.stored, "Payments to store first; default 1000000")
      ->check(CLI::Range(std::uint64_t{2} * bench::rare_every, std::uint64_t{100'000'000}));
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
