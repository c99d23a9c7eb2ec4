// LandingPage: what a person sees who opens the server's address in a browser. One small page, without a script.
#pragma once

#include <string>

#include "app/server/bootstrap.h"
#include "http/exchange.h"

namespace florin::app {

class LandingPage final : public http::Handler {
 public:
  // `program`: name and version, for the foot of the page. With `development`, the sandbox's key and what to try with
  // it are shown too, but only to a browser on this machine that asked for this machine by name: neither to the network
  // nor to a foreign page that made its own name point here.
  LandingPage(std::string_view program, const Endpoints* development);

  // Whether the page belongs to this request: GET or HEAD of "/".
  static bool is_asked_for(const http::RequestHead& request);
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  std::string plain_;
  std::string with_examples_;
  std::string content_security_policy_;
};

}  // namespace florin::app
