// MemoryTransport: a client's way to a handler in the same process, without a network.
//
//   ManualExecutor executor;
//   MemoryTransport transport(handler, executor);
//   const auto exchange = transport.open({.path = "/pets"}, "a whole body");
#pragma once

#include <memory>
#include <string>

#include "http/client_exchange.h"
#include "http/exchange.h"

namespace florin::http {

class MemoryTransport final : public ClientTransport {
 public:
  // What went over the wire in one exchange.
  struct Record {
    ClientRequestHead request;
    std::string request_body;
    ResponseHead answer;
    std::string answer_body;
    Headers trailers;
    bool canceled = false;  // by the client
  };

  MemoryTransport(Handler& handler, Executor& executor) : handler_(handler), executor_(executor) {}

  Executor& executor() override { return executor_; }
  ClientExchangePtr open(ClientRequestHead head, std::optional<std::string> body) override;

  // Of the exchange opened last, as far as it has come.
  const Record& last() const { return *last_; }
  // Exchanges so far.
  int opened() const { return opened_; }

 private:
  class Served;

  Handler& handler_;
  Executor& executor_;
  std::shared_ptr<Record> last_;
  int opened_ = 0;
};

}  // namespace florin::http
