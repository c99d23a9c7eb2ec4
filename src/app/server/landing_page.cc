#include "app/server/landing_page.h"

#include <app/server/assets.h>
#include <fmt/format.h>

#include "app/server/examples.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "http/html.h"

namespace florin::app {
namespace {

// Puts `value` in the place of "{{name}}", which must be there.
std::string fill(std::string page, std::string_view name, std::string_view value) {
  const std::string mark = fmt::format("{{{{{}}}}}", name);
  const std::size_t at = page.find(mark);
  CHECK(at != std::string::npos, "the page has no {}", mark);
  return page.replace(at, mark.size(), value);
}

std::string development_part(const Endpoints& endpoints) {
  std::string examples;
  for (const Example& example : curl_examples(endpoints)) {
    examples += fmt::format("<h3>{}</h3>\n<pre><code>{}</code></pre>\n", http::escape_html(example.title),
                            http::escape_html(example.command));
  }
  std::string part = fill(std::string(assets::development_html), "key", http::escape_html(endpoints.secret_key));
  return fill(fill(std::move(part), "checkout", http::escape_html(endpoints.checkout)), "examples", examples);
}

// Nothing is loaded and nothing runs; the one style sheet is named by its hash.
std::string policy_for(std::string_view page) {
  constexpr std::string_view begin = "<style>";
  const std::size_t from = page.find(begin) + begin.size();
  const auto hash = crypto::sha256(page.substr(from, page.find("</style>") - from));
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      base64(crypto::as_bytes(hash)));
}

bool is_this_machine(std::string_view authority) {
  const std::string_view host = authority.substr(0, authority.find(':', authority.find(']') + 1));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

LandingPage::LandingPage(std::string_view program, const Endpoints* development) {
  const std::string page = fill(std::string(assets::landing_html), "program", http::escape_html(program));
  plain_ = fill(page, "development", "");
  with_examples_ = development == nullptr ? plain_ : fill(page, "development", development_part(*development));
  content_security_policy_ = policy_for(page);
}

bool LandingPage::is_asked_for(const http::RequestHead& request) {
  return request.path == "/" && (request.method == "GET" || request.method == "HEAD");
}

Task<Unit> LandingPage::serve(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const bool local = is_this_machine(request.authority) && is_this_machine(request.peer);
  http::ResponseHead head;
  head.headers.add("content-type", "text/html; charset=utf-8");
  head.headers.add("content-security-policy", content_security_policy_);
  head.headers.add("x-content-type-options", "nosniff");
  head.headers.add("referrer-policy", "no-referrer");
  head.headers.add("cache-control", "no-store");
  // A peer that has gone gets no answer; there is nothing to do about it.
  [[maybe_unused]] const auto answered = co_await exchange.respond(std::move(head), local ? with_examples_ : plain_);
  co_return Unit{};
}

}  // namespace florin::app
