#include "operators/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "contracts/convert.h"
#include "engine/format.h"
#include "operators/limits.h"
#include "operators/state.h"
#include "store/table_ids.h"

namespace florin::operators {
namespace {

namespace table_id = store::table_id;

constexpr std::size_t position_size = 12;

std::string bounded(std::string json) {
  if (json.size() <= action_json_max) return json;
  return fmt::format(R"({{"leftOut":"too long","bytes":{}}})", json.size());
}

// One way to walk a tenant's actions: all of them, or one index, under a prefix. All end in the position, newest last.
struct Walk {
  std::optional<store::TableId> index;
  store::Key prefix;
};

Walk choose_walk(TenantId tenant, const v1::ListOperatorActionsRequest& request) {
  const auto key = store::Key().id(tenant);
  if (!request.resource_id().empty()) {
    return {table_id::operator_actions_by_resource, store::Key(key).text(request.resource_id())};
  }
  if (!request.operator_id().empty()) {
    return {table_id::operator_actions_by_operator, store::Key(key).text(request.operator_id())};
  }
  return {std::nullopt, key};
}

template <class Visit>
void walk_down(const store::Reader& reader, const Walk& walk, std::string_view from, Visit visit) {
  if (walk.index) {
    action_table().walk_by(reader, *walk.index, walk.prefix, {from, true}, visit);
  } else {
    action_table().walk(reader, walk.prefix, {from, true}, visit);
  }
}

bool passes(const ActionRow& row, const v1::ListOperatorActionsRequest& request) {
  const auto& action = row.action();
  if (!request.operator_id().empty() && action.operator_id() != request.operator_id()) return false;
  if (!request.method().empty() && action.method() != request.method()) return false;
  return !request.has_time_to() || row.time_us() < contracts::from_message(request.time_to()).micros;
}

v1::OperatorAction to_action(std::string_view key, const ActionRow& row) {
  const auto& action = row.action();
  v1::OperatorAction shown;
  shown.set_position(engine::format_position(contracts::position_from_bytes(key.substr(key.size() - position_size))));
  *shown.mutable_time() = contracts::to_message(Timestamp{row.time_us()});
  shown.set_operator_id(action.operator_id());
  shown.set_session_id(action.session_id());
  shown.set_method(action.method());
  shown.set_resource_id(action.resource_id());
  shown.set_before_json(action.before_json());
  shown.set_after_json(action.after_json());
  shown.set_request_json(action.request_json());
  const bool traced = std::ranges::any_of(row.trace_id(), [](char c) { return c != 0; });
  if (traced) shown.set_trace_id(hex(row.trace_id()));
  return shown;
}

// Each operator's name is read once.
void add_names(const store::Reader& reader, v1::ListOperatorActionsResponse& response) {
  std::map<std::string, std::string> names;
  for (auto& action : *response.mutable_actions()) {
    const auto [name, is_new] = names.try_emplace(action.operator_id());
    const auto id = OperatorId::parse(action.operator_id());
    const auto row = is_new && id ? find_operator(reader, *id) : std::nullopt;
    if (row) name->second = row->name();
    action.set_operator_name(name->second);
  }
}

}  // namespace

void record_action(engine::Work& work, Action action) {
  v1::ActionRecorded event;
  event.set_operator_id(action.operator_id);
  event.set_session_id(std::move(action.session_id));
  event.set_method(work.context().name);
  event.set_resource_id(action.resource_id);
  event.set_before_json(bounded(std::move(action.before_json)));
  event.set_after_json(bounded(std::move(action.after_json)));
  event.set_request_json(bounded(std::move(action.request_json)));
  work.emit(action.resource_id.empty() ? action.operator_id : action.resource_id, event);
}

Result<v1::ListOperatorActionsResponse> list_operator_actions(const store::Reader& reader, TenantId tenant,
                                                              const v1::ListOperatorActionsRequest& request) {
  if (request.resource_id().find('\0') != std::string::npos) {
    return invalid_argument("resource_id_invalid", "There is no such id.")
        .with_violation("resource_id", "must be the id of a resource");
  }
  const Walk walk = choose_walk(tenant, request);
  std::string from;
  if (!request.page_token().empty()) {
    const auto key = parse_base64url(request.page_token());
    if (!key || !key->starts_with(walk.prefix.bytes())) {
      return invalid_argument("page_token_invalid", "Pass next_page_token as it came, with the same filters.")
          .with_violation("page_token", "must be a next_page_token of this list");
    }
    from = *key;
  }
  const std::size_t page =
      request.page_size() > 0 ? static_cast<std::size_t>(request.page_size()) : actions_page_default;
  const std::int64_t oldest = request.has_time_from() ? contracts::from_message(request.time_from()).micros : INT64_MIN;
  v1::ListOperatorActionsResponse response;
  std::size_t looked_at = 0;
  walk_down(reader, walk, from, [&](std::string_view key, const ActionRow& row) {
    if (row.time_us() < oldest) return false;
    if (static_cast<std::size_t>(response.actions_size()) == page || looked_at == actions_scan_max) {
      response.set_next_page_token(base64url(key));
      return false;
    }
    ++looked_at;
    if (passes(row, request)) *response.add_actions() = to_action(key, row);
    return true;
  });
  add_names(reader, response);
  return response;
}

}  // namespace florin::operators
