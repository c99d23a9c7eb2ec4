// A call whose messages travel in envelopes: Connect streams, and every call of gRPC and gRPC-Web.
#pragma once

#include <string>

#include "rpc/client/client_call.h"
#include "rpc/client/stream_dialect.h"
#include "rpc/envelope.h"

namespace florin::rpc {

class EnvelopedClientCall final : public ClientCall {
 public:
  explicit EnvelopedClientCall(ClientCallParts parts);

  Task<Status> send(const google::protobuf::Message& message) override;
  Task<Status> close_send() override;
  Task<Result<bool>> receive(google::protobuf::Message& into) override;

 private:
  // Whether the caller sends exactly one message, so that the request can go out whole.
  bool sends_one() const;
  void open_exchange(std::optional<std::string> body);
  Task<Status> read_answer_head();
  // The end of the body came, without an envelope that says so.
  Result<bool> end_of_body();
  Task<Result<bool>> last_envelope(Envelope envelope);
  Result<bool> end(Result<CallEnd> end);

  const StreamDialect& dialect_;
  std::string whole_;  // what is sent at once
  EnvelopeReader reader_;
  bool head_read_ = false;
  bool had_body_ = false;
  const Compression* compression_ = nullptr;  // of the answer
};

}  // namespace florin::rpc
