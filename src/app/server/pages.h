// Pages: the files of one of our web applications, which browsers find below a path of its own: the console, the hosted
// checkout. Built by Node, served without it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/exchange.h"
#include "http/static_files.h"

namespace florin::app {

struct PagesOptions {
  std::string name;       // for people: "console"
  std::string prefix;     // "/console/"
  std::string directory;  // holds the built files
  std::string content_security_policy;
};

class Pages final : public http::Handler {
 public:
  // Where the files are not there, a page says so, and so does the log; once they are, they are served.
  explicit Pages(PagesOptions options);

  // Whether the request is for these pages: anything at the prefix or below.
  bool is_asked_for(const http::RequestHead& request) const;
  Task<Unit> serve(http::Exchange& exchange) override;

 private:
  // Null while there are none.
  std::shared_ptr<http::StaticFiles> files();

  const PagesOptions options_;
  std::mutex mutex_;
  std::shared_ptr<http::StaticFiles> files_;  // under the mutex
};

// Below `web_directory`, each in a folder of its own.
PagesOptions console_pages(const std::string& web_directory);
// `vault`: the origin that the card form's frame comes from; empty for none.
PagesOptions checkout_pages(const std::string& web_directory, const std::string& vault);

// "<folder of the program>/../share/web".
std::string default_web_directory(const std::string& program);

}  // namespace florin::app
