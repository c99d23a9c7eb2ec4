#include "app/server/console.h"

#include <fmt/format.h>

#include <filesystem>

#include "telemetry/log.h"

namespace florin::app {
namespace {

constexpr std::string_view prefix = "/console/";

// Everything from here and nothing else; no inline script or style, no frame around it, no form that posts elsewhere.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

http::StaticFilesOptions file_options(const std::string& directory) {
  http::StaticFilesOptions options;
  options.root = directory;
  options.url_prefix = std::string(prefix);
  options.immutable_folder = "assets/";
  options.content_security_policy = std::string(content_security_policy);
  return options;
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

Console::Console(const std::string& web_directory) : directory_(web_directory + "/console") {
  if (!files()) telemetry::log_warn("the console is not installed; everything else works", {{"directory", directory_}});
}

std::shared_ptr<http::StaticFiles> Console::files() {
  const std::lock_guard lock(mutex_);
  if (files_) return files_;
  auto opened = http::StaticFiles::open(file_options(directory_));
  if (opened.ok()) files_ = std::make_shared<http::StaticFiles>(std::move(*opened));
  return files_;
}

bool Console::is_asked_for(const http::RequestHead& request) {
  return request.path == prefix.substr(0, prefix.size() - 1) || request.path.starts_with(prefix);
}

Task<Unit> Console::serve(http::Exchange& exchange) {
  if (exchange.request().path.size() < prefix.size()) {
    http::ResponseHead head{.status = 308};
    head.headers.add("location", std::string(prefix));
    return answer(exchange, std::move(head), "The console is at /console/.\n");
  }
  // Once there, they live as long as the console.
  const auto there = files();
  if (there) return there->serve(exchange);
  return answer(exchange, {.status = 404},
                "The console is not installed on this server. Build the pages in web/, or set web.directory to the "
                "folder that holds it.\n");
}

std::string default_web_directory(const std::string& program) {
  const auto folder = std::filesystem::path(program).parent_path();
  return (folder / ".." / "share" / "web").lexically_normal().string();
}

}  // namespace florin::app
