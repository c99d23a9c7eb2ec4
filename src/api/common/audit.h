// The audit of operators: what a command changed, recorded in the same commit. One mechanism for every service, in
// run_command.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "engine/work.h"
#include "operators/operators.h"
#include "rpc/context.h"
#include "store/reader.h"

namespace florin::api {

// How resources look, by the prefix of their ids: what stands in the audit as before and after.
class Resources {
 public:
  // The resource as the API shows it to the tenant; null where there is none.
  using Read =
      std::function<std::unique_ptr<google::protobuf::Message>(const store::Reader&, TenantId, std::string_view id)>;

  // "pay_"
  void add(std::string id_prefix, Read read) { reads_.insert_or_assign(std::move(id_prefix), std::move(read)); }
  bool knows(std::string_view id) const { return find(id) != nullptr; }
  // As JSON without its secrets; empty where there is none.
  std::string read_json(const store::Reader& state, TenantId tenant, std::string_view id) const;

 private:
  const Read* find(std::string_view id) const;

  std::map<std::string, Read, std::less<>> reads_;
};

// A message as JSON, without the fields that its contract marks as secret.
std::string json_without_secrets(const google::protobuf::Message& message);

// The audit of one command. Does nothing where the caller is no operator.
class Audit {
 public:
  // `resources` and `request` must outlive it; `resources` may be null, for tests.
  Audit(const Resources* resources, rpc::Context& context, const google::protobuf::Message& request);

  // Before the decision, on the lane. The operator was let in when the call came; others were decided before it.
  // Errors: unauthenticated (session_ended), permission_denied (permission_missing).
  Status begin(engine::Work& work);
  // After it was accepted.
  void end(engine::Work& work, const google::protobuf::Message& response) const;

 private:
  const Resources* resources_;
  std::shared_ptr<const operators::SignedIn> session_;  // null: no operator
  const google::protobuf::Message* request_;
  std::string permission_;
  std::string resource_id_;
  std::string before_json_;
};

}  // namespace florin::api
