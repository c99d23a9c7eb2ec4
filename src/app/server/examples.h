// The curl lines that a newcomer can paste: for the terminal and for the landing page.
#pragma once

#include <string>
#include <vector>

#include "app/server/bootstrap.h"

namespace florin::app {

struct Example {
  std::string title;  // "Create a payment and confirm it."
  std::string command;
};

// To be run one after the other, in one shell.
std::vector<Example> curl_examples(const Endpoints& endpoints);

}  // namespace florin::app
