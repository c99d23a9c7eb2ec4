#include "app/server/pages.h"

#include <fmt/format.h>

#include <filesystem>

#include "telemetry/log.h"

namespace florin::app {
namespace {

// Everything from here and nothing else; no inline script or style, no frame around it, no form that posts elsewhere.
// `frames`: whose pages it may hold in frames of its own.
std::string policy(std::string_view frames) {
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
      "manifest-src 'self'; frame-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      frames);
}

Task<Unit> answer(http::Exchange& exchange, http::ResponseHead head, std::string body) {
  head.headers.add("content-type", "text/plain; charset=utf-8");
  head.headers.add("cache-control", "no-store");
  head.headers.add("x-content-type-options", "nosniff");
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), std::move(body));
  co_return Unit{};
}

}  // namespace

Pages::Pages(PagesOptions options) : options_(std::move(options)) {
  if (files()) return;
  telemetry::log_warn(fmt::format("the {} is not installed; everything else works", options_.name),
                      {{"directory", options_.directory}});
}

std::shared_ptr<http::StaticFiles> Pages::files() {
  const std::lock_guard lock(mutex_);
  if (files_) return files_;
  http::StaticFilesOptions options;
  options.root = options_.directory;
  options.url_prefix = options_.prefix;
  options.immutable_folder = "assets/";
  options.content_security_policy = options_.content_security_policy;
  auto opened = http::StaticFiles::open(std::move(options));
  if (opened.ok()) files_ = std::make_shared<http::StaticFiles>(std::move(*opened));
  return files_;
}

bool Pages::is_asked_for(const http::RequestHead& request) const {
  const std::string_view bare(options_.prefix.data(), options_.prefix.size() - 1);
  return request.path == bare || request.path.starts_with(options_.prefix);
}

Task<Unit> Pages::serve(http::Exchange& exchange) {
  if (exchange.request().path.size() < options_.prefix.size()) {
    http::ResponseHead head{.status = 308};
    head.headers.add("location", options_.prefix);
    return answer(exchange, std::move(head), fmt::format("The {} is at {}.\n", options_.name, options_.prefix));
  }
  // Once there, they live as long as this.
  const auto there = files();
  if (there) return there->serve(exchange);
  return answer(exchange, {.status = 404},
                fmt::format("The {} is not installed on this server. Build the pages in web/, or set web.directory to "
                            "the folder that holds it.\n",
                            options_.name));
}

PagesOptions console_pages(const std::string& web_directory) {
  return {.name = "console",
          .prefix = "/console/",
          .directory = web_directory + "/console",
          .content_security_policy = policy("'none'")};
}

PagesOptions checkout_pages(const std::string& web_directory, const std::string& vault) {
  return {.name = "checkout",
          .prefix = "/checkout/",
          .directory = web_directory + "/checkout",
          .content_security_policy = policy(vault.empty() ? "'none'" : vault)};
}

std::string default_web_directory(const std::string& program) {
  const auto folder = std::filesystem::path(program).parent_path();
  return (folder / ".." / "share" / "web").lexically_normal().string();
}

}  // namespace florin::app
