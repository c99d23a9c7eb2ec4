// How the runner of the suite talks to a program: messages on standard input and output, each behind its length in four
// bytes, big-endian.
#pragma once

#include <google/protobuf/message.h>

namespace florin::conformance {

// False at the end of the input, and where it is not such a message.
bool read_message(int file, google::protobuf::Message& into);
bool write_message(int file, const google::protobuf::Message& message);

}  // namespace florin::conformance
