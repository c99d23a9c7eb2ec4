// Router: gives each request to the handler of its path. For plain HTTP beside the RPC services: health, metrics,
// webhooks, files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.h"

namespace florin::http {

// Fill it first, then serve: add() must not run beside serve(). Answers 404 where no path matches, and 405 with Allow
// where the path is there for other methods; both with the JSON body of json_error.h.
class Router final : public Handler {
 public:
  // A path that ends in "/" stands for everything below it; the longest match wins, an exact one over all. Paths are
  // compared as sent, not decoded. `method` "*" takes every method; GET also answers HEAD. `handler` must outlive the
  // router.
  void add(std::string method, std::string path, Handler& handler);

  Task<Unit> serve(Exchange& exchange) override;

 private:
  struct Route {
    std::string method;
    std::string path;
    Handler* handler;
    bool matches(std::string_view requested) const;
  };
  std::vector<Route> routes_;  // longest path first
};

}  // namespace florin::http
