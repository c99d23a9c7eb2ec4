// H2Fields: header fields on their way into a frame. For the .cc files of this room only: it shows nghttp2.
#pragma once

#include <nghttp2/nghttp2.h>

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/exchange.h"

namespace florin::http {

// Views: what they show must live until the fields were given to the session, which copies them.
class H2Fields {
 public:
  void clear() { fields_.clear(); }
  void add(std::string_view name, std::string_view value);
  // All but those that HTTP/2 forbids or that the transport writes itself (connection and its like, content-length,
  // date). Fails (internal, invalid_header) where a field could not be read back as it was given.
  Status add_all(const Headers& headers);
  std::span<const nghttp2_nv> span() const { return fields_; }

 private:
  std::vector<nghttp2_nv> fields_;
};

}  // namespace florin::http
