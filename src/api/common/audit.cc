#include "api/common/audit.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "api/common/caller.h"
#include "florin/common/v1/options.pb.h"
#include "operators/actions.h"
#include "operators/roles.h"
#include "rpc/json/json.h"

namespace florin::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t prefix_size = 4;

void clear_secrets(Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->options().GetExtension(common::v1::field).secret()) {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      clear_secrets(*reflection.MutableMessage(&message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        clear_secrets(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

// The resource that a request is about: its first field that must be an id.
std::string named_resource(const Message& request) {
  const auto& type = *request.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) continue;
    if (field->options().GetExtension(common::v1::field).id_prefix().empty()) continue;
    std::string id = request.GetReflection()->GetString(request, field);
    if (!id.empty()) return id;
  }
  return {};
}

// The resource that a response shows: the id of its first message that has one.
std::string shown_resource(const Message& response) {
  const auto& type = *response.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) continue;
    const Message& resource = response.GetReflection()->GetMessage(response, field);
    const FieldDescriptor* id = resource.GetDescriptor()->FindFieldByName("id");
    if (id == nullptr || id->cpp_type() != FieldDescriptor::CPPTYPE_STRING || id->is_repeated()) continue;
    return resource.GetReflection()->GetString(resource, id);
  }
  return {};
}

}  // namespace

const Resources::Read* Resources::find(std::string_view id) const {
  const auto found = reads_.find(id.substr(0, prefix_size));
  return found == reads_.end() ? nullptr : &found->second;
}

std::string Resources::read_json(const store::Reader& state, TenantId tenant, std::string_view id) const {
  const Read* read = find(id);
  const auto resource = read == nullptr ? nullptr : (*read)(state, tenant, id);
  return resource == nullptr ? std::string() : json_without_secrets(*resource);
}

std::string json_without_secrets(const Message& message) {
  const std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  clear_secrets(*copy);
  std::string json;
  const auto written = rpc::json::write(*copy, json);
  return written.ok() ? json : std::string();
}

Audit::Audit(const Resources* resources, rpc::Context& context, const Message& request)
    : resources_(resources),
      session_(caller_of(context).session),
      request_(&request),
      permission_(context.spec().descriptor->options().GetExtension(common::v1::method).permission()) {}

Status Audit::begin(engine::Work& work) {
  if (!session_) return ok();
  const auto now = operators::find_session(work.state(), session_->name, work.now());
  if (!now) {
    return Error(Code::unauthenticated, ErrorDomain::permission, "session_ended",
                 "Your session has ended. Sign in again.");
  }
  const auto role = operators::role_at(now->operator_row, work.tenant());
  const auto permission = tenants::permission_from_name(permission_);
  if (permission && !operators::permissions_of(role, work.tenant().empty()).has(*permission)) {
    return Error(Code::permission_denied, ErrorDomain::permission, "permission_missing",
                 fmt::format("Your role lacks the permission \"{}\" here.", permission_));
  }
  resource_id_ = named_resource(*request_);
  if (resources_ != nullptr) before_json_ = resources_->read_json(work.state(), work.tenant(), resource_id_);
  return ok();
}

void Audit::end(engine::Work& work, const Message& response) const {
  if (!session_) return;
  operators::Action action{.operator_id = session_->name.operator_id.to_string(),
                           .session_id = session_->name.session_id.to_string(),
                           .resource_id = resource_id_.empty() ? shown_resource(response) : resource_id_,
                           .before_json = before_json_,
                           .request_json = json_without_secrets(*request_)};
  if (resources_ != nullptr && resources_->knows(action.resource_id)) {
    action.after_json = resources_->read_json(work.state(), work.tenant(), action.resource_id);
  } else {
    action.after_json = json_without_secrets(response);
  }
  operators::record_action(work, std::move(action));
}

}  // namespace florin::api
