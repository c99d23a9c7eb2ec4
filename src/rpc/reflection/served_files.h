// ServedFiles: the .proto files behind the services of a router, and lookups in them. Nothing else that happens to be
// linked into the program can be asked for.
#pragma once

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>
#include <vector>

#include "rpc/router.h"

namespace florin::rpc {

class ServedFiles {
 public:
  // `router` must have all its methods.
  explicit ServedFiles(const Router& router);

  // Full names, sorted.
  const std::set<std::string>& services() const { return services_; }
  // Null for what is not served.
  const google::protobuf::FileDescriptor* by_name(const std::string& name) const;
  const google::protobuf::FileDescriptor* by_symbol(const std::string& symbol) const;
  const google::protobuf::FileDescriptor* by_extension(const std::string& message, int number) const;
  // The numbers of the extensions of a message, sorted; `known` is false for a message that is not served.
  struct Extensions {
    bool known = false;
    std::vector<int> numbers = {};
  };
  Extensions extensions(const std::string& message) const;

 private:
  void add(const google::protobuf::FileDescriptor& file);
  const google::protobuf::FileDescriptor* if_served(const google::protobuf::FileDescriptor* file) const;

  std::set<std::string> services_;
  std::set<const google::protobuf::FileDescriptor*> files_;
};

}  // namespace florin::rpc
