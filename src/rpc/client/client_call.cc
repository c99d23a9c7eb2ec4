#include "rpc/client/client_call.h"

#include "base/check.h"
#include "rpc/client/connect_unary_call.h"
#include "rpc/client/enveloped_call.h"
#include "rpc/metadata.h"

namespace florin::rpc {
namespace {

// The server may know fields that this client does not.
WireOptions lenient(WireOptions wire) {
  wire.ignore_unknown_json_fields = true;
  return wire;
}

Error decoded(WireError wire, const ErrorDecoder& decoder) {
  if (decoder) return decoder(std::move(wire));
  Error error(wire.code, ErrorDomain::request, "remote_error", std::move(wire.message));
  for (ErrorPayload& detail : wire.details) {
    error = std::move(error).with_payload(std::move(detail.type), std::move(detail.bytes));
  }
  return error;
}

Error deadline_exceeded() {
  return Error(Code::deadline_exceeded, ErrorDomain::network, "deadline_exceeded",
               "The server did not answer within the call's timeout. The call may have taken effect.")
      .with_retry();
}

}  // namespace

ClientCall::ClientCall(ClientCallParts parts) : parts_(std::move(parts)), wire_(lenient(parts_.options.wire)) {}

ClientCall::~ClientCall() {
  if (timer_) timer_->cancel();
}

void ClientCall::begin() {
  if (!parts_.timeout) return;
  timer_ = parts_.transport.executor().post_after(*parts_.timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->cancel(deadline_exceeded());
  });
}

void ClientCall::cancel(Error reason) {
  if (outcome_) return;
  if (exchange_) exchange_->cancel(reason);
  outcome_ = std::move(reason);
}

Result<bool> ClientCall::end_well() {
  if (!outcome_) outcome_ = false;
  return *outcome_;
}

Result<bool> ClientCall::fail(Error error) {
  if (!outcome_) outcome_ = error;
  if (exchange_) exchange_->cancel(std::move(error));
  return *outcome_;
}

Result<bool> ClientCall::fail(WireError error) {
  for (const auto* fields : {&metadata_.headers, &metadata_.trailers}) {
    for (const auto& field : fields->fields()) error.metadata.add(field.name, field.value);
  }
  return fail(decoded(std::move(error), options().error_decoder));
}

void ClientCall::open(http::ClientRequestHead head, std::optional<std::string> body) {
  append_metadata(parts_.headers, "", head.headers);
  exchange_ = parts_.transport.open(std::move(head), std::move(body));
}

Task<Result<http::ResponseHead>> ClientCall::read_head() {
  auto head = co_await exchange_->read_head();
  answered_ = answered_ || head.ok();
  co_return head;
}

std::shared_ptr<ClientCall> make_client_call(ClientCallParts parts) {
  std::shared_ptr<ClientCall> call;
  if (parts.options.protocol == ClientProtocol::connect && parts.spec.stream_type == StreamType::unary) {
    call = std::make_shared<ConnectUnaryCall>(std::move(parts));
  } else {
    call = std::make_shared<EnvelopedClientCall>(std::move(parts));
  }
  call->begin();
  return call;
}

Task<Status> receive_only(ClientCall& call, google::protobuf::Message& into) {
  Result<bool> got = co_await call.receive(into);
  if (!got.ok()) co_return std::move(got).error();
  if (!*got) {
    co_return Error(Code::unimplemented, ErrorDomain::network, "message_missing",
                    "The server ended the call without an answer.");
  }
  const std::unique_ptr<google::protobuf::Message> further(into.New());
  Result<bool> more = co_await call.receive(*further);
  if (!more.ok()) co_return std::move(more).error();
  if (!*more) co_return ok();
  Error error(Code::unimplemented, ErrorDomain::network, "too_many_messages", "The server sent more than one answer.");
  call.cancel(error);
  co_return error;
}

}  // namespace florin::rpc
