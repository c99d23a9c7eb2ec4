// Structured logs: one JSON object a line on standard error, each through the redactor.
//
//   log_info("payment stuck", {{"payment", id}, {"trace_id", trace}});
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace florin::telemetry {

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// "debug", "info", "warn" or "error"; what is below is not written. Errors: config_value_invalid.
Status set_log_level(std::string_view level);

// Thread-safe. `message` is the same for all lines of its kind: what differs goes into the fields.
void log_debug(std::string_view message, Fields fields = {});
void log_info(std::string_view message, Fields fields = {});
void log_warn(std::string_view message, Fields fields = {});
void log_error(std::string_view message, Fields fields = {});

// The line as it is written, without its end, for tests.
std::string format_line(std::string_view time, std::string_view level, std::string_view message, Fields fields);

}  // namespace florin::telemetry
