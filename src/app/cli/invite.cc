#include <cstdio>
#include <cstdlib>

#include "app/cli/commands.h"
#include "app/cli/tell.h"
#include "app/demo/address.h"
#include "app/server/bootstrap.h"
#include "florin/operators/v1/operators.connect.h"
#include "rpc/client/http_channel.h"

namespace florin::app {
namespace {

using operators::v1::OperatorRole;

// "owner" and so on; unspecified for no word.
Result<OperatorRole> role_of(std::string word) {
  if (word.empty()) return operators::v1::OPERATOR_ROLE_UNSPECIFIED;
  for (char& c : word) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  OperatorRole role = operators::v1::OPERATOR_ROLE_UNSPECIFIED;
  if (operators::v1::OperatorRole_Parse("OPERATOR_ROLE_" + word, &role)) return role;
  return invalid_argument("role_unknown", "The role must be owner, admin, finance, support or viewer.");
}

Result<operators::v1::InviteOperatorResponse> invite(const InviteArguments& arguments) {
  Endpoints known = read_endpoints(arguments.data_directory);
  if (!arguments.api.empty()) known.api = arguments.api;
  // Not an argument: those can be seen by everybody on the machine. Read before there are threads.
  const char* key = std::getenv("FLORIN_PLATFORM_KEY");  // NOLINT(concurrency-mt-unsafe)
  if (key != nullptr) known.platform_key = key;
  if (known.platform_key.empty()) {
    return invalid_argument("platform_key_missing", "Give the platform's key in FLORIN_PLATFORM_KEY.");
  }
  ASSIGN_OR_RETURN(const auto address, parse_address(known.api));
  operators::v1::InviteOperatorRequest request;
  request.set_email(arguments.email);
  ASSIGN_OR_RETURN(const OperatorRole role, role_of(arguments.role));
  request.set_role(role);
  rpc::CallOptions options;
  options.headers.add("authorization", "Bearer " + known.platform_key);
  const auto channel = rpc::http_channel(address);
  return operators::v1::OperatorServiceClient(*channel).invite_operator(request, options);
}

}  // namespace

int run_invite(const InviteArguments& arguments) {
  const auto invited = invite(arguments);
  if (!invited.ok()) return tell(invited.error());
  std::printf("For %s, once, within a week: %s\n", invited->operator_().email().c_str(),
              invited->invitation_url().c_str());
  return 0;
}

}  // namespace florin::app
