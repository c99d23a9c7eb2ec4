// From an RPC call to a command of the lane and back.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "api/common/audit.h"
#include "api/common/caller.h"
#include "api/common/platform.h"
#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "engine/command.h"
#include "rpc/context.h"
#include "store/store.h"

namespace florin::api {

// Request header of a mutating call: 1 to 255 visible ASCII characters. Answered with `idempotency-replayed: true`
// where the answer is that of an earlier call.
inline constexpr std::string_view idempotency_header = "idempotency-key";
inline constexpr std::string_view replayed_header = "idempotency-replayed";
// The position token. An answer to a write carries it; a read that sends it back sees at least that write.
inline constexpr std::string_view position_header = "florin-position";

// Who gives a command.
struct Issuer {
  TenantId tenant;
  engine::Actor actor;
  // Whose the call's idempotency key is, where the tenant has several who choose theirs independently; else empty.
  std::string key_scope{};
};
// The command context of a call. Errors: idempotency_key_invalid.
Result<engine::CommandContext> command_context(rpc::Context& context, Issuer issuer,
                                               const google::protobuf::Message& request);
// The same for a call by the authenticated caller.
Result<engine::CommandContext> command_context(rpc::Context& context, TenantId tenant,
                                               const google::protobuf::Message& request);
// The same for a public method, whose caller is not known: for the platform, caused by `actor`, without idempotency
// key.
engine::CommandContext public_command_context(rpc::Context& context, engine::Actor actor,
                                              const google::protobuf::Message& request);

// Submits `decide` and waits for it on the call's executor; sets the reply's headers.
Task<Result<engine::CommandReply>> submit(Platform& platform, rpc::Context& context, engine::CommandContext command,
                                          engine::Decide decide);

// Committed state for a read: at least as new as the position token that the call carries, if it does. Errors:
// position_invalid, position_not_reached.
Task<Result<std::shared_ptr<const store::Snapshot>>> snapshot_for(Platform& platform, rpc::Context& context);

// A write whose context is made already: `decide` takes the work and returns Result<Response>.
template <class Response, class DecideFn>
Task<Result<Response>> submit_for(Platform& platform, rpc::Context& context, engine::CommandContext command,
                                  DecideFn decide) {
  engine::Decide run = [decide = std::move(decide)](engine::Work& work) mutable -> Result<std::string> {
    ASSIGN_OR_RETURN(const Response response, decide(work));
    return response.SerializeAsString();
  };
  auto reply = co_await submit(platform, context, std::move(command), std::move(run));
  if (!reply.ok()) co_return std::move(reply).error();
  Response response;
  CHECK(response.ParseFromString(reply->response), "a recorded answer is not of its method's type");
  co_return response;
}

// The usual write. What an operator does is recorded with it. `request` lives until the handler's task has ended, which
// waits for the lane.
template <class Response, class DecideFn>
Task<Result<Response>> run_command(Platform& platform, rpc::Context& context, TenantId tenant,
                                   const google::protobuf::Message& request, DecideFn decide) {
  auto command = command_context(context, tenant, request);
  if (!command.ok()) co_return std::move(command).error();
  auto audited = [audit = Audit(platform.resources, context, request),
                  decide = std::move(decide)](engine::Work& work) mutable -> Result<Response> {
    RETURN_IF_ERROR(audit.begin(work));
    ASSIGN_OR_RETURN(Response response, decide(work));
    audit.end(work, response);
    return response;
  };
  co_return co_await submit_for<Response>(platform, context, std::move(*command), std::move(audited));
}

// The usual read: `query` takes a reader and returns Result<Response>.
template <class Response, class Query>
Task<Result<Response>> run_query(Platform& platform, rpc::Context& context, Query query) {
  auto snapshot = co_await snapshot_for(platform, context);
  if (!snapshot.ok()) co_return std::move(snapshot).error();
  co_return query(**snapshot);
}

}  // namespace florin::api
