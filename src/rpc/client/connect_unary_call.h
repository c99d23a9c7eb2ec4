// A unary call of the Connect protocol: one body there, by POST or GET, and one back.
#pragma once

#include <string>

#include "rpc/client/client_call.h"
#include "rpc/connect_wire.h"

namespace florin::rpc {

class ConnectUnaryCall final : public ClientCall {
 public:
  explicit ConnectUnaryCall(ClientCallParts parts) : ClientCall(std::move(parts)) {}

  Task<Status> send(const google::protobuf::Message& message) override;
  Task<Status> close_send() override;
  Task<Result<bool>> receive(google::protobuf::Message& into) override;

 private:
  void open_post();
  // False where the query would be too long.
  bool open_get();
  Task<Result<std::string>> read_body();
  Result<bool> read_answer(int status, std::string body, google::protobuf::Message& into);
  Result<bool> read_error(int status, const std::string& body);

  EncodedMessage request_;
};

}  // namespace florin::rpc
