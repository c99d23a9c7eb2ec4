// The client's side of the Connect conformance suite: makes the call that a request describes, and tells what came of
// it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "connectrpc/conformance/v1/client_compat.pb.h"
#include "http/client_transport.h"

namespace florin::conformance {

namespace suite = ::connectrpc::conformance::v1;

class Caller {
 public:
  explicit Caller(http::ClientThread& thread) : thread_(thread) {}

  // On the thread of the caller's transports. Never fails: what went wrong is part of the answer.
  Task<suite::ClientCompatResponse> answer(suite::ClientCompatRequest request);

 private:
  // Connections are shared by the cases that the same server answers in the same way.
  Result<http::ClientTransport*> transport_for(const suite::ClientCompatRequest& request);

  http::ClientThread& thread_;
  std::map<std::string, std::unique_ptr<http::ClientTransport>> transports_;
};

}  // namespace florin::conformance
