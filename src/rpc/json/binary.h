// What JSON needs of the binary form: the messages that an Any packs.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <string_view>

namespace florin::rpc::json {

// Appends the binary form, map entries by key, so that equal messages can be compared and kept as bytes.
void append_binary(const google::protobuf::Message& message, std::string& out);

// The type that a type URL ("type.googleapis.com/pkg.Name") names; null if it is none, or is no
// message of proto3 that is linked in.
const google::protobuf::Descriptor* linked_type(std::string_view type_url);

// An empty message of a generated type.
std::unique_ptr<google::protobuf::Message> new_message(const google::protobuf::Descriptor& type);

}  // namespace florin::rpc::json
