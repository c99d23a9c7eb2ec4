#include <cstdio>

#include "app/cli/commands.h"
#include "config/load.h"
#include "florin/config/v1/config.pb.h"

namespace florin::app {

int run_config_explain() {
  std::fputs(config::explain(*config::v1::Config::descriptor()).c_str(), stdout);
  return 0;
}

}  // namespace florin::app
