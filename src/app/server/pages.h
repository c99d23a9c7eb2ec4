// Console: the files of the console, which browsers find at /console/. Built by Node, served without it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/exchange.h"
#include "http/static_files.h"

namespace florin::app {

class Console final : public http::Handler {
 public:
  // `web_directory` holds the built pages, the console's in console/. Where they are not there, a page says so, and so
  // does the log; once they are, they are served.
  explicit Console(const std::string& web_directory);

  // Whether the request is for the console: anything at /console or below.
  static bool is_asked_for(const http::RequestHead& request);
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  // Null while there are none.
  std::shared_ptr<http::StaticFiles> files();

  const std::string directory_;
  std::mutex mutex_;
  std::shared_ptr<http::StaticFiles> files_;  // under the mutex
};

// "<folder of the program>/../share/web".
std::string default_web_directory(const std::string& program);

}  // namespace florin::app
