// HttpLoad: a closed loop of clients over HTTP/1.1 on one thread. Each client has a connection of its own, sends a
// request, waits for the answer, and sends the next one at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "figures.h"

namespace florin::bench {

struct HttpLoadOptions {
  std::string host = "127.0.0.1";  // an IPv4 address
  std::uint16_t port = 0;
  int clients = 1;
  std::string path;
  std::string headers;     // whole lines, each with its "\r\n"; without host, content-length and idempotency-key
  std::string key_prefix;  // of the idempotency keys; a number follows, different in each request
  std::string body;
  // Makes the body of each request from its number, counted from 0; if not given, all have `body`.
  std::function<std::string(std::uint64_t number)> make_body{};
  // Whether this is the answer that was hoped for.
  std::function<bool(int status, const std::string& body)> is_success;
};

struct LoadResult {
  std::uint64_t succeeded = 0;
  std::uint64_t errors = 0;
  Latencies latencies;  // of what succeeded
  double seconds = 0;
  std::string first_error;
};

// For one thread. Requests stay in flight between two calls of run(), so that a warm-up can end where the measurement
// begins.
class HttpLoad {
 public:
  static Result<std::unique_ptr<HttpLoad>> connect(HttpLoadOptions options);
  ~HttpLoad();

  // Keeps every client busy for this long, or until `successes_max` have succeeded, and counts what was answered in
  // that time. A connection that ends counts as an error and is made anew; `unavailable` if that fails.
  Result<LoadResult> run(Duration duration, std::uint64_t successes_max = UINT64_MAX);
  // Sends nothing new and waits for what is in flight; counts like run().
  Result<LoadResult> drain();

 private:
  struct Impl;
  explicit HttpLoad(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace florin::bench
