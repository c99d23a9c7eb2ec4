// Codec: how messages are written as bytes. Two exist: protobuf binary ("proto") and protobuf JSON ("json").
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace florin::rpc {

struct CodecOptions {
  // JSON with a field that the message, or a name that an enum does not have: skip it rather than refuse.
  bool ignore_unknown_fields = false;
};

// Stateless; lives for the whole program; thread-safe.
class Codec {
 public:
  virtual ~Codec() = default;
  // As in the content type: application/<name>.
  virtual std::string_view name() const = 0;
  virtual bool is_text() const = 0;
  // Appends; equal messages give equal bytes within one build of the program.
  virtual Status encode(const google::protobuf::Message& message, std::string& out) const = 0;
  // `message` must be empty. Fails with invalid_argument: `invalid_protobuf`, or `invalid_json` with the place in the
  // text and, where one field is to blame, a violation naming it.
  virtual Status decode(std::string_view bytes, google::protobuf::Message& message,
                        const CodecOptions& options) const = 0;
};

const Codec& proto_codec();
// protobuf's JSON mapping, strictly: see rpc/json/json.h.
const Codec& json_codec();

// Nothing (null) for an unknown name.
const Codec* find_codec(std::string_view name);

}  // namespace florin::rpc
