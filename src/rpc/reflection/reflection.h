// Reflection: the services grpc.reflection.v1 and v1alpha.ServerReflection, by which grpcurl, buf curl and the like
// learn the contracts of a server.
//
//   rpc::Reflection reflection(router);
//   reflection.mount_on(router);
#pragma once

#include <memory>

#include "rpc/router.h"

namespace florin::rpc {

// Answers about the services of one router and what they import; nothing else in the program can be asked for.
class Reflection {
 public:
  // `router` must outlive the reflection and have all its methods before the first call.
  explicit Reflection(const Router& router);
  ~Reflection();

  // Adds both versions to a router, usually the same. The reflection must outlive it.
  void mount_on(Router& router);

 private:
  struct Services;
  const std::unique_ptr<Services> services_;
};

}  // namespace florin::rpc
