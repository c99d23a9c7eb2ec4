#include "app/cli/greeting.h"

#include <fmt/format.h>

#include "app/server/examples.h"

namespace florin::app {

std::string greeting(const Endpoints& endpoints, const std::string& data_directory) {
  std::string examples;
  int number = 0;
  for (const Example& example : curl_examples(endpoints)) {
    examples += fmt::format("\n  # {}. {}\n  {}\n", ++number, example.title, example.command);
  }
  const std::string sign_in =
      endpoints.console_sign_in.empty() ? std::string() : "\n  sign in once   " + endpoints.console_sign_in;
  return fmt::format(
      R"text(
Florin is ready.

  API            {api}
  over TLS       {api_tls}   (curl --cacert {certificate})
  console        {api}/console/{sign_in}
  checkout       {checkout}   (pay with 4242 4242 4242 4242, any later date and code)
  sandbox PSP    {psp}
  card vault     {vault}
  secret key     {key}
  platform key   {platform}
  all of it      {file}

Paste these three, one after the other:
{examples}
Other test payment methods (tok_challenge, tok_decline_insufficient_funds, tok_timeout_after, ...): docs/sandbox.md.
Thousands of payments and the tie-out: build/release/bin/florin demo --payments 1000. Stop with Ctrl-C.
)text",
      fmt::arg("sign_in", sign_in), fmt::arg("checkout", endpoints.checkout), fmt::arg("api", endpoints.api),
      fmt::arg("api_tls", endpoints.api_tls), fmt::arg("certificate", endpoints.tls_certificate),
      fmt::arg("psp", endpoints.sandbox_psp), fmt::arg("vault", endpoints.vault), fmt::arg("key", endpoints.secret_key),
      fmt::arg("platform", endpoints.platform_key), fmt::arg("file", endpoints_path(data_directory)),
      fmt::arg("examples", examples));
}

}  // namespace florin::app
