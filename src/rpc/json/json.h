// Protobuf messages as JSON: the ProtoJSON mapping (protobuf.dev/programming-guides/json), strict in what it reads.
//
// For generated messages of proto3. Their shape is learnt once per type and remembered for the life of the program.
// Thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace florin::rpc::json {

// Objects and lists inside each other in a text, and messages inside each other in a message: the latter is what
// protobuf's binary form allows, so that nothing is taken in one form that could not be carried in the other.
inline constexpr int depth_max = 100;

struct ReadOptions {
  // Fields that the message does not have, and names that an enum does not have, are skipped rather than refused.
  bool ignore_unknown = false;
};

// Reads `text` into `message`, which must be empty; after a failure its content is of no use.
//
// The text must be RFC 8259 to the letter, in UTF-8 without unpaired surrogates, with no name twice in an object (a
// field's lowerCamelCase name and its name in the .proto are the same name). null means absent, but for
// google.protobuf.Value and NullValue. Integers may be written with an integral fraction or exponent; 64-bit ones, and
// any number, also as a string. Fails with invalid_argument `invalid_json`, whose message tells line and column (in
// characters); where a field is to blame, a violation names it by its path in the .proto's names.
Status read(std::string_view text, google::protobuf::Message& message, const ReadOptions& options = {});

// Appends `message` to `out`: lowerCamelCase names in the order of their numbers, map entries by key, without white
// space and without fields that have no value (implicit presence: the default). Equal messages give equal text. Strings
// that are not UTF-8 get U+FFFD for each wrong byte. Fails with internal `json_encoding_failed` for what has no JSON
// form (an Any of a type that is not linked in, a time out of range, a non-finite Value, deeper than depth_max), and
// leaves `out` as it was.
Status write(const google::protobuf::Message& message, std::string& out);

}  // namespace florin::rpc::json
