// Writes the two C++ files of a .proto that has services: interfaces, registration, method descriptions and blocking
// clients.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/printer.h>

namespace florin::rpc::plugin {

// `<path>.connect.h`. A file without services gets only the include guard.
void write_header(const google::protobuf::FileDescriptor& file, google::protobuf::io::Printer& out);

// `<path>.connect.cc`.
void write_source(const google::protobuf::FileDescriptor& file, google::protobuf::io::Printer& out);

}  // namespace florin::rpc::plugin
