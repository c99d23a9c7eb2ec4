#include "rpc/stream.h"

#include <memory>

namespace florin::rpc {

Error message_missing() {
  return {Code::unimplemented, ErrorDomain::request, "message_missing", "Send exactly one request message."};
}

Error too_many_messages() {
  return {Code::unimplemented, ErrorDomain::request, "too_many_messages", "Send exactly one request message."};
}

Task<Status> MessageSource::receive_only(google::protobuf::Message& into) {
  Result<bool> got = co_await receive(into);
  if (!got.ok()) co_return std::move(got).error();
  if (!*got) co_return message_missing();
  const std::unique_ptr<google::protobuf::Message> surplus(into.New());
  got = co_await receive(*surplus);
  if (!got.ok()) co_return std::move(got).error();
  if (*got) co_return too_many_messages();
  co_return ok();
}

}  // namespace florin::rpc
