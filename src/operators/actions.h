// The audit: what operators did, committed with what was done.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/work.h"
#include "florin/operators/v1/operators.pb.h"
#include "store/reader.h"

namespace florin::operators {

struct Action {
  std::string operator_id;
  std::string session_id{};
  std::string resource_id{};  // empty where it was done to nothing in particular
  // JSON without secrets; what is longer than action_json_max is replaced by a note of its size.
  std::string before_json{};
  std::string after_json{};
  std::string request_json{};
};
// Records the action under the work's tenant and the name of its command. It stands on the timeline of the resource or,
// where there is none, of the operator.
void record_action(engine::Work& work, Action action);

// Newest first. A page may hold fewer rows than asked for, or none, and still have a next one, when filters pass over
// many rows. Errors: invalid_argument (page_token_invalid).
Result<v1::ListOperatorActionsResponse> list_operator_actions(const store::Reader& reader, TenantId tenant,
                                                              const v1::ListOperatorActionsRequest& request);

}  // namespace florin::operators
