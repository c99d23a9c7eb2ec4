// H2RequestReader: makes a RequestHead from a request's header fields as they are decompressed. nghttp2 has checked
// what RFC 9113 section 8.2 and 8.3 demand of their form (pseudo-header fields, lower case, connection-specific
// fields); this adds the limits and what only we refuse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/limits.h"

namespace florin::http {

class H2RequestReader {
 public:
  struct Refusal {
    int status;
    const char* reason;  // a sentence for the client
  };

  explicit H2RequestReader(const H2Limits& limits) : limits_(limits) {}

  // A new request's fields follow.
  void begin();
  // False where the block is so large that reading on would be work for an attacker.
  bool add(RequestHead& head, std::string_view name, std::string_view value);
  // All fields came. What was wrong with them, if anything.
  std::optional<Refusal> finish(RequestHead& head);
  // A field of the trailers, which are checked and dropped. False past their limits.
  bool add_trailer(std::string_view name, std::string_view value);

  // About the request whose head came last.
  bool expects_continue() const { return expects_continue_; }

 private:
  void add_pseudo(RequestHead& head, std::string_view name, std::string_view value);
  void refuse(int status, const char* reason);

  const H2Limits& limits_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t trailer_count_ = 0;
  std::size_t trailer_bytes_ = 0;
  bool expects_continue_ = false;
  std::string cookie_;
  std::string valid_authority_;  // of an earlier request: a client names the same one again and again
  std::optional<Refusal> refusal_;
};

}  // namespace florin::http
